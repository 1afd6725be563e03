"""What people say on an issue: comments 留言, and urging 催办 by hand."""

from __future__ import annotations

from datetime import datetime, time

from sqlalchemy import func, select

from tracker.clock import ZONE, local_date
from tracker.database import db, transaction
from tracker.errors import ForbiddenError, InvalidError, RefusedError
from tracker.languages import _
from tracker.models import Comment, CommentKind, Issue, IssueEvent, Role
from tracker.policy import Actor
from tracker.services.checks import words_of
from tracker.services.recipients import MOVERS, Audience, movers, people, tell
from tracker.services.transitions import issue_for_change, note

_LIMIT = 2000
_URGING = (Role.OFFICE, Role.LEADER, Role.DEPARTMENT, Role.GROUP_LEAD)


def comment_add(*, issue_id: int, words: str, actor: Actor, at: datetime) -> Comment:
    """Say something on an issue; the one who rectifies and the one who found it are told."""
    with transaction():
        issue = issue_for_change(issue_id, actor)
        comment = comment_keep(issue, CommentKind.COMMENT, words, actor, at)
        event = note(issue, "comment", actor=actor, at=at, detail={"comment_id": comment.id, "words": comment.words})
        told = people(issue, local_date(at), Audience.FINDER, also=[issue.responsible_id])
        tell(issue, event, "comment", told, actor=actor, at=at, words=comment.words)
        return comment


def issue_remind(*, issue_id: int, words: str = "", actor: Actor, at: datetime) -> Issue:
    """Urge whoever's move it is; the same person urges the same issue once a day."""
    with transaction():
        issue = issue_for_change(issue_id, actor)
        if actor.role not in _URGING:
            raise ForbiddenError
        said = words_of("words", words, _LIMIT)
        if issue.state not in MOVERS:
            raise RefusedError(_("该问题没有待办事项，无需催办"))
        if _urged_today(issue, actor, at):
            raise RefusedError(_("您今天已催办过该问题，请明天再催办"))
        event = note(issue, "urge", actor=actor, at=at, detail={"words": said})
        tell(issue, event, "urged", movers(issue, local_date(at)), actor=actor, at=at, words=said)
        return issue


def comment_keep(
    issue: Issue, kind: CommentKind, words: str, actor: Actor, at: datetime, author_id: int | None = None
) -> Comment:
    """Keep what somebody says on an issue, in the caller's transaction; ``author_id`` is whose words they are."""
    said = words_of("words", words, _LIMIT)
    if not said:
        raise InvalidError({"words": _("请填写内容")})
    comment = Comment(
        issue_id=issue.id, kind=kind, author_id=author_id or actor.person_id, acting_as=actor.acting_as, at=at,
        words=said,
    )  # fmt: skip
    db.session.add(comment)
    db.session.flush()
    return comment


def _urged_today(issue: Issue, actor: Actor, at: datetime) -> bool:
    midnight = datetime.combine(local_date(at), time(), ZONE)
    urged = select(func.count()).where(
        IssueEvent.issue_id == issue.id, IssueEvent.trigger == "urge", IssueEvent.actor_id == actor.person_id,
        IssueEvent.at >= midnight,
    )  # fmt: skip
    return bool(db.session.scalar(urged))
