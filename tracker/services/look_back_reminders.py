"""Reminds of look-backs that a sample waits for: a line a plan, to the groups that may make them, or to the office."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, or_, select

from tracker.clock import local_date
from tracker.database import db
from tracker.models import GroupVillage, Issue, LookBack, LookBackPlan, Person, Post, Role, SupervisionGroup, Unit
from tracker.queries.rules import policy_on, work_calendar
from tracker.services.checks import in_force
from tracker.services.digests import digests_are_next
from tracker.services.reminding import reminder, reminders_note
from workflows.look_back import LookBackState
from workflows.policy import Policy
from workflows.reminding import DigestSection, section_of, step_reached

RULE = "look_back"
_GROUP = (Role.GROUP_LEAD, Role.GROUP_MEMBER)


@dataclass(frozen=True)
class _Waiting:
    """What one person is to hear of one plan: the last days of the look-backs that wait for them."""

    plan: Any
    person_id: int
    dues: Sequence[date]


def look_back_subject(plan_id: int) -> str:
    """Return how a message names the plan whose sample it leads to."""
    return f"look_back_plan:{plan_id}"


def look_backs_remind(*, at: datetime) -> int:
    """Note down who has look-backs to make that are due soon or late; return how many reminders. On working days.

    By the days of the policy for ordinary deadlines, once for each step; late ones are told to the office as well.
    """
    if not digests_are_next(at):  # what is noted down later could be made before anybody hears of it
        return 0
    today, calendar = local_date(at), work_calendar()
    policy = policy_on(today).policy
    horizon = calendar.add_workdays(today, max(policy.general.remind_before, default=0))
    rows = [row for one in _by_person(today, horizon, policy) for row in _reminders(one, today, policy, at)]
    return reminders_note(rows)


def _by_person(today: date, horizon: date, policy: Policy) -> Iterator[_Waiting]:
    waiting = db.session.execute(_waiting(horizon)).all()
    if not waiting:
        return
    rosters, people = _rosters({row.place for row in waiting} | {row.above for row in waiting}, today), _people(today)
    told: dict[tuple[int, int], list[date]] = defaultdict(list)
    for row in waiting:
        groups = rosters.get(row.place, set()) | rosters.get(row.above, set())
        if policy.other_group_must_recheck:
            groups = groups - {row.verified_group_id}
        movers = set().union(*(people.get(group, set()) for group in groups))
        office = people.get(None, set()) if row.due_on < today or not movers else set()
        for person in movers | office:
            told[row.plan_id, person].append(row.due_on)
    plans = {row.id: row for row in db.session.execute(select(LookBackPlan.id, LookBackPlan.name))}
    yield from (_Waiting(plans[plan], person, dues) for (plan, person), dues in sorted(told.items()))


def _waiting(horizon: date) -> Any:
    return (
        select(
            LookBack.plan_id, LookBack.due_on, Issue.verified_group_id, Unit.id.label("place"),
            Unit.parent_id.label("above"),
        )
        .join(Issue, Issue.id == LookBack.issue_id)
        .outerjoin(Unit, Unit.id == Issue.location_id)
        .where(LookBack.state == LookBackState.WAITING, LookBack.due_on <= horizon)
        .order_by(LookBack.id)
    )  # fmt: skip


def _rosters(places: set[int | None], today: date) -> Mapping[int | None, set[int]]:
    """Return the active groups that have each of these places on their roster."""
    query = (
        select(GroupVillage.unit_id, GroupVillage.group_id)
        .join(SupervisionGroup, SupervisionGroup.id == GroupVillage.group_id)
        .where(
            SupervisionGroup.is_active, GroupVillage.valid_from <= today,
            or_(GroupVillage.valid_to.is_(None), GroupVillage.valid_to >= today),
        )
    )  # fmt: skip
    found: dict[int | None, set[int]] = defaultdict(set)
    for place, group in db.session.execute(query):
        if place in places:
            found[place].add(group)
    return found


def _people(today: date) -> Mapping[int | None, set[int]]:
    """Return the people of each group, and those of the office under ``None``."""
    ours = or_(Post.role == Role.OFFICE, and_(Post.role.in_(_GROUP), Post.group_id.is_not(None)))
    query = select(Post.role, Post.group_id, Post.person_id).join(Person, Person.id == Post.person_id)
    found: dict[int | None, set[int]] = defaultdict(set)
    for role, group, person in db.session.execute(query.where(*in_force(today), ours)):
        found[None if role is Role.OFFICE else group].add(person)
    return found


def _reminders(one: _Waiting, today: date, policy: Policy, at: datetime) -> Iterator[dict[str, Any]]:
    """Yield one reminder for each last day and step it has come to; a digest says but the last of them."""
    terms, calendar, first = policy.general, work_calendar(), min(one.dues)
    section = section_of(first, today, calendar)
    is_late = section is DigestSection.LATE
    number = sum(due < today for due in one.dues) if is_late else len(one.dues)
    for due in sorted(set(one.dues)):
        step = step_reached(due, today, calendar, terms.remind_before, terms.late_every)
        if step:
            yield reminder(
                rule=RULE, period=f"{due}:{step}", person_id=one.person_id, at=at, section=section, due_on=first,
                kind="look_back_overdue" if is_late else "look_back_due", subject=look_back_subject(one.plan.id),
                context={"name": one.plan.name, "n": number},
            )  # fmt: skip
