"""``tracker demo``: the demo county in the browser, soon even on a slow machine."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import click
from flask import Flask
from sqlalchemy import event

from tracker import clock, schema
from tracker.app import create_app
from tracker.cli.context import plain_errors
from tracker.cli.serving import HOST, PORT, THREADS, run_gunicorn
from tracker.database import db
from tracker.demo import DEMO_PASSWORD, demo_is_loaded, demo_is_whole, demo_load, demo_logins

if sys.platform != "win32":
    import fcntl

_PATIENCE = 40  # seconds; whoever tries the product sees it then, while the rest of the past is still being told
# Seconds between two commits: whoever waits for SQLite looks again every tenth of a second, and only then has a turn.
_REST = 0.25


@click.command("demo")
@HOST
@PORT
@THREADS
@click.option("--issues", default=1500, show_default=True, help="示例问题数 / number of example issues")
@click.option("--data", default="demo-data", show_default=True, help="演示数据目录 / folder of the demo data")
@click.option("--no-serve", is_flag=True, help="只装载，不启动 / load only")
@plain_errors
def demo(host: str, port: int, threads: int, issues: int, data: str, no_serve: bool) -> None:
    """装载演示县并启动。 Load the demo county where it is missing, print the logins, serve it."""
    app = _application(data)
    if no_serve:
        _load(app, issues, data)
        return
    loader = _load_beside(app, issues, data)
    click.echo(f"\n  http://{host}:{port}/\n\n  密码 password: {DEMO_PASSWORD}")
    for login, post in demo_logins():
        click.echo(f"  {login:16} {post}")
    try:
        run_gunicorn(app, host=host, port=port, workers=1, threads=threads)
    finally:
        if loader is not None:
            loader.terminate()
            loader.wait()


def _application(data: str) -> Flask:
    Path(data).mkdir(parents=True, exist_ok=True)
    app = create_app(
        {
            "DEMO": True,
            "DEMO_PASSWORD": DEMO_PASSWORD,
            "DATA_DIR": data,
            "SQLALCHEMY_DATABASE_URI": os.environ.get("DEMO_DATABASE_URI", ""),
        }
    )
    schema.upgrade(app)
    return app


def _asked(app: Flask, question: Callable[[], bool]) -> bool:
    with app.app_context():
        try:
            return question()
        finally:
            db.session.remove()
            db.engine.dispose()


@contextmanager
def _alone(data: str) -> Iterator[bool]:
    """Let one process load into a folder; give whether it is this one."""
    with (Path(data) / "loading.lock").open("w") as file:
        try:
            if sys.platform != "win32":
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True


def _load(app: Flask, issues: int, data: str) -> None:
    with _alone(data) as is_alone:
        if not is_alone or _asked(app, demo_is_whole):
            return
        if _asked(app, demo_is_loaded):
            click.echo("上次没有装载完，从头再来。 It was not loaded to its end: once more from the beginning.")
            schema.downgrade(app, "base")
            schema.upgrade(app)
        _fill(app, issues)


def _fill(app: Flask, issues: int) -> None:
    click.echo("正在装载演示县…… Loading the demo county…")
    begun = clock.now()

    def rest(_session: object) -> None:
        if clock.now() - begun > timedelta(seconds=_PATIENCE):
            time.sleep(_REST)

    with app.app_context(), click.progressbar(length=issues, label="示例问题 example issues") as bar:
        event.listen(db.session, "after_commit", rest)
        try:
            demo_load(at=begun, issues=issues, seed=secrets.randbelow(2**32), progress=bar.update)
        finally:
            event.remove(db.session, "after_commit", rest)  # what this process does next need not wait


def _load_beside(app: Flask, issues: int, data: str) -> subprocess.Popen[bytes] | None:
    """Load in a process of its own and wait a while for it; return it if it is still at work."""
    if _asked(app, demo_is_whole):
        return None
    words = [sys.executable, "-m", "tracker.cli", "demo", "--no-serve", "--issues", str(issues), "--data", data]
    loader = subprocess.Popen(words)  # noqa: S603  # this very program
    try:
        if loader.wait(timeout=_PATIENCE):
            raise click.ClickException("演示数据装载失败。 The demo county could not be loaded.")
    except subprocess.TimeoutExpired:
        click.echo("\n其余示例继续在后台装载。 More examples are still being loaded in the background.")
        return loader
    return None


COMMANDS = (demo,)
