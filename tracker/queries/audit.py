"""The audit as its page shows it: newest first, by number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import joinedload

from tracker.clock import ZONE
from tracker.database import db
from tracker.models import AuditEntry, Issue, Person, Post, Role
from tracker.policy import Actor

PAGE = 100
_OF_AUDITORS = Role.AUDITOR.value


@dataclass(frozen=True)
class AuditFilter:
    """What the audit is narrowed to; days are of Shanghai and inclusive."""

    who: str = ""
    action: str = ""
    outcome: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class AuditPage:
    """One page of entries; ``next_seq`` is the cursor of the next, older one."""

    entries: Sequence[AuditEntry]
    next_seq: int | None


def _mine_to_read(actor: Actor) -> ColumnElement[bool]:
    """Return whose acts ``actor`` reads: the security admin the auditors', the auditor everyone else's."""
    by_auditors = AuditEntry.acting_as == _OF_AUDITORS
    return by_auditors if actor.role is Role.SECADMIN else ~by_auditors


def _conditions(given: AuditFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if given.who:
        people = select(Person.id).where(
            or_(Person.login.icontains(given.who, autoescape=True), Person.name.icontains(given.who, autoescape=True))
        )
        conditions.append(AuditEntry.actor_id.in_(people))
    if given.action:
        conditions.append(AuditEntry.action.startswith(given.action, autoescape=True))
    if given.outcome:
        conditions.append(AuditEntry.outcome == given.outcome)
    if given.since:
        conditions.append(AuditEntry.at >= _midnight(given.since))
    if given.until:
        conditions.append(AuditEntry.at < _midnight(given.until + timedelta(days=1)))
    return conditions


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE).astimezone(UTC)


def audit_page(given: AuditFilter, *, actor: Actor, before: int | None = None) -> AuditPage:
    """Return the entries below the number ``before``, newest first."""
    query = select(AuditEntry).where(_mine_to_read(actor), *_conditions(given)).options(joinedload(AuditEntry.actor))
    if before is not None:
        query = query.where(AuditEntry.seq < before)
    found = db.session.scalars(query.order_by(AuditEntry.seq.desc()).limit(PAGE + 1)).all()
    return AuditPage(found[:PAGE], found[PAGE - 1].seq if len(found) > PAGE else None)


def target_names(entries: Sequence[AuditEntry]) -> dict[str, str]:
    """Return the names of the persons and posts that entries are about, by target, such as ``person:7``.

    Of an issue the auditor learns the number, and no more.
    """
    ids: dict[str, set[int]] = {"person": set(), "post": set(), "issue": set()}
    for entry in entries:
        kind, _colon, number = entry.target.partition(":")
        if kind in ids and number.isdigit():
            ids[kind].add(int(number))
    queries = {
        "person": select(Person.id, Person.name).where(Person.id.in_(ids["person"])),
        "post": select(Post.id, Person.name).join(Person, Person.id == Post.person_id).where(Post.id.in_(ids["post"])),
        "issue": select(Issue.id, Issue.number).where(Issue.id.in_(ids["issue"]), Issue.number.is_not(None)),
    }
    return {
        f"{kind}:{number}": str(name) for kind, query in queries.items() for number, name in db.session.execute(query)
    }
