"""Measures the ledgers and the dashboard beside the bare SQL of the same answers.

The bare side is the statements alone, through the driver, with every row fetched. Ours is the whole request of the
county's office under gunicorn (two workers of four threads), by one client: sign-in, scope, names, words, page. "First"
is the first time that the page was asked for. Run it as ``python -m bench.ledgers --issues 1000000``.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Engine, create_engine, text

from bench.bare_ledgers import ISSUES, binder, statements, values
from bench.server import cpu_seconds, serving
from bench.spine import Client, Figure, database, machine, prepare
from tracker import clock
from tracker.clock import ZONE
from tracker.queries.asof import Place, place_text
from tracker.queries.paging import Order, encode

ORIGINALS = 40_000  # the others are copies, or a million would take most of an hour
LEAST = 0.5  # seconds; the processor time of a server is told in hundredths
DEEP = 50_000  # rows before the deep page: a thousand pages
JOBS = {
    "overdue": "overdue list of today, first page, with its figures",
    "overdue_deep": "overdue list, page 1,000",
    "overdue_here": "overdue list of a township and a severity, first page",
    "late": "overdue ledger, first page",
    "late_deep": "overdue ledger, page 1,000",
    "late_here": "overdue ledger of a township and a severity, first page",
    "as_of": "ledger as of a past instant, 500 rows",
    "as_of_by": "the same with subtotals by township",
    "changes": "two instants compared: the numbers",
    "dashboard": "dashboard of this year",
    "screen": "the same on the big screen",
}


def asked(known: SimpleNamespace) -> dict[str, str]:
    """Return the address of each job."""
    here = {"place": known.town, "severity": "serious"}
    then = {"at": _local(known.at), "size": 500}
    deep = Place(known.deep_id, known.deadline)
    cursor = encode(Order(), 0, SimpleNamespace(id=known.deep_id, deadline=known.deadline))
    return {
        "overdue": "/overdue",
        "overdue_deep": f"/overdue?{urlencode({'after': cursor})}",
        "overdue_here": f"/overdue?{urlencode(here)}",
        "late": "/ledgers?view=overdue",
        "late_deep": f"/ledgers?{urlencode({'view': 'overdue', 'after': place_text(deep, 'deadline')})}",
        "late_here": f"/ledgers?{urlencode({'view': 'overdue', **here})}",
        "as_of": f"/ledgers?{urlencode(then)}",
        "as_of_by": f"/ledgers?{urlencode({**then, 'group': 'township'})}",
        "changes": f"/ledgers/changes?{urlencode({'since': _local(known.since), 'until': _local(known.now)})}",
        "dashboard": "/dashboard/",
        "screen": "/dashboard/screen",
    }


def _local(at: datetime) -> str:
    return at.astimezone(ZONE).replace(tzinfo=None).isoformat(timespec="seconds")


def instants(known: SimpleNamespace, engine: Engine, bind: Any) -> None:
    """Add to ``known`` the instants that are asked for, and where the deep page begins."""
    known.now = clock.now().replace(microsecond=0) - timedelta(seconds=1)
    known.at, known.since = known.now - timedelta(days=200), known.now - timedelta(days=7)
    before = text(f"{ISSUES} ORDER BY i.deadline, i.id LIMIT 1 OFFSET :deep")
    with engine.connect() as connection:
        deep = min(DEEP, known.issues // 50)
        row = connection.execute(before, {**bind({"today": clock.today()}), "deep": deep}).mappings().one()
    day = row["deadline"]
    known.deep_id, known.deadline = row["id"], date.fromisoformat(day) if isinstance(day, str) else day


class Bare:
    """Asks the database alone; on PostgreSQL its processor time is that of the server and of this process."""

    def __init__(self, engine: Engine, backend: str, known: SimpleNamespace, pid: int | None) -> None:
        self.engine, self.pid, self.known, self.bind = engine, pid, known, binder(backend)

    def measure(self, job: str, queries: list[str], rounds: int) -> Figure:
        """Return the medians of ``rounds``, after one that is not counted."""
        day = (self.known.at if job.startswith("as_of") else self.known.now).astimezone(ZONE).date()
        given = values(self.known, clock.today()) | {"day": day}
        given |= {"at": self.known.at} if job.startswith("as_of") else {}
        bound = self.bind(given)
        texts = [(text(query), {name: bound[name] for name in bound if f":{name}" in query}) for query in queries]
        with self.engine.connect() as connection:

            def ask() -> None:
                for query, asks in texts:
                    connection.execute(query, asks).fetchall()

            ask()
            return repeated(ask, self._cpu, rounds)

    def _cpu(self) -> float:
        return time.process_time() + (cpu_seconds(self.pid) if self.pid else 0)


def repeated(work: Callable[[], None], cpu: Callable[[], float], rounds: int) -> Figure:
    """Return the mean of the processor and the median of the wall milliseconds of ``rounds``, or of half a second."""
    wall: list[float] = []
    used, started = cpu(), time.perf_counter()
    while len(wall) < rounds or time.perf_counter() - started < LEAST:
        begun = time.perf_counter()
        work()
        wall.append(time.perf_counter() - begun)
    return Figure((cpu() - used) / len(wall) * 1000, statistics.median(wall) * 1000)


def measure(client: Client, path: str, rounds: int) -> tuple[Figure, Figure]:
    """Return what the first request took, and those that follow two more, which the workers need to warm up."""

    def ask() -> None:
        status, body, _headers = client.ask(("GET", path, ""))
        if status != 200:  # noqa: PLR2004
            raise RuntimeError(f"{path}: {status} {body[:300]!r}")

    used, begun = client.server.cpu(), time.perf_counter()
    ask()
    first = Figure((client.server.cpu() - used) * 1000, (time.perf_counter() - begun) * 1000)
    ask()
    ask()
    return first, repeated(ask, client.server.cpu, rounds)


def run(backend: str, issues: int, rounds: int, jobs: list[str]) -> Iterator[str]:
    """Yield the lines of the table for one backend."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name, database(backend, Path(name)) as (url, pid):
        known = prepare(url, Path(name), issues, min(issues, ORIGINALS))
        yield from compared(backend, url, pid, name, known, rounds, jobs)


