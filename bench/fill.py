"""Fills a migrated database with a county of example issues, in bulk: the same rows each time for the same number."""

from __future__ import annotations

import random
from collections.abc import Iterable
from itertools import islice
from types import SimpleNamespace
from typing import Any

from sqlalchemy import insert

from bench.bulk import Binder, loading
from bench.copies import multiply
from bench.county import county, days_ago
from bench.history import History, rename
from bench.issues import issues as example_issues
from tracker import clock
from tracker.database import db
from tracker.models import Counter, Issue, IssueEvent, IssueVersion, OutboxMessage, Person
from tracker.services.search_index import index_all

BATCH = 2000


def fill(issues: int, seed: int = 2026, originals: int | None = None) -> SimpleNamespace:
    """Fill the database of the current application; return the ids that the measurements use.

    Beyond the number of ``originals`` issues are copies (``bench/copies.py``), without it none is.
    """
    own = min(issues, originals or issues)
    # Repeatable examples, not secrets.
    dice = random.Random(seed)  # noqa: S311
    made = county()
    with loading(Issue, IssueEvent, IssueVersion):
        rename(made)
        connection = db.session.connection()
        binder, history = Binder(connection, Issue), History(connection, made.posts["office"].person_id)
        endless = example_issues(dice, made, 1)
        names = {unit.id: unit.name for unit in (*made.villages, *made.towns)}
        for start in range(0, own, BATCH):
            batch = list(islice(endless, min(BATCH, own - start)))
            connection = db.session.connection()
            binder.insert(connection, [binder.bind(row) for row, _steps in batch])
            history.write(connection, batch)
            _index((row for row, _steps in batch), names)
            db.session.commit()
        multiply(own, issues)
        db.session.execute(insert(Counter), [{"name": f"issue:{clock.today().year}", "value": issues}])
        db.session.commit()
    settle(issues)
    return made


def _index(rows: Iterable[dict[str, Any]], names: dict[int, str]) -> None:
    """Index the words of these issues; no other column of theirs has any."""
    words = ("id", "number", "description", "spot", "goal")
    index_all([(*(row[one] for one in words), names[row["location_id"]], names[row["township_id"]]) for row in rows])


def settle(issues: int) -> None:
    """Let the database look at what it holds, as it does by itself in the course of a day."""
    person = db.session.query(Person.id).order_by(Person.id).first()
    messages = [
        {
            "key": f"bench:{n}", "recipient_id": person[0], "channel": "inbox", "kind": "assigned", "context": {},
            "created_at": days_ago(n), "sent_at": days_ago(n), "attempts": 0, "error": "", "issue_id": 1,
        }
        for n in range(min(issues, 200))
    ]  # fmt: skip
    db.session.execute(insert(OutboxMessage), messages)
    db.session.commit()
    commands = ["ANALYZE"]
    if db.engine.dialect.name == "postgresql":
        # The rows came with ids of their own; the next one follows them.
        follow = "SELECT setval(pg_get_serial_sequence('issue', 'id'), (SELECT max(id) FROM issue))"
        commands = [follow, "VACUUM ANALYZE"]
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for command in commands:
            connection.exec_driver_sql(command)
