"""Measures the sweep of reminders over many open issues against the bare SQL that writes the same rows.

The bare side joins the due issues to the posts that must be told in one ``INSERT … SELECT`` and moves them on in one
``UPDATE``; it knows no law, no calendar, no policy. Once it does so for all that are due, and locks for as long as it
takes; once 200 issues a transaction, as the sweep does, so that others can save in between. Run it as
``python -m bench.reminders --issues 1000000``.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text

from bench.county import county
from bench.fill import settle
from bench.issues import issue
from bench.spine import database, machine
from tracker import create_app, schema
from tracker.clock import ZONE
from tracker.database import db
from tracker.models import Issue
from tracker.queries.rules import work_calendar
from tracker.services.reminders import reminders_sweep
from workflows.issue import IssueState

SEEDS = 1000  # issues made one by one; the others are copies
DAY = date(2026, 3, 9)
AT = datetime(2026, 3, 9, 8, 30, tzinfo=ZONE).astimezone(UTC)
STAMP = "%Y-%m-%d %H:%M:%S.%f"
BARE = """INSERT INTO reminder
    (key, person_id, issue_id, subject, rule, section, kind, context, due_on, made_at, is_urgent)
    SELECT 'deadline.before3:issue:' || i.id || ':' || i.move_due_on || ':' || p.person_id, p.person_id, i.id, '',
    'deadline.before3', 'due', 'due_soon', '{}', i.move_due_on, :at, false
    FROM issue i JOIN post p ON p.person_id = i.responsible_id OR p.unit_id = i.responsible_unit_id
    WHERE i.remind_at <= :at AND p.role IN ('assignee', 'village') ON CONFLICT DO NOTHING"""
MOVE = "UPDATE issue SET remind_at = :later WHERE remind_at <= :at"
FIRST_200 = " AND {id} IN (SELECT id FROM issue WHERE remind_at <= :at ORDER BY remind_at, id LIMIT 200)"


def fill(issues: int) -> None:
    """Fill the database with a county and that many issues that are being rectified, none of them due."""
    made = county()
    dice = random.Random(2026)  # noqa: S311  # examples, not secrets
    changes = {"state": IssueState.RECTIFYING, "remind_at": AT + timedelta(days=30), "stage_due_on": None}
    rows: list[dict[str, Any]] = []
    while len(rows) < min(SEEDS, issues):
        row = issue(dice, made, len(rows) + 1)
        if row["responsible_id"] is not None and row["signed_off_at"] is None:
            day = DAY + timedelta(days=60)
            rows.append(row | changes | {"deadline": day, "first_deadline": day, "move_due_on": day})
    db.session.execute(insert(Issue), rows)
    db.session.commit()
    names = [column.name for column in Issue.__table__.columns if column.name not in ("id", "number")]
    copied = ", ".join(names)
    for start in range(SEEDS, issues, SEEDS):
        db.session.execute(
            text(
                f"INSERT INTO issue (id, number, {copied}) "  # noqa: S608  # our own words
                f"SELECT id + :by, 'C-' || (id + :by), {copied} FROM issue WHERE id <= {SEEDS}"
            ),
            {"by": start},
        )
        db.session.commit()
    settle(issues)


def make_due(every: int) -> None:
    """Take back what was written, and let one issue in ``every`` be due three working days ahead; none for 0."""
    due = work_calendar().add_workdays(DAY, 3)
    later = {"later": (AT + timedelta(days=30)).strftime(STAMP)}
    with db.engine.begin() as connection:
        connection.execute(text("DELETE FROM reminder"))
        far = "UPDATE issue SET remind_at = CAST(:later AS {type}) WHERE remind_at < CAST(:later AS {type})"
        connection.execute(_typed(far), later)
        if every:
            near = "UPDATE issue SET remind_at = CAST(:at AS {type}), move_due_on = :due, deadline = :due"
            day = due.isoformat() if _lite() else due
            connection.execute(_typed(f"{near} WHERE id % :n = 0"), {"at": AT.strftime(STAMP), "due": day, "n": every})


def _lite() -> bool:
    return db.engine.dialect.name == "sqlite"


def _typed(words: str) -> Any:
    return text(words.replace("CAST(:later AS {type})", ":later").replace("CAST(:at AS {type})", ":at")
                if _lite() else words.replace("{type}", "TIMESTAMP"))  # fmt: skip


def bare() -> int:
    """Write the same rows in one statement, and move the issues on in another."""
    with db.engine.begin() as connection:
        made = connection.execute(text(BARE), {"at": _moments()["at"]}).rowcount
        connection.execute(text(MOVE), _moments())
    return made


def bare_in_parts() -> int:
    """Do so for 200 issues at a time, each time in a transaction of its own."""
    insert_some = text(BARE.replace(" ON CONFLICT", FIRST_200.format(id="i.id") + " ON CONFLICT"))
    move_some, values, made, moved = text(MOVE + FIRST_200.format(id="id")), _moments(), 0, 200
    while moved == 200:  # noqa: PLR2004  # a full part
        with db.engine.begin() as connection:
            made += connection.execute(insert_some, {"at": values["at"]}).rowcount
            moved = connection.execute(move_some, values).rowcount
    return made


def _moments() -> dict[str, Any]:
    later = AT + timedelta(days=30)
    if _lite():
        return {"at": AT.strftime(STAMP), "later": later.strftime(STAMP)}
    return {"at": AT.replace(tzinfo=None), "later": later.replace(tzinfo=None)}


def measured(every: int, rounds: int, work: Callable[[], int]) -> tuple[float, int]:
    """Return the median of the seconds that ``work`` takes, and how many rows it wrote."""
    took, made = [], 0
    for _ in range(rounds):
        make_due(every)
        db.session.remove()
        begun = time.perf_counter()
        made = work()
        took.append(time.perf_counter() - begun)
        db.session.remove()
    return statistics.median(took), made


def run(backend: str, issues: int, rounds: int, shares: list[float], *, in_parts: bool) -> Iterator[str]:
    """Yield the lines of the table for one backend; without ``in_parts`` that side has a dash."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name, database(backend, Path(name)) as (url, _pid):
        app = create_app({"SQLALCHEMY_DATABASE_URI": url, "DATA_DIR": name})
        schema.upgrade(app)
        with app.app_context():
            fill(issues)
            for share in shares:
                every = round(100 / share) if share else 0
                ours, made = measured(every, rounds, lambda: reminders_sweep(at=AT))
                whole, same = measured(every, rounds, bare)
                parts, again = measured(every, rounds, bare_in_parts) if in_parts else (0.0, made)
                if not made == same == again:
                    raise RuntimeError(f"{made} reminders, but {same} and {again} bare rows")
                said, times = (f"{parts:.3f}", f"{ours / parts:.1f}") if in_parts else ("–", "–")
                yield (f"| {backend} | {share:g} % | {made:,} | {ours:.3f} | {said} | {whole:.3f} "
                       f"| {times} | {ours / whole:.1f} |")  # fmt: skip
            db.session.remove()
            db.engine.dispose()


def main() -> None:
    reader = argparse.ArgumentParser(prog="python -m bench.reminders", description=__doc__)
    reader.add_argument("--issues", type=int, default=1_000_000)
    reader.add_argument("--backend", choices=("sqlite", "postgresql", "both"), default="both")
    reader.add_argument("--rounds", type=int, default=3)
    reader.add_argument("--shares", type=float, nargs="*", default=[0, 0.1, 1, 10], help="per cent that is due")
    reader.add_argument("--whole", action="store_true", help="leave out the bare side in parts")
    given = reader.parse_args()
    backends = ("sqlite", "postgresql") if given.backend == "both" else (given.backend,)
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{given.issues:,} open issues; {machine()}; medians of {given.rounds}; load {load} at the beginning.\n")
    print("| database | due | reminders | sweep, s | bare, 200 at a time, s | bare, all at once, s | times | times |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for backend in backends:
        for line in run(backend, given.issues, given.rounds, given.shares, in_parts=not given.whole):
            print(line, flush=True)


if __name__ == "__main__":
    main()
