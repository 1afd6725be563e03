"""Takes the open issues along when a version of the policy that says so comes into force."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, tuple_

from tracker.clock import local, local_date
from tracker.database import db, transaction
from tracker.models import Issue, PolicyVersion
from tracker.policy import IS_OPEN, Actor
from tracker.queries.lateness import Reckoner, reckoner
from tracker.queries.policy_moves import versions_due
from tracker.services.chain import AUDIT, ISSUES, audit_record, chain_lock, events_record
from tracker.services.transitions import restart_clock

AT_ONCE = 200  # issues a transaction
PATIENCE = 1000  # issues that somebody waits for who saves a version; the clock does the rest


def policies_sweep(*, at: datetime, actor: Actor | None = None, most: int | None = None) -> int:
    """Let each version whose day has come take along the issues that keep an older one; return how many moved.

    ``most`` ends it early. What a crash or an early end leaves is taken up again: an issue moves once.
    """
    moved = 0
    for version in versions_due(local_date(at)):
        last, version_id = 0, version.id
        while most is None or moved < most:
            ids = _batch(version_id, last, actor, at)
            if not ids:
                break
            moved, last = moved + len(ids), ids[-1]
    return moved


def _batch(version_id: int, last: int, actor: Actor | None, at: datetime) -> list[int]:
    """Move the next issues with an id above ``last``; once there are none, keep that the version is done."""
    with transaction() as session:
        chain_lock(ISSUES)
        chain_lock(AUDIT)
        version = session.get_one(PolicyVersion, version_id, populate_existing=True)
        if version.taken_at is not None or version.withdrawn_at is not None:
            return []
        query = select(Issue).where(IS_OPEN, _keeps_older(version), Issue.id > last).order_by(Issue.id).limit(AT_ONCE)
        issues = session.scalars(query, execution_options={"populate_existing": True}).all()
        if issues:
            _move(list(issues), version, actor, at)
        else:
            version.taken_at = at
            taken = session.scalar(select(func.count()).where(IS_OPEN, Issue.policy_version_id == version.id))
            audit_record(
                "policy.taken", actor=actor, at=at, target=f"policy:{version.id}", detail={"open_issues": taken or 0}
            )
        return [issue.id for issue in issues]


def _keeps_older(version: PolicyVersion) -> ColumnElement[bool]:
    """Return the condition that an issue keeps a version that came into force before this one, or none."""
    order = tuple_(PolicyVersion.effective_on, PolicyVersion.id)
    older = select(PolicyVersion.id).where(order < tuple_(version.effective_on, version.id))
    return or_(Issue.policy_version_id.is_(None), Issue.policy_version_id.in_(older))


def _move(issues: list[Issue], version: PolicyVersion, actor: Actor | None, at: datetime) -> None:
    reckon = reckoner(local_date(at))
    before = [_looks(issue, reckon) for issue in issues]
    for issue in issues:
        issue.policy_version_id = version.id
        restart_clock(issue, at)
    db.session.flush()
    kept = {"version": version.id, "effective_on": version.effective_on.isoformat()}
    rows = []
    for issue, old in zip(issues, before, strict=True):
        new = _looks(issue, reckon)
        moved = {name: [old[name], new[name]] for name in old if old[name] != new[name]}
        rows.append((issue.id, {"source": issue.state, "dest": issue.state, "detail": {"policy": kept, **moved}}))
    events_record(rows, "policy", actor=actor, at=at)


def _looks(issue: Issue, reckon: Reckoner) -> dict[str, Any]:
    """Return what a policy decides about an issue as its history keeps it; instants in Shanghai time."""
    late = reckon.lateness(issue)
    return {
        "due": issue.move_due_on.isoformat() if issue.move_due_on else None,
        "colour": (late.colour if late else "none"),
        "remind": local(issue.remind_at).isoformat(timespec="minutes") if issue.remind_at else None,
    }
