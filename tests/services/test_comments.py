from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import factories, flows
from tracker.database import db
from tracker.errors import ForbiddenError, InvalidError, NotFoundError, RefusedError
from tracker.models import Comment, CommentKind, OutboxMessage
from tracker.services.comments import comment_add, issue_remind
from tracker.services.inbox import message_read, messages_read_all
from tracker.services.instructions import InstructionValues, instruction_give
from workflows.issue import IssueState

pytestmark = pytest.mark.usefixtures("app")
S = IssueState


def test_a_comment_is_kept_and_told_to_who_rectifies_and_who_found_it() -> None:
    here = flows.issue_in(S.RECTIFYING)
    version = here.issue.version
    comment = comment_add(**here.by(here.office), words=" 示例：请尽快 ")
    assert (comment.kind, comment.words, comment.author_id) == (
        CommentKind.COMMENT, "示例：请尽快", here.office.person_id,
    )  # fmt: skip
    assert flows.told("comment") == {here.assignee.person_id, here.finder.person_id}
    assert flows.detail("comment")["words"] == "示例：请尽快"
    assert here.issue.version == version
    for words in (" ", "字" * 2001, "a\x00"):
        with flows.refused(InvalidError, "words"):
            comment_add(**here.by(here.office), words=words)
    stranger = factories.actor(factories.Role.VILLAGE, unit_id=factories.village().id)
    with flows.refused(NotFoundError):
        comment_add(**here.by(stranger), words="示例")


def test_only_a_leader_instructs_and_office_and_responsible_unit_are_told() -> None:
    here = flows.issue_in(S.RECTIFYING)
    for actor in (here.finder, here.assignee):
        with flows.refused(ForbiddenError):
            instruction_give(**here.by(actor), values=InstructionValues("示例"))
    with flows.refused(InvalidError, "leader_id"):
        instruction_give(**here.by(here.office), values=InstructionValues("示例"))
    instruction_give(**here.by(here.leader), values=InstructionValues("示例：限期整改"))
    assert db.session.scalars(select(Comment.kind)).all() == [CommentKind.INSTRUCTION]
    told = {here.office.person_id, here.other_office.person_id, here.assignee.person_id}
    assert flows.told("instruction") == told


@pytest.mark.parametrize(
    ("state", "movers"),
    [
        (S.REGISTERED, ("other_office",)),
        (S.ASSIGNED, ("assignee",)),
        (S.RECTIFYING, ("assignee",)),
        (S.SUBMITTED, ("rechecker", "finder")),
        (S.VERIFIED, ("other_office",)),
    ],
)
def test_urging_reaches_whoever_is_to_move_once_a_day(state: IssueState, movers: tuple[str, ...]) -> None:
    here = flows.issue_in(state)
    issue_remind(**here.by(here.office), words="示例")
    assert flows.told("urged") == {getattr(here, name).person_id for name in movers}
    with flows.refused(RefusedError):
        issue_remind(**here.by(here.office))
    here.at += timedelta(days=1)
    issue_remind(**here.by(here.office))
    for actor in (here.finder, here.rechecker):
        with flows.refused(ForbiddenError):
            issue_remind(**here.by(actor))


@pytest.mark.parametrize("state", [S.SIGNED_OFF, S.DISMISSED])
def test_nobody_is_urged_where_there_is_nothing_to_do(state: IssueState) -> None:
    here = flows.issue_in(state)
    with flows.refused(RefusedError):
        issue_remind(**here.by(here.office))


def test_everyone_reads_their_own_messages_only() -> None:
    here = flows.issue_in(S.RECTIFYING)
    comment_add(**here.by(here.office), words="示例")
    mine = select(OutboxMessage).where(OutboxMessage.recipient_id == here.assignee.person_id)
    first = db.session.scalars(mine.order_by(OutboxMessage.id)).first()
    assert first is not None
    for message_id in (first.id, 2**40, 0):
        with flows.refused(NotFoundError):
            message_read(message_id=message_id, actor=here.office, at=here.at)
    message_read(message_id=first.id, actor=here.assignee, at=here.at)
    message_read(message_id=first.id, actor=here.assignee, at=here.at + timedelta(hours=1))
    assert first.read_at == here.at
    unread = len(db.session.scalars(mine.where(OutboxMessage.read_at.is_(None))).all())
    assert unread > 0
    assert messages_read_all(actor=here.assignee, at=here.at) == unread
    assert db.session.scalars(select(OutboxMessage).where(OutboxMessage.read_at.is_(None))).all()
