"""What people say on an issue: comments 留言, and urging 催办 by hand."""

from __future__ import annotations

from datetime import datetime, time

from sqlalchemy import func, select

from tracker.clock import ZONE, local_date
from tracker.database import db, transaction
from tracker.errors import ForbiddenError, InvalidError, RefusedError
from tracker.languages import _
from tracker.models import Comment, CommentKind, Issue, IssueEvent, Notice, NoticeKind, Role
from tracker.policy import Actor
from tracker.queries.notices import notice_for
from tracker.services.chain import ISSUES, chain_lock, event_record
from tracker.services.checks import words_of
from tracker.services.notices import notice_urge
from tracker.services.recipients import MOVERS, Audience, movers, people, tell
from tracker.services.transitions import issue_for_change, note
from workflows.issue import IssueState

_LIMIT = 2000
URGED = (IssueState.ASSIGNED, IssueState.RECTIFYING)  # where a notice on paper urges the responsible unit
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


def issue_remind(*, issue_id: int, words: str = "", is_written: bool = False, actor: Actor, at: datetime) -> Issue:
    """Urge whoever's move it is; the same person urges the same issue once a day.

    ``is_written`` issues a 催办通知 as well, to the responsible unit while the move is theirs; the office does.
    """
    with transaction():
        issue = issue_for_change(issue_id, actor)
        if actor.role not in _URGING:
            raise ForbiddenError
        said = words_of("words", words, _LIMIT)
        if issue.state not in MOVERS:
            raise RefusedError(_("该问题没有待办事项，无需催办"))
        if _urged_today(issue, actor, at):
            raise RefusedError(_("您今天已催办过该问题，请明天再催办"))
        letter = _written(issue, said, actor, at) if is_written else {}
        event = note(issue, "urge", actor=actor, at=at, detail={"words": said} | letter)
        tell(issue, event, "urged", movers(issue, local_date(at)), actor=actor, at=at, words=said)
        return issue


def _written(issue: Issue, words: str, actor: Actor, at: datetime) -> dict[str, str]:
    if actor.role is not Role.OFFICE:
        raise ForbiddenError
    if issue.state not in URGED or issue.responsible_unit_id is None:
        raise RefusedError(_("现在不由责任单位办理，不能出具催办通知；请去掉该项后再催办"))
    return {"document": notice_urge(issue, words, actor=actor, at=at).number}


def notice_sign(*, notice_id: int, actor: Actor, at: datetime) -> Notice:
    """Record that the responsible unit received a 催办通知; once."""
    with transaction():
        chain_lock(ISSUES)
        notice = notice_for(notice_id, actor)
        issue = issue_for_change(notice.issue_id, actor)
        db.session.refresh(notice)
        if notice.kind != NoticeKind.URGE or not is_addressed(actor, notice):
            raise ForbiddenError
        if notice.received_at is not None:
            raise RefusedError(_("该通知已签收"))
        notice.received_at, notice.received_by_id = at, actor.person_id
        event_record(issue, "notice_receive", actor=actor, at=at, source=issue.state, dest=issue.state,
                     detail={"document": notice.number})  # fmt: skip
        return notice


def is_addressed(actor: Actor, notice: Notice) -> bool:
    """Tell whether the actor receives a notice: in a post at its unit, or as the person who answers for the issue."""
    return actor.unit_id == notice.recipient_unit_id or actor.person_id == notice.issue.responsible_id


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
