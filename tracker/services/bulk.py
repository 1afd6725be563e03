"""The same act on many issues: one transaction each, and an account of every one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from tracker.database import db
from tracker.errors import InvalidError, NotFoundError, TrackerError
from tracker.languages import _
from tracker.models import Issue
from tracker.policy import Actor, visible
from tracker.services.assignments import Assignment, issue_assign
from tracker.services.checks import in_range
from tracker.services.comments import issue_remind
from tracker.services.findings import finding_register

LIMIT = 500


@dataclass(frozen=True)
class BulkOutcome:
    """What became of one issue: ``words`` say it in the user's language."""

    issue_id: int
    number: str
    ok: bool
    words: str


def bulk_register(*, ids: Iterable[int], actor: Actor, at: datetime) -> tuple[BulkOutcome, ...]:
    """Register these drafts."""

    def act(issue_id: int) -> str:
        issue = finding_register(issue_id=issue_id, actor=actor, at=at)
        return _("已登记，编号 {number}").format(number=issue.number)

    return _each(ids, act, actor)


def bulk_assign(*, ids: Iterable[int], assignment: Assignment, actor: Actor, at: datetime) -> tuple[BulkOutcome, ...]:
    """Assign these issues to the same person with the same deadline."""

    def act(issue_id: int) -> str:
        issue = issue_assign(issue_id=issue_id, assignment=assignment, actor=actor, at=at)
        return _("已交办 {unit}").format(unit=issue.responsible_unit.name if issue.responsible_unit else "")

    return _each(ids, act, actor)


def bulk_remind(*, ids: Iterable[int], words: str, actor: Actor, at: datetime) -> tuple[BulkOutcome, ...]:
    """Urge whoever's move each of these issues is."""

    def act(issue_id: int) -> str:
        issue_remind(issue_id=issue_id, words=words, actor=actor, at=at)
        return _("已催办")

    return _each(ids, act, actor)


def _each(ids: Iterable[int], act: Callable[[int], str], actor: Actor) -> tuple[BulkOutcome, ...]:
    wanted = sorted(set(ids))
    if not wanted:
        raise InvalidError({"ids": _("请先勾选问题")})
    if len(wanted) > LIMIT:
        raise InvalidError({"ids": _("一次最多办理 {n} 条，请分批").format(n=LIMIT)})
    return tuple(_one(issue_id, act, actor) for issue_id in wanted)


def _one(issue_id: int, act: Callable[[int], str], actor: Actor) -> BulkOutcome:
    try:
        words, ok = act(issue_id), True
    except NotFoundError:
        return BulkOutcome(issue_id, "", False, _("不存在"))
    except TrackerError as error:
        words, ok = error.message, False
    return BulkOutcome(issue_id, _number(issue_id, actor), ok, words)


def _number(issue_id: int, actor: Actor) -> str:
    query = select(Issue.number).where(Issue.id == issue_id, visible(actor))
    return (db.session.scalar(query) if in_range(issue_id) else None) or ""
