"""The processes of a simulation, all forked from one that holds the application ready: schedulers, people, mail server.

A scheduler is ``tracker.jobs.Clock`` with its own jobs in threads of their own; only what APScheduler does, to look at
the time and begin what is due, is done here, once a turn. It tells when its turn is over. It may carry a fate: to kill
or to stop itself at the n-th point of a job, where points lie around every statement, commit and mail.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import logging
import os
import signal
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Client, Connection
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import event

from bench.month.fate import Fate
from bench.month.hands import Hands, engine_options
from bench.month.people import act
from tests.listeners import Certificate, mail_server
from tracker import create_app
from tracker.database import db
from tracker.jobs import Clock
from tracker.services import leases

LEASE, BEAT, TICK, RELAY = 20, 5, 60, 5  # seconds, as in config.py
_IDLE = 300  # simulated seconds after which the mail server hangs up on a silent caller


@dataclass(frozen=True)
class Place:
    """Where a simulation happens. ``spoil`` names a function ``module:name`` that breaks the product on purpose."""

    url: str
    folder: str
    hands: str
    address: str
    slots: int
    ca_file: str
    key_file: str
    seed: int
    spoil: str = ""


def nursery(orders: Connection, place: Place) -> None:
    """Fork a process for each order until the line is cut; then end them all."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.disable(logging.CRITICAL)
    hands = Hands(Path(place.hands), place.slots)
    app = _application(place, hands)
    if place.spoil:
        module, _, name = place.spoil.partition(":")
        getattr(importlib.import_module(module), name)()
    _warm(app)
    orders.send("ready")
    children: set[int] = set()
    with suppress(EOFError):
        while True:
            kind, slot = orders.recv()
            children = {pid for pid in children if os.waitpid(pid, os.WNOHANG)[0] == 0}
            pid = os.fork()
            if pid == 0:
                _be(kind, slot, app, place, hands)
            children.add(pid)
    for pid in children:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _application(place: Place, hands: Hands) -> Flask:
    app = create_app({
        "SQLALCHEMY_DATABASE_URI": place.url, "DATA_DIR": place.folder, "CHANNEL_HOSTS": ["127.0.0.1"],
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(place.url, "nursery"), "CHANNEL_CA_FILE": place.ca_file,
        "LEASE_SECONDS": LEASE, "LEASE_RENEW_SECONDS": BEAT, "TICK_SECONDS": TICK, "RELAY_SECONDS": RELAY,
    })  # fmt: skip
    leases._PATIENCE = "0"  # in seconds of ours; who drives the simulation counts its own
    hands.live_by(0)
    with app.app_context():
        hands.show_in(db.engine)
    return app


def _warm(app: Flask) -> None:
    """Let each statement be compiled once, not once in every process."""
    running = Clock(app)
    for job in (running.beat, running.tick, running.relay, running.imports, running.alarms):
        with app.app_context():
            job()
            db.session.remove()
    with app.app_context():
        leases.lease_end(running.claim)
        db.session.remove()
        db.engine.dispose()


def _be(kind: str, slot: int, app: Flask, place: Place, hands: Hands) -> None:
    try:
        hands.live_by(slot)
        line = Client(place.address, "AF_UNIX")
        line.send((kind, slot, os.getpid()))
        if kind == "sink":
            _sink(line, place, hands)
            return
        with app.app_context():
            _name(slot)
        if kind == "people":
            _people(line, app, hands)
        else:
            Scheduler(line, app, hands).run()
    except (EOFError, BrokenPipeError, ConnectionResetError):
        pass  # whoever drives the simulation has gone
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


def _name(slot: int) -> None:
    """Let PostgreSQL know the connections of this process by its slot; those of the people by 0."""
    if db.engine.dialect.name == "postgresql":
        event.listen(db.engine, "do_connect", lambda _d, _r, _a, given: given.update(application_name=f"slot{slot}"))


