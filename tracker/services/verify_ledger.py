"""Checks the ledgers' history against the present, and issued ledgers against the history; reads only."""

from __future__ import annotations

from sqlalchemy import func, select

from tracker.database import db
from tracker.languages import N_
from tracker.models import FAR, Issue, IssueVersion
from tracker.queries.versions import content_of, contents, versions_now
from tracker.services.strays import StrayReport

BATCH = 1000
_TORN = 20
_GOOD = N_("台账：共 {n} 个问题，现状与历史一致")
_BAD = N_("台账：以下问题的现状与历史不符：{numbers}")


def present_verify() -> StrayReport:
    """Compare every registered issue as it stands with what its history says last."""
    report = StrayReport(_GOOD, _BAD, strays=_torn())
    last = 0
    query = select(Issue.id).where(Issue.number.is_not(None)).order_by(Issue.id).limit(BATCH)
    while ids := list(db.session.scalars(query.where(Issue.id > last))):
        kept = versions_now(ids)
        for key, content in contents(ids).items():
            report.checked += 1
            if key not in kept or content_of(kept[key]) != content:
                report.strays.append(content["number"])
        last = ids[-1]
    return report


def _torn() -> list[str]:
    """Return the numbers of issues one of whose versions does not end where the next begins."""
    begins = func.lead(IssueVersion.valid_from).over(partition_by=IssueVersion.issue_id, order_by=IssueVersion.seq)
    pieces = select(IssueVersion.number, IssueVersion.until, begins.label("begins")).subquery()
    torn = select(pieces.c.number).where(pieces.c.until != func.coalesce(pieces.c.begins, FAR))
    return list(db.session.scalars(torn.distinct().order_by(pieces.c.number).limit(_TORN)))
