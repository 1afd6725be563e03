"""Documents of supervision: numbered once issued, received, replied to, settled by somebody else, withdrawn."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests import factories, flows
from tests.conftest import AT
from tests.flows import World
from tests.services.test_race import together
from tracker.clock import local_date
from tracker.database import db
from tracker.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError, RefusedError
from tracker.models import AuditEntry, Counter, IssueEvent, Letter, Point, Reminder, Role, UnitKind
from tracker.policy import Actor
from tracker.services.instructions import InstructionValues, instruction_give
from tracker.services.letter_making import LetterValues
from tracker.services.letter_reminders import letters_remind
from tracker.services.letters import (
    letter_receive,
    letter_reply,
    letter_return,
    letter_settle,
    letter_withdraw,
    letter_write,
)
from workflows.issue import IssueState
from workflows.letter import LetterKind, LetterState

S = IssueState
DAY = timedelta(days=1)


def written(here: World, kind: LetterKind = LetterKind.SUPERVISE, **given: Any) -> Letter:
    values = LetterValues(**{"recipient_unit_id": here.assignee.unit_id} | given)
    return letter_write(kind=kind, values=values, issue_ids=[here.issue.id], actor=here.office, at=here.at)


def by(letter: Letter, actor: Actor, here: World) -> dict[str, Any]:
    return {"letter_id": letter.id, "actor": actor, "at": here.at}


def test_a_letter_goes_its_way_and_every_step_is_told(app: Flask) -> None:
    here = flows.issue_in(S.RECTIFYING)
    letter = written(here)
    assert (letter.number, letter.state, letter.reply_by) == ("督函〔2026〕1号", LetterState.ISSUED, date(2026, 3, 9))
    assert letter.content["issues"][0]["number"] == here.issue.number
    assert flows.told("letter_issued") == {here.assignee.person_id}
    with flows.refused(ForbiddenError):
        letter_receive(**by(letter, here.office, here))
    letter_receive(**by(letter, here.assignee, here))
    assert letter.due_on == letter.reply_by
    letter_reply(**by(letter, here.assignee, here), words="示例：已安排")
    assert here.office.person_id in flows.told("letter_replied")
    letter_return(**by(letter, here.office, here), reason="示例：请写明时间")
    assert (letter.state, flows.told("letter_returned")) == (LetterState.RECEIVED, {here.assignee.person_id})
    letter_reply(**by(letter, here.assignee, here), words="示例：三日内清完")
    letter_settle(**by(letter, here.office, here), opinion="示例：同意")
    assert (letter.state, letter.due_on, letter.remind_on) == (LetterState.SETTLED, None, None)
    told = db.session.scalars(select(IssueEvent.trigger).order_by(IssueEvent.seq)).all()
    steps = ["issue", "receive", "reply", "return", "reply", "settle"]
    assert [one for one in told if one.startswith("letter_")] == [f"letter_{step}" for step in steps]


def test_a_matter_without_an_issue_is_told_to_the_audit_and_settled_by_somebody_else(sqlite_app: Flask) -> None:
    here = flows.world()
    values = LetterValues(here.office.unit_id, subject="示例：报送名单")
    letter = letter_write(kind=LetterKind.ORDER, values=values, actor=here.leader, at=AT)
    letter_receive(**by(letter, here.office, here))
    letter_reply(**by(letter, here.office, here), words="示例：已报")
    with flows.refused(RefusedError, "letter_you_replied"):
        letter_settle(**by(letter, here.office, here))
    letter_settle(**by(letter, here.other_office, here))
    actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)).all()
    assert actions == ["letter.issue", "letter.receive", "letter.reply", "letter.settle"]


@pytest.mark.parametrize(
    ("given", "field"),
    [({"recipient_unit_id": None}, "recipient_unit_id"), ({"reply_by": date(2026, 3, 2)}, "reply_by"),
     ({"subject": "字" * 81}, "subject")],
)  # fmt: skip
def test_what_is_wrong_names_its_field_and_takes_no_number(
    sqlite_app: Flask, given: dict[str, Any], field: str
) -> None:
    here = flows.issue_in(S.RECTIFYING)
    with flows.refused(InvalidError, field):
        written(here, **given)
    assert written(here).serial == 1


def test_nobody_writes_about_what_they_may_not_see(sqlite_app: Flask) -> None:
    here = flows.issue_in(S.RECTIFYING)
    bureau = factories.actor(Role.DEPARTMENT, unit_id=factories.unit(UnitKind.DEPARTMENT).id)
    values = LetterValues(here.assignee.unit_id)
    with flows.refused(NotFoundError):
        letter_write(kind=LetterKind.REMIND, values=values, issue_ids=[here.issue.id], actor=bureau, at=here.at)


def test_a_withdrawn_letter_keeps_its_number_and_its_points_are_weighed_up(app: Flask) -> None:
    here = flows.issue_in(S.RECTIFYING)
    letter = written(here, LetterKind.INTERVIEW)
    letter_withdraw(**by(letter, here.office, here), reason="示例：发错单位")
    assert (letter.state, letter.number) == (LetterState.WITHDRAWN, "督约〔2026〕1号")
    points = db.session.execute(select(Point.points, Point.reverses_id).order_by(Point.id)).all()
    assert [row.points for row in points] == [2, -2]
    assert written(here, LetterKind.INTERVIEW).number == "督约〔2026〕2号"
    with flows.refused(NotFoundError):
        letter_receive(**by(letter, factories.actor(Role.VILLAGE, unit_id=factories.village().id), here))


def test_what_somebody_changed_meanwhile_is_not_changed_again(sqlite_app: Flask) -> None:
    here = flows.issue_in(S.RECTIFYING)
    letter = written(here)
    seen = letter.version
    letter_receive(**by(letter, here.assignee, here), version=seen)
    with flows.refused(ConflictError):
        letter_reply(**by(letter, here.assignee, here), words="示例", version=seen)


def test_numbers_stay_without_gaps_when_many_issue_at_once(app: Flask) -> None:
    here = flows.issue_in(S.RECTIFYING)
    given = {"kind": LetterKind.REMIND, "issue_ids": [here.issue.id], "actor": here.office, "at": here.at}
    good, bad = LetterValues(here.assignee.unit_id), LetterValues(here.assignee.unit_id, words="字" * 4001)

    def refused() -> None:
        with pytest.raises(InvalidError):
            letter_write(**given, values=bad)

    acts = [lambda: letter_write(**given, values=good)] * 5
    assert together(app, *acts, refused, refused) == ["done"] * 7
    assert sorted(db.session.scalars(select(Letter.serial))) == [1, 2, 3, 4, 5]
    assert db.session.get_one(Counter, "letter:remind:2026").value == 5


def test_the_office_registers_an_instruction_for_the_leader_it_names(sqlite_app: Flask) -> None:
    here = flows.issue_in(S.RECTIFYING)
    values = InstructionValues("示例：限期整改", leader_id=here.leader.person_id, reply_by=local_date(AT) + DAY)
    letter = instruction_give(**here.by(here.office), values=values)
    assert (letter.state, letter.number, letter.leader_id) == (
        LetterState.ISSUED, "督批〔2026〕1号", here.leader.person_id,
    )  # fmt: skip
    letter_receive(**by(letter, here.assignee, here))
    letter_reply(**by(letter, here.assignee, here), words="示例：已整改")
    assert here.leader.person_id in flows.told("letter_replied")
    letter_settle(**by(letter, here.leader, here))
    assert letter.state is LetterState.SETTLED


def test_recipients_are_reminded_before_and_after_the_day_each_time_once(app: Flask) -> None:
    here = flows.issue_in(S.RECTIFYING)
    letter = written(here)  # Monday; to be received on Tuesday

    def noted() -> list[tuple[str, str]]:
        query = select(Reminder.kind, Reminder.section).where(Reminder.rule == "letter").order_by(Reminder.id)
        return [(row.kind, row.section.value) for row in db.session.execute(query)]

    for days in (0, 0, 1, 2, 2, 5, 6):  # Saturday the 7th is skipped
        letters_remind(at=AT + days * DAY)
    assert noted() == [("letter_receive", "due"), ("letter_receive", "late")]
    assert letter.remind_on == date(2026, 3, 6)
    letters_remind(at=AT + 4 * DAY)
    assert noted()[-1] == ("letter_receive", "late")
    letter_receive(**by(letter, here.assignee, here))
    assert noted() == []  # what nobody was told yet is taken back
    letters_remind(at=AT + 7 * DAY)
    assert noted() == [("letter_reply", "due")]
