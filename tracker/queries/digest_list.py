"""The issues that a digest told somebody of, to narrow a list by: as they are now, and only what the reader may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select

from tracker.models import Issue, OutboxMessage, Reminder
from tracker.policy import Actor
from tracker.queries.inbox import INBOX
from workflows.reminding import DigestSection


@dataclass(frozen=True)
class DigestPart:
    """One part of the digest of a Shanghai day, or all of it; of the reader's own, or of their copy for ``absent``."""

    day: date
    section: DigestSection | None = None
    absent: int | None = None


def told_of(part: DigestPart, actor: Actor) -> ColumnElement[bool]:
    """Return the condition that this part, in a digest that the actor received, told of the issue."""
    me = actor.person_id
    who = f"{part.absent}:to{me}" if part.absent else f"{me}"
    made_at = select(OutboxMessage.created_at).where(OutboxMessage.key == f"digest:{part.day}:{who}:{INBOX}")
    told = select(Reminder.issue_id).where(
        Reminder.person_id == (part.absent or me), Reminder.delivered_at == made_at.scalar_subquery(),
        Reminder.is_urgent.is_(False), Reminder.issue_id.is_not(None),
    )  # fmt: skip
    return Issue.id.in_(told.where(Reminder.section == part.section) if part.section else told)
