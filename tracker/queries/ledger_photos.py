"""The photographs of the rows of a ledger, as far as they were there at its instant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import select

from tracker.database import db
from tracker.models import Blob, Evidence, Phase
from tracker.queries.asof import BATCH
from tracker.queries.ledger import LedgerRow

# The columns of photographs, and whose they are.
PHOTO_COLUMNS: Mapping[str, Phase] = {"photo_before": Phase.BEFORE, "photo_after": Phase.AFTER}
MOST_PICTURED = 2000  # rows of a workbook with pictures


@dataclass(frozen=True)
class Photo:
    """A photograph: the id of its evidence, its name, the hash of what was uploaded and of its small copy."""

    evidence_id: int
    name: str
    sha256: str
    thumb_sha256: str


def has_photos(columns: Iterable[str]) -> bool:
    """Tell whether photographs are among these columns of a ledger."""
    return not PHOTO_COLUMNS.keys().isdisjoint(columns)


def pictured(rows: Iterable[LedgerRow], columns: Sequence[str], at: datetime) -> Iterator[LedgerRow]:
    """Yield ``rows`` with the photographs that ``columns`` ask for, as they were at an instant; whoever sees a row may.

    Of each phase those of the latest pass, oldest first.
    """
    asked = {key: phase for key, phase in PHOTO_COLUMNS.items() if key in columns}
    if not asked:
        yield from rows
        return
    rest = iter(rows)
    while some := list(islice(rest, BATCH)):
        found = _found(some, set(asked.values()), at)
        for row in some:
            held = {key: found[row.issue.issue_id, phase] for key, phase in asked.items()}
            yield row._replace(photos=held)


def _found(rows: Sequence[LedgerRow], phases: set[Phase], at: datetime) -> Mapping[tuple[int, Phase], list[Photo]]:
    # How many pieces of evidence of the rectification a row had then is part of its history. So a piece that was on
    # its way at the instant of the ledger, and came in after it, does not stand there when it is read again.
    left = {row.issue.issue_id: row.beside["evidence"] or 0 for row in rows}
    query = (
        select(
            Evidence.id, Evidence.issue_id, Evidence.phase, Evidence.cycle, Evidence.name,
            Blob.sha256, Blob.thumb_sha256,
        )
        .join(Blob, Blob.sha256 == Evidence.blob_sha256)
        .where(Evidence.issue_id.in_(left), Evidence.phase.in_(phases), Evidence.uploaded_at <= at)
        .order_by(Evidence.id)
    )  # fmt: skip
    found: defaultdict[tuple[int, Phase], list[Photo]] = defaultdict(list)
    cycles: dict[tuple[int, Phase], int] = {}
    for row in db.session.execute(query):
        key = row.issue_id, row.phase
        if row.phase is Phase.AFTER:
            left[row.issue_id] -= 1
        if row.thumb_sha256 is None or left[row.issue_id] < 0:
            continue
        if row.cycle > cycles.setdefault(key, row.cycle):
            cycles[key] = row.cycle
            found[key].clear()
        if row.cycle == cycles[key]:
            found[key].append(Photo(row.id, row.name, row.sha256, row.thumb_sha256))
    return found
