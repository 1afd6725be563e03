"""``tracker serve``: the product in the browser."""

from __future__ import annotations

import gc
from typing import Any

import click
from flask import Flask

from tracker import schema
from tracker.app import create_app
from tracker.cli.context import plain_errors
from tracker.database import db
from tracker.demo import demo_is_loaded
from tracker.jobs import Clock

HOST = click.option("--host", default="127.0.0.1", show_default=True, help="监听地址 / address to listen on")
PORT = click.option("--port", default=8000, show_default=True, help="端口 / port")
THREADS = click.option("--threads", default=8, show_default=True, help="每进程线程数 / threads a worker")


def run_gunicorn(app: Flask, *, host: str, port: int, workers: int, threads: int, with_clock: bool = True) -> None:
    """Serve ``app`` until told to stop, with a clock inside each worker where it is asked for."""
    from gunicorn.app.base import BaseApplication  # noqa: PLC0415  # there is none on Windows; only serving needs it

    class Server(BaseApplication):  # type: ignore[misc]  # the library is untyped
        def load_config(self) -> None:
            settings: dict[str, Any] = {
                "bind": f"{host}:{port}", "workers": workers, "threads": threads, "worker_class": "gthread",
                "timeout": 60, "preload_app": True, "control_socket_disable": True,
                "post_fork": _start_clock if with_clock else _nothing, "worker_exit": _stop_clock,
                "loglevel": "warning",
            }  # fmt: skip
            for name, value in settings.items():
                self.cfg.set(name, value)

        def load(self) -> Flask:
            return app

    gc.collect()
    gc.freeze()  # what was loaded lives as long as we do: looking through it stops a request for a sixth of a second
    Server().run()


def _start_clock(server: Any, worker: Any) -> None:
    _nothing(server, worker)
    worker.tracker_clock = Clock(server.app.wsgi())
    worker.tracker_clock.start()


def _nothing(server: Any, _worker: Any) -> None:
    with server.app.wsgi().app_context():
        db.engine.dispose(close=False)  # connections do not survive a fork


def _stop_clock(_server: Any, worker: Any) -> None:
    running: Clock | None = getattr(worker, "tracker_clock", None)
    if running is not None:
        running.stop()


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
@HOST
@PORT
@THREADS
@click.option("--workers", default=1, show_default=True, help="进程数；SQLite 用 1 / processes; 1 with SQLite")
@click.option(
    "--clock/--no-clock",
    "with_clock",
    default=None,
    help="是否内置时钟，默认仅单进程时 / a clock inside; by default with one worker",
)
@plain_errors
def serve(host: str, port: int, threads: int, workers: int, with_clock: bool | None) -> None:
    """启动服务。 Serve the product; brings the schema up to date first."""
    with_clock = workers == 1 if with_clock is None else with_clock
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
    if not with_clock:
        click.echo("时钟不在本进程内，请另行运行 tracker scheduler。 No clock inside: run tracker scheduler beside it.")
    run_gunicorn(app, host=host, port=port, workers=workers, threads=threads, with_clock=with_clock)


COMMANDS = (serve,)
