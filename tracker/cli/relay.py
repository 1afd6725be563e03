"""The relay on its own: one run, or one after the other until it is stopped."""

from __future__ import annotations

import signal
from dataclasses import asdict
from threading import Event

import click

from tracker.cli.context import application, plain_errors
from tracker.database import db
from tracker.relay import relay_once


@click.command("relay")
@click.option("--once", is_flag=True, help="只运行一次 / run once and end")
@plain_errors
def relay_command(once: bool) -> None:
    """发送排队的消息；可同时运行多个。 Send what waits in the outbox; several may run at once."""
    ended = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with application() as app:
        while True:
            try:
                report = relay_once(app)
            finally:
                db.session.remove()
            if once or any(asdict(report).values()):
                click.echo("  ".join(f"{name}: {number}" for name, number in asdict(report).items()))
            if once or ended.wait(app.config["RELAY_SECONDS"]):
                return


COMMANDS = (relay_command,)