class Scheduler:
    """``tracker scheduler`` in simulated time."""

    def __init__(self, line: Connection, app: Flask, hands: Hands) -> None:
        self._line, self._hands, self._mouth = line, hands, threading.Lock()
        self._clock = Clock(app)
        self._jobs = {job.id: (job.func, job.trigger.interval.total_seconds())
                      for job in self._clock.scheduler.get_jobs()}  # fmt: skip
        self._clock.scheduler = self  # type: ignore[assignment]  # for ``add_job``
        self._due = {name: hands.at + seconds for name, (_job, seconds) in self._jobs.items()} | {"beat": hands.at}
        self._running: dict[str, threading.Thread] = {}
        self._faults: list[str] = []
        self._fate = Fate(self._tell)
        with app.app_context():
            self._fate.watch(db.engine.dialect.name == "sqlite")

    def run(self) -> None:
        """Take turns until the line is cut."""
        while True:
            turn, plan = self._line.recv()
            if plan is not None:
                self._fate.arm(plan)
            self._turn()
            while any(thread.is_alive() for thread in list(self._running.values())):
                if self._line.poll(0.001):
                    break  # something of ours waits for a lock that a frozen process holds: time goes on
            else:
                faults, self._faults = self._faults, []
                self._tell(("done", turn, self._clock.claim.fence is not None, faults))

    def add_job(self, job: Callable[[], None], **_given: Any) -> None:
        """Begin at once what the clock asks for at once: the tick of whoever has just become the leader."""
        self._begin("tick", job)

    def _turn(self) -> None:
        now = self._hands.at
        for name, (job, seconds) in self._jobs.items():
            if self._due[name] <= now:
                self._begin(name, job)
                self._due[name] += seconds * (1 + (now - self._due[name]) // seconds)

    def _begin(self, name: str, job: Callable[[], None]) -> None:
        before = self._running.get(name)
        if before is None or not before.is_alive():  # as with ``max_instances=1``
            self._running[name] = threading.Thread(target=self._do, args=(name, job), daemon=True)
            self._running[name].start()

    def _do(self, name: str, job: Callable[[], None]) -> None:
        self._fate.begin(name)
        try:
            job()
        except Exception as error:
            self._faults.append(f"{name}: {type(error).__name__}: {error}".split("\n")[0][:200])
        self._fate.end(name)

    def _tell(self, what: Any) -> None:
        with self._mouth:
            self._line.send(what)


def _people(line: Connection, app: Flask, hands: Hands) -> None:
    """Do what people are said to do, each act with the instant at which it was begun and at which it was done."""
    while True:
        done = []
        for wish in line.recv():
            begun = hands.at
            with app.app_context():
                said = act(wish, begun)
                db.session.remove()
            done.append((wish, begun, hands.at, said))
        line.send(("acts", done))


def _sink(line: Connection, place: Place, hands: Hands) -> None:
    """Be the mail server: of what comes it refuses a tenth, and of another tenth hangs up after it has taken it."""
    tries: dict[str, int] = {}
    with mail_server(Certificate(Path(place.ca_file), Path(place.key_file))) as sink, \
            (Path(place.folder) / "mails.jsonl").open("a") as book:  # fmt: skip
        taken_by_the_sink, greeted = sink.handle_DATA, sink.handle_EHLO

        async def greet(server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]) -> list[str]:
            session.since = hands.at
            return await greeted(server, session, envelope, hostname, responses)

        async def take(server: Any, session: Any, envelope: Any) -> Any:
            if hands.at - session.since > _IDLE:
                server.transport.abort()
                return "421 too late"
            name = next(one for one in envelope.content.decode("ascii", "replace").splitlines()
                        if one.lower().startswith("message-id:")).partition(":")[2].strip()  # fmt: skip
            tries[name] = tries.get(name, 0) + 1
            chance = _chance(f"{place.seed}:{name}:{tries[name]}")
            reply = "451 later" if chance < 0.1 else None if chance < 0.2 else "250 taken"
            told = {"id": name, "to": envelope.rcpt_tos, "at": hands.at, "reply": reply}
            book.write(json.dumps(told) + "\n")
            book.flush()
            sink.replies.append(reply)
            sink.mails.clear()
            return await taken_by_the_sink(server, session, envelope)

        sink.handle_DATA, sink.handle_EHLO = take, greet  # type: ignore[method-assign]
        line.send(sink.port)
        line.recv()


def _chance(words: str) -> float:
    """Return a number from 0 to 1 that depends on ``words`` alone, in every process and each time."""
    return int.from_bytes(hashlib.sha256(words.encode()).digest()[:6], "big") / 2**48
