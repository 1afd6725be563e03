"""``tracker serve`` and ``tracker demo``: the product in the browser."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

import click
from flask import Flask

from tracker import clock, schema
from tracker.app import create_app
from tracker.cli.context import plain_errors
from tracker.database import db
from tracker.demo import DEMO_PASSWORD, demo_is_loaded, demo_load, demo_logins
from tracker.jobs import build_scheduler

_HOST = click.option("--host", default="127.0.0.1", show_default=True, help="监听地址 / address to listen on")
_PORT = click.option("--port", default=8000, show_default=True, help="端口 / port")
_THREADS = click.option("--threads", default=8, show_default=True, help="每进程线程数 / threads a worker")


def run_gunicorn(app: Flask, *, host: str, port: int, workers: int, threads: int) -> None:
    """Serve ``app`` until told to stop; with one worker the clock runs inside it."""
    from gunicorn.app.base import BaseApplication  # noqa: PLC0415  # there is none on Windows; only serving needs it

    class Server(BaseApplication):  # type: ignore[misc]  # the library is untyped
        def load_config(self) -> None:
            settings: dict[str, Any] = {
                "bind": f"{host}:{port}", "workers": workers, "threads": threads, "worker_class": "gthread",
                "timeout": 60, "preload_app": True, "control_socket_disable": True,
                "post_fork": _start_clock if workers == 1 else _nothing, "loglevel": "warning",
            }  # fmt: skip
            for name, value in settings.items():
                self.cfg.set(name, value)

        def load(self) -> Flask:
            return app

    Server().run()


def _start_clock(server: Any, _worker: Any) -> None:
    app = server.app.wsgi()
    with app.app_context():
        db.engine.dispose(close=False)  # connections do not survive a fork
    build_scheduler(app).start()


def _nothing(server: Any, _worker: Any) -> None:
    with server.app.wsgi().app_context():
        db.engine.dispose(close=False)


def refuse_unsafe(app: Flask) -> None:
    """Raise unless the installation may face its users: no debugging, no weak key, no demo accounts."""
    if app.debug:
        raise click.ClickException("调试模式已打开，拒绝启动。 Debug mode is on; refusing to start.")
    if len(app.config["SECRET_KEY"]) < 32:
        raise click.ClickException(
            "SECRET_KEY 过短（至少 32 个字符）。 SECRET_KEY is too short, 32 characters at least."
        )
    with app.app_context():
        if demo_is_loaded():
            raise click.ClickException(
                "此数据库含演示账号，请改用 tracker demo，或换一个数据目录。 "
                "This database holds demo accounts: use tracker demo, or another data folder."
            )


@click.command("serve")
@_HOST
@_PORT
@_THREADS
@click.option("--workers", default=1, show_default=True, help="进程数；SQLite 用 1 / processes; 1 with SQLite")
@plain_errors
def serve(host: str, port: int, threads: int, workers: int) -> None:
    """启动服务。 Serve the product; brings the schema up to date first."""
    app = create_app()
    schema.upgrade(app)
    refuse_unsafe(app)
    local = host in ("127.0.0.1", "::1", "localhost")
    if not local and not app.config["SECURE_COOKIES"]:
        click.echo(
            "提示：对外服务请经 HTTPS 反向代理，并设 TRACKER_SECURE_COOKIES=true。 "
            "Serve others through an HTTPS proxy, with TRACKER_SECURE_COOKIES=true.",
            err=True,
        )
    click.echo(f"http://{host}:{port}/   数据目录 data: {app.config['DATA_DIR']}")
    run_gunicorn(app, host=host, port=port, workers=workers, threads=threads)


@click.command("demo")
@_HOST
@_PORT
@_THREADS
@click.option("--issues", default=1500, show_default=True, help="示例问题数 / number of example issues")
@click.option("--data", default="demo-data", show_default=True, help="演示数据目录 / folder of the demo data")
@click.option("--no-serve", is_flag=True, help="只装载，不启动 / load only")
@plain_errors
def demo(host: str, port: int, threads: int, issues: int, data: str, no_serve: bool) -> None:
    """装载演示县并启动。 Load the demo county where it is missing, print the logins, serve it."""
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
    with app.app_context():
        if not demo_is_loaded():
            click.echo("正在装载演示县…… Loading the demo county…")
            with click.progressbar(length=issues, label="示例问题 example issues") as bar:
                demo_load(at=clock.now(), issues=issues, seed=secrets.randbelow(2**32), progress=bar.update)
        click.echo(f"\n  http://{host}:{port}/\n\n  密码 password: {DEMO_PASSWORD}")
        for login, post in demo_logins():
            click.echo(f"  {login:16} {post}")
        db.session.remove()
        db.engine.dispose()
    if not no_serve:
        run_gunicorn(app, host=host, port=port, workers=1, threads=threads)


COMMANDS = (serve, demo)
