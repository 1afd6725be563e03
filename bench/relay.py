"""Messages a second through the relay into an SMTP server on loopback, over STARTTLS, on SQLite and PostgreSQL."""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

from flask import Flask

from tests import factories, listeners, postgres
from tests.conftest import build_app
from tracker import clock, schema
from tracker.database import db
from tracker.models import Channel, ChannelKind, OutboxMessage, PersonChannel
from tracker.relay import relay_once
from tracker.sealing import seal


def _serve(folder: str, pipe: Connection) -> None:
    """Run the mail server in a process of its own, until the other side asks how many mails there were."""
    with listeners.mail_server(listeners.certificate(Path(folder))) as sink:
        pipe.send(sink.port)
        pipe.recv()
        pipe.send((len(sink.mails), len(set(sink.ids()))))


def _fill(app: Flask, port: int, ca_file: str, n: int) -> None:
    app.config.update(CHANNEL_HOSTS=["localhost"], CHANNEL_CA_FILE=ca_file)
    at, who = clock.now(), factories.person()
    settings = {"host": "localhost", "port": port, "security": "starttls", "sender": "duban@example.org", "user": "d"}
    sealed = seal({"password": listeners.PASSWORD}, app.config["SECRET_KEY"])
    db.session.add(
        Channel(
            kind=ChannelKind.MAIL, name="bench", is_on=True, per_minute=6000, settings=settings,
            secrets=sealed, made_at=at,
        )
    )  # fmt: skip
    db.session.add(PersonChannel(person_id=who.id, kind=ChannelKind.MAIL, address="li@example.org", confirmed_at=at))
    told = {"number": "WT-2026-00001", "place": "示例村", "summary": "示例：村口垃圾未清运", "deadline": "2026-03-02"}
    db.session.add_all(
        OutboxMessage(key=f"bench:{one}", recipient_id=who.id, channel="mail", kind="late", context=told, created_at=at)
        for one in range(n)
    )
    db.session.commit()


def measure(url: str, n: int) -> tuple[float, int, int]:
    """Return messages a second, mails that arrived, and how many of them were different ones."""
    with tempfile.TemporaryDirectory() as folder:
        here, there = multiprocessing.Pipe()
        server = multiprocessing.get_context("spawn").Process(target=_serve, args=(folder, there))
        server.start()
        port = here.recv()
        app = build_app(url, Path(folder) / "data")
        schema.upgrade(app)
        with app.app_context():
            _fill(app, port, str(Path(folder) / "localhost.pem"), n)
            sent, began = 0, time.perf_counter()
            while sent < n:
                sent += relay_once(app).sent  # the bucket of the channel lets 100 a second through, and 1,500 at once
            took = time.perf_counter() - began
            db.session.remove()
            db.engine.dispose()
        here.send("end")
        arrived, different = here.recv()
        server.join()
        return n / took, arrived, different


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1500, help="at most 1,500: a full bucket")
    n = parser.parse_args().messages
    print("| backend | messages | a second | arrived | different |\n|---|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as folder, postgres.running() as server:
        for name, url in (("SQLite", f"sqlite:///{folder}/bench.sqlite3"), ("PostgreSQL", server.create())):
            rate, arrived, different = measure(url, n)
            print(f"| {name} | {n:,} | {rate:,.0f} | {arrived:,} | {different:,} |")


if __name__ == "__main__":
    main()
