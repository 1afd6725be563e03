"""Issues that an imported ledger brings, many at a time, in the states it tells of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, insert, select

from tracker.database import db
from tracker.models import Issue
from tracker.services.refusals import refused
from workflows.importing import StartFacts, start_refusal


def issues_start(rows: Sequence[tuple[dict[str, Any], StartFacts]]) -> list[int]:
    """Insert imported issues in the states their ledger tells of; return their ids in the order of ``rows``.

    ``rows`` are columns, all with the same names, each with what the law asks for; the caller holds the chain.
    """
    for columns, facts in rows:
        code = start_refusal(columns["state"], facts)
        if code:
            raise refused(code)
    ids = _ids_ahead(len(rows))
    values = [columns | {"id": key} for key, (columns, _facts) in zip(ids, rows, strict=True)]
    db.session.connection().execute(insert(Issue), values)
    return ids


def _ids_ahead(count: int) -> list[int]:
    """Return the ids that the next ``count`` issues will have: one statement, where asking each back is one a row."""
    if db.engine.dialect.name == "sqlite":
        last = db.session.scalar(select(func.max(Issue.id))) or 0
        return list(range(last + 1, last + 1 + count))
    taken = select(func.nextval(func.pg_get_serial_sequence("issue", "id"))).select_from(func.generate_series(1, count))
    return list(db.session.scalars(taken))
