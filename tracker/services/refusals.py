"""Refusals in the user's words: what the law does not allow, and what somebody else was faster with."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from tracker import labels
from tracker.clock import local
from tracker.database import db
from tracker.errors import ConflictError, ForbiddenError, RefusedError, TrackerError
from tracker.languages import _
from tracker.models import IssueEvent
from tracker.policy import Actor
from workflows.engine import NOT_BY_YOU


def refused(code: str) -> TrackerError:
    """Return the error that says ``code`` in the user's words."""
    words = labels.word(labels.REFUSAL, code)
    return ForbiddenError(words) if code == NOT_BY_YOU else RefusedError(words, code)


def flush_or_conflict(issue_id: int | None) -> None:
    """Write what is pending; a lost race becomes ``ConflictError``."""
    try:
        db.session.flush()
    except StaleDataError as error:
        db.session.rollback()
        raise conflict(issue_id) from error


def conflict(issue_id: int | None, actor: Actor | None = None) -> ConflictError:
    """Return the error that says who changed the issue last, and when; to ``actor`` that it was they themselves."""
    query = select(IssueEvent).where(IssueEvent.issue_id == issue_id).order_by(IssueEvent.seq.desc()).limit(1)
    last = db.session.scalars(query).first()
    if last is None:
        return ConflictError()
    who = last.actor.name if last.actor else _("系统")
    when = f"{local(last.at):%Y-%m-%d %H:%M}"
    if actor is not None and last.actor_id == actor.person_id:
        words = _("您已于 {when} {what}；如是网络中断后再次提交，不必重复办理，请刷新查看")
        return ConflictError(words.format(when=when, what=labels.word(labels.HAPPENED, last.trigger)))
    words = _("事项已被他人处理，请刷新后重试（{who} 于 {when} {what}）")
    return ConflictError(words.format(who=who, when=when, what=labels.word(labels.HAPPENED, last.trigger)))