def compared(
    backend: str, url: str, pid: int | None, folder: str, known: SimpleNamespace, rounds: int, jobs: list[str]
) -> Iterator[str]:
    """Yield a line for each job on the filled database at ``url``."""
    engine = create_engine(url)
    instants(known, engine, binder(backend))
    bare, queries = Bare(engine, backend, known, pid), statements(backend)
    limits = {job: bare.measure(job, queries[job], rounds) for job in jobs}
    engine.dispose()
    given = {"TRACKER_SQLALCHEMY_DATABASE_URI": url, "TRACKER_DATA_DIR": folder, "TRACKER_SESSION_IDLE_MINUTES": "600",
             "TRACKER_REQUIRE_TOTP": "false"}  # fmt: skip
    with serving("tracker.wsgi:app", given, pid) as server:
        client = Client(server, f"tracker_sid={known.tokens['office']}")
        paths = asked(known)
        for job in jobs:
            first, ours = measure(client, paths[job], rounds)
            limit = limits[job]
            figures = (f"{value:,.0f}" for value in (first.cpu, first.wall, ours.cpu, ours.wall))
            bare_side = f"{limit.cpu:,.1f} | {limit.wall:,.1f} | {ours.cpu / max(limit.cpu, 0.1):.1f}"
            yield f"| {backend} | {JOBS[job]} | {' | '.join(figures)} | {bare_side} |"


def main() -> None:
    reader = argparse.ArgumentParser(prog="python -m bench.ledgers", description=__doc__)
    reader.add_argument("--issues", type=int, default=1_000_000)
    reader.add_argument("--backend", choices=("sqlite", "postgresql", "both"), default="both")
    reader.add_argument("--rounds", type=int, default=7)
    reader.add_argument("--jobs", nargs="*", choices=tuple(JOBS), default=list(JOBS))
    given = reader.parse_args()
    backends = ("sqlite", "postgresql") if given.backend == "both" else (given.backend,)
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{given.issues:,} issues; {machine()}; medians of {given.rounds}; load {load} at the beginning.\n")
    print("| database | page | first: CPU ms | wall ms | then: CPU ms | wall ms | bare: CPU ms | wall ms | times |")
    print("|---|---|" + "--:|" * 7)
    for backend in backends:
        for line in run(backend, given.issues, given.rounds, given.jobs):
            print(line, flush=True)


if __name__ == "__main__":
    main()
