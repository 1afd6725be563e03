"""Measures what surrounds the solver: gathering what is due from a full database, and keeping the plan in it.

The bare side reads the same due issues with one statement of its columns, and inserts the same rows of the plan in one
statement a table; it knows no roster, no recusal, no reasons, and no plan that was there before.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlalchemy import delete, insert, select

from bench import county as example
from bench import issues as examples
from bench.fill import BATCH, settle
from bench.spine import database
from tracker import clock, create_app, schema
from tracker.database import db, transaction
from tracker.models import InspectionRound, Issue, RoundKind, RoundLeftOut, RoundStop, RoundTask
from tracker.policy import actor_of
from tracker.queries.rounds import workdays_in
from tracker.services.planning.gather import plan_input
from tracker.services.planning.keep import plan_keep
from tracker.services.planning.solver import solve
from tracker.services.rounds import GroupValues, RoundValues, round_create
from workflows.issue import IssueState
from workflows.planning.plan import make_plan
from workflows.planning.terms import Parameters

S = IssueState
OPEN = (S.RECTIFYING, S.RECTIFYING, S.RECTIFYING, S.ASSIGNED, S.SUBMITTED)
TABLES = (RoundTask, RoundStop, RoundLeftOut)
HEAD = (
    "| database | issues | due items | stops | left out | gather s | bare s | plan s | store s | bare s | all: s |\n"
    "|---|" + "--:|" * 10
)


@contextmanager
def county(backend: str, issues: int, open_in_1000: int) -> Iterator[SimpleNamespace]:
    """Yield the county of ``bench.fill`` with its issues, but without their history, in the application's context."""
    dice = random.Random(2026)  # noqa: S311  # examples, not secrets
    states = list(examples.STATES)
    examples.STATES[:] = [S.SIGNED_OFF] * (1000 - open_in_1000) + [OPEN[n % len(OPEN)] for n in range(open_in_1000)]
    with tempfile.TemporaryDirectory() as folder, database(backend, Path(folder)) as (url, _server):
        app = create_app({"DATA_DIR": folder, "SQLALCHEMY_DATABASE_URI": url})
        schema.upgrade(app)
        with app.app_context():
            made = example.county()
            numbers = range(1, issues + 1)
            for start in range(0, issues, BATCH):
                rows = [examples.issue(dice, made, number) for number in numbers[start : start + BATCH]]
                db.session.execute(insert(Issue), rows)
                db.session.commit()
            settle(issues)
            yield made
            db.session.remove()
            db.engine.dispose()
    examples.STATES[:] = states


def a_round(made: SimpleNamespace, stops_a_day: int) -> int:
    """Return a round of every group, four days long, that waits for its plan."""
    office = actor_of(made.posts["office"], clock.today())
    first = clock.today() + timedelta(days=1)
    last = first + timedelta(days=13)
    days = tuple(workdays_in(first, last)[:4])
    groups = [GroupValues(group.id, days, 4, stops_a_day) for group in made.groups]
    values = RoundValues("示例", RoundKind.ROUTINE, first, last, 7, Parameters(), groups)
    return round_create(values=values, actor=office, at=clock.now()).id


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    made = work()
    return time.perf_counter() - begun, made


def bare_gather(last: date) -> int:
    runs = Issue.state.in_((S.ASSIGNED, S.RECTIFYING)) & (Issue.deadline <= last)
    columns = (
        Issue.id, Issue.location_id, Issue.state, Issue.severity, Issue.deadline, Issue.state_since,
        Issue.found_by_group_id, Issue.responsible_unit_id,
    )  # fmt: skip
    query = select(*columns).where(runs | (Issue.state == S.SUBMITTED)).order_by(Issue.id)
    with db.engine.connect() as connection:
        return len(connection.execute(query).all())


def rows_kept() -> dict[Any, list[dict[str, Any]]]:
    with db.engine.connect() as connection:
        return {
            table: [dict(row) for row in connection.execute(select(table.__table__)).mappings()] for table in TABLES
        }


def bare_store(rows: dict[Any, list[dict[str, Any]]]) -> None:
    with db.engine.begin() as connection:
        for table in reversed(TABLES[:2]):
            connection.execute(insert(table.__table__), rows[table])
        if rows[RoundLeftOut]:
            connection.execute(insert(RoundLeftOut.__table__), rows[RoundLeftOut])


def clear() -> None:
    with db.engine.begin() as connection:
        for table in TABLES:
            connection.execute(delete(table.__table__))


def once(round_id: int) -> SimpleNamespace:
    """Gather, plan and keep once, then the same bare; return the seconds of each part."""
    clear()
    db.session.remove()
    held = db.session.get_one(InspectionRound, round_id)
    gather, given = timed(lambda: plan_input(held, clock.today()))
    db.session.rollback()
    planning, plan = timed(lambda: make_plan(given, solve))

    def keep() -> None:
        with transaction():
            plan_keep(db.session.get_one(InspectionRound, round_id, populate_existing=True), plan, clock.now())

    store, _none = timed(keep)
    db.session.remove()
    rows = rows_kept()
    clear()
    bare_in, _number = timed(lambda: bare_gather(held.last_day))
    bare_out, _none = timed(lambda: bare_store(rows))
    return SimpleNamespace(
        gather=gather, plan=planning, store=store, bare_in=bare_in, bare_out=bare_out, dues=len(given.dues),
        stops=len(rows[RoundStop]), left=len(rows[RoundLeftOut]),
    )  # fmt: skip


def row(backend: str, issues: int, open_in_1000: int, stops_a_day: int, rounds: int) -> str:
    """Return a line of the table: medians of ``rounds`` after one that is not counted."""
    with county(backend, issues, open_in_1000) as made:
        round_id = a_round(made, stops_a_day)
        once(round_id)
        found = [once(round_id) for _n in range(rounds)]
        db.session.remove()
    last = found[-1]
    each = {name: statistics.median(getattr(one, name) for one in found) for name in vars(last)}
    whole = statistics.median(one.gather + one.plan + one.store for one in found)
    cells = (
        backend, f"{issues:,}", f"{last.dues:,}", f"{last.stops:,}", f"{last.left:,}", f"{each['gather']:.2f}",
        f"{each['bare_in']:.2f}", f"{each['plan']:.2f}", f"{each['store']:.2f}", f"{each['bare_out']:.2f}",
        f"{whole:.2f}",
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"
