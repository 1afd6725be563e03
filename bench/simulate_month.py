"""A month of reminders under fire: ``python -m bench.simulate_month --backend postgresql``.

Schedulers, each with its relay, are killed at a random statement, frozen beyond their lease, and given wrong clocks,
while days go by in simulated time and people work on the issues. The mail server on loopback refuses a tenth of what it
gets and hangs up after having taken another tenth. A judge that shares no code with the product then compares who had
to be told of what on which day with what they were told. Exit code 1 when a promise is broken.

Not all of the month is lived through: the minutes around 08:00, 08:30 and 20:00 of each working day, some in the middle
of it, at night and on days off are; what lies between is skipped, and the leader counts as having led on meanwhile.
"""

from __future__ import annotations

import argparse
import multiprocessing
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, Listener
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine

from bench.month.checker import Judge
from bench.month.county import POLICIES, Size, fill
from bench.month.driver import Log, Month
from bench.month.hands import Hands, prepare
from bench.month.processes import Place, nursery
from bench.month.record import Record, Verdict
from tests import postgres
from tests.listeners import certificate
from tracker import create_app, schema
from tracker.database import db

HOLIDAYS = Path(__file__).parent.parent / "tracker" / "data" / "state_council_calendar.csv"


@contextmanager
def database(backend: str, folder: Path) -> Iterator[str]:
    """Yield the address of a new database."""
    if backend == "sqlite":
        yield f"sqlite:///{folder}/month.sqlite3"
        return
    with postgres.running() as server:
        yield server.create()


def simulate(url: str, folder: Path, size: Size, spoil: str = "") -> tuple[Record, Log]:
    """Fill the empty database at ``url`` and let a month pass; ``spoil`` names a function that breaks the product."""
    proof = certificate(folder)
    hands = Hands(folder / "hands", size.schedulers + 1)
    address = str(folder / "line")
    app = create_app({"SQLALCHEMY_DATABASE_URI": url, "DATA_DIR": str(folder)})
    schema.upgrade(app)
    context = multiprocessing.get_context("spawn")
    with Listener(address, "AF_UNIX") as listener:
        engine = _connected(url)
        with engine.begin() as connection:
            prepare(connection)
        orders, other = context.Pipe()
        place = Place(
            url, str(folder), str(folder / "hands"), address, size.schedulers + 1, str(proof.ca_file),
            str(proof.key_file), size.seed, spoil,
        )  # fmt: skip
        process = context.Process(target=nursery, args=(other, place))
        process.start()
        other.close()
        try:
            return _month(app, size, hands, engine, listener, orders, folder)
        finally:
            orders.close()
            process.join()
            engine.dispose()


def _month(
    app: Any, size: Size, hands: Hands, engine: Engine, listener: Listener, orders: Connection, folder: Path
) -> tuple[Record, Log]:
    orders.recv()
    orders.send(("sink", 0))
    with listener.accept() as sink:
        sink.recv()
        with app.app_context():
            fill(size, sink.recv())
            db.session.remove()
            db.engine.dispose()
        month = Month(size, hands, engine, listener, orders, HOLIDAYS)
        with engine.connect() as connection:
            ids = connection.exec_driver_sql("SELECT id FROM policy_version ORDER BY id").scalars()
            month.record.policies = dict(zip(ids, POLICIES, strict=True))
        record = month.run(folder)
        with suppress(BrokenPipeError):
            sink.send("end")
    return record, month.log


def _connected(url: str) -> Engine:
    return create_engine(url, connect_args={"timeout": 60} if url.startswith("sqlite") else {})


def judged(url: str, record: Record) -> Verdict:
    """Compare."""
    engine = _connected(url)
    try:
        with engine.connect() as connection:
            return Judge(connection, record, HOLIDAYS).judge()
    finally:
        engine.dispose()


def report(size: Size, record: Record, verdict: Verdict, log: Log, seconds: float) -> Iterator[str]:
    """Yield the lines of the table."""
    taken = [mail["id"] for mail in record.mails if not mail["reply"] or mail["reply"].startswith("250")]
    for words, value in (
        ("working days, issues, people, policies", f"{size.days}, {size.issues:,}, {size.people}, {len(POLICIES)}"),
        ("schedulers with relays; steps of the clock", f"{size.schedulers}; {log.steps:,}"),
        ("seconds it took", f"{seconds:,.0f}"),
        ("kills; of them of the leader", f"{log.kills.total():,}; {log.of_leaders:,}"),
        ("kills in a transaction, between two, with a mail just sent, after the job", _places(log.kills)),
        ("freezes; transactions that the database ended for it", f"{log.freezes.total():,}; {log.ended_by_database}"),
        ("times a clock jumped; hours-long standstills; leaders", f"{log.jumps}; {log.outages}; {log.leaders:,}"),
        ("acts of people; refused", f"{log.acts.total():,}; {log.refused.total():,}"),
        ("reminders that were due", f"{verdict.due:,}"),
        ("reminders that came", f"{len(verdict.delays):,}"),
        *((_WORDS[name], str(len(found))) for name, found in verdict.faults.items()),
        ("mails offered; taken; different ones", f"{len(record.mails):,}; {len(taken):,}; {len(set(taken)):,}"),
        ("seconds after due: median, worst", _spread(verdict.delays)),
        ("seconds after due or the leader's loss: median, worst", _spread(verdict.lateness)),
    ):
        yield f"| {words} | {value} |"


def _spread(seconds: list[float]) -> str:
    ordered = sorted(seconds) or [0.0]
    return f"{ordered[len(ordered) // 2]:.0f}, {ordered[-1]:,.0f}"


def _places(kills: Any) -> str:
    return ", ".join(
        f"{sum(number for name, number in kills.items() if name.endswith(place)):,}"
        for place in (", transaction", ", between", ", sent", ", after")
    )


_WORDS = {
    "missing": "missing", "unexpected": "told though not due", "outdated": "told too early or when it was no longer so",
    "twice": "seen twice", "disturbing": "at night, on a day off", "digests_wrong": "digests that say other things",
    "mails_missing": "people who miss a mail", "mails_twice": "people with a mail too many",
    "late": "later than 90 s",
}  # fmt: skip


def main() -> int:
    """Simulate as the command line says; return 1 when a promise is broken."""
    parser = argparse.ArgumentParser(prog="python -m bench.simulate_month", description=__doc__)
    parser.add_argument("--backend", choices=("sqlite", "postgresql"), default="postgresql")
    for name, value in vars(Size()).items():
        parser.add_argument(f"--{name}", type=type(value), default=value)
    parser.add_argument("--spoil", default="", help="module:function that breaks the product, to see it found")
    given = vars(parser.parse_args())
    backend, spoil = given.pop("backend"), given.pop("spoil")
    size, begun = Size(**given), time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_given: sys.exit(1))  # and leave nothing behind
    with tempfile.TemporaryDirectory(prefix="tracker-month-") as name, database(backend, Path(name)) as url:
        record, log = simulate(url, Path(name), size, spoil)
        verdict = judged(url, record)
    print(f"| {backend} | |\n|---|---|")
    print("\n".join(report(size, record, verdict, log, time.monotonic() - begun)))
    for kind, found in verdict.faults.items():
        for one in found[:5]:
            print(f"{kind}: {one}")
    for words, number in (log.faults + log.refused).most_common(20):
        print(f"{number} times {words}")
    return 0 if verdict.holds else 1


if __name__ == "__main__":
    sys.exit(main())
