"""Whose move it is: for each role the sorts of issue that wait for it, each a condition that lists and counts share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from tracker.languages import N_
from tracker.models import Consent, Extension, Issue, Role
from tracker.policy import IS_OPEN, Actor
from tracker.policy.scope import roster_ids
from tracker.queries.lateness import is_overdue, is_undated
from tracker.queries.rules import policy_on, work_calendar
from workflows.consent import ConsentKind, ConsentState
from workflows.extension import ExtensionState
from workflows.issue import IssueState, Severity

OFFICE_LEVEL, LEADER_LEVEL = 1, 2


@dataclass(frozen=True)
class Move:
    """One sort of issue that waits: ``words`` name it, ``by`` is the date that makes it urgent (an attribute)."""

    key: str
    words: str
    condition: Callable[[Actor], ColumnElement[bool]]
    by: str = "move_due_on"
    is_watched: bool = False  # to be kept an eye on; somebody else has to move


def _in_state(state: IssueState) -> Callable[[Actor], ColumnElement[bool]]:
    return lambda _actor: Issue.state == state


def _registered(*, contested: bool) -> Callable[[Actor], ColumnElement[bool]]:
    """Return the condition that an issue waits to be assigned; ``contested``: it had been, and came back."""
    before = Issue.assigned_at.is_not(None) if contested else Issue.assigned_at.is_(None)
    return lambda _actor: and_(Issue.state == IssueState.REGISTERED, before)


def _has_extension(level: int) -> Callable[[Actor], ColumnElement[bool]]:
    requested = select(Extension.issue_id).where(
        Extension.state == ExtensionState.REQUESTED,
        Extension.level == level if level == OFFICE_LEVEL else Extension.level >= level,
    )
    return lambda _actor: Issue.id.in_(requested)


def _consents(state: ConsentState, kind: ConsentKind | None = None) -> ColumnElement[bool]:
    asked = select(Consent.issue_id).where(Consent.state == state, Consent.cycle == Issue.cycle)
    return Issue.id.in_(asked if kind is None else asked.where(Consent.kind == kind))


def _to_sign_off(_actor: Actor) -> ColumnElement[bool]:
    waits = and_(Issue.severity == Severity.MAJOR, ~_consents(ConsentState.GIVEN, ConsentKind.SIGN_OFF))
    return and_(Issue.state == IssueState.VERIFIED, ~waits)


def _to_consent(_actor: Actor) -> ColumnElement[bool]:
    return Issue.id.in_(select(Consent.issue_id).where(Consent.state == ConsentState.REQUESTED))


def _to_recheck(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor's group may re-check: on its roster or found by it, and not recused."""
    on_roster, found = Issue.location_id.in_(roster_ids(actor)), Issue.found_by_group_id == actor.group_id
    if policy_on(actor.today).policy.other_group_must_recheck:
        found_by_others = and_(on_roster, Issue.found_by_group_id.is_distinct_from(actor.group_id))
        return and_(Issue.state == IssueState.SUBMITTED, found_by_others, _is_not_home(actor))
    return and_(Issue.state == IssueState.SUBMITTED, or_(on_roster, found), _is_not_home(actor))


def _is_not_home(actor: Actor) -> ColumnElement[bool]:
    home = actor.home_unit_id
    if home is None:
        return true()
    return and_(Issue.location_id.is_distinct_from(home), Issue.responsible_unit_id.is_distinct_from(home))


def _is_mine(actor: Actor) -> ColumnElement[bool]:
    me = Issue.responsible_id == actor.person_id
    return me if actor.unit_id is None else or_(me, Issue.responsible_unit_id == actor.unit_id)


def _mine(state: IssueState, *, returned: bool | None = None) -> Callable[[Actor], ColumnElement[bool]]:
    def condition(actor: Actor) -> ColumnElement[bool]:
        parts = [Issue.state == state, _is_mine(actor)]
        if returned is not None:
            parts.append(Issue.returns > 0 if returned else Issue.returns == 0)
        return and_(*parts)

    return condition


def is_soon(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that an open issue is due within the days that policy colours blue."""
    last = work_calendar().add_workdays(actor.today, policy_on(actor.today).policy.general.blue_within)
    return and_(IS_OPEN, Issue.deadline.between(actor.today, last))


def _late_to_accept(actor: Actor) -> ColumnElement[bool]:
    return and_(Issue.state == IssueState.ASSIGNED, Issue.move_due_on < actor.today)


def _reported(actor: Actor) -> ColumnElement[bool]:
    return Issue.created_by_id == actor.person_id


def _draft(actor: Actor) -> ColumnElement[bool]:
    return and_(Issue.state == IssueState.DRAFT, Issue.created_by_id == actor.person_id)


def _group_draft(actor: Actor) -> ColumnElement[bool]:
    others = and_(Issue.found_by_group_id == actor.group_id, Issue.created_by_id != actor.person_id)
    return and_(Issue.state == IssueState.DRAFT, others) if actor.group_id else false()


def _found_late(actor: Actor) -> ColumnElement[bool]:
    return and_(Issue.found_by_group_id == actor.group_id, is_overdue(actor.today))


MOVES: Mapping[str, Move] = {
    move.key: move
    for move in (
        Move("to_assign", N_("待交办"), _registered(contested=False)),
        Move("contested", N_("申诉待处理"), _registered(contested=True)),
        Move("to_sign_off", N_("待销号审批"), _to_sign_off),
        Move("extensions", N_("延期申请待批复"), _has_extension(OFFICE_LEVEL), by="deadline"),
        Move("to_review", N_("挂账待复审"), _in_state(IssueState.SUSPENDED)),
        Move("consents", N_("待领导批示"), _to_consent),
        Move("extensions_again", N_("再次延期待批复"), _has_extension(LEADER_LEVEL), by="deadline"),
        Move("to_recheck", N_("待现场复核"), _to_recheck),
        Move("to_accept", N_("待签收"), _mine(IssueState.ASSIGNED)),
        Move("returned", N_("退回待整改"), _mine(IssueState.RECTIFYING, returned=True), by="deadline"),
        Move("to_rectify", N_("整改中"), _mine(IssueState.RECTIFYING, returned=False), by="deadline"),
        Move("drafts", N_("我的草稿"), _draft, by="found_on"),
        Move("group_drafts", N_("本组草稿"), _group_draft, by="found_on"),
        Move("overdue", N_("已逾期"), lambda actor: is_overdue(actor.today), by="deadline", is_watched=True),
        Move("undated", N_("未定时限"), lambda _a: is_undated(), by="found_on", is_watched=True),
        Move("soon", N_("即将到期"), is_soon, by="deadline", is_watched=True),
        Move("late_to_accept", N_("逾期未签收"), _late_to_accept, is_watched=True),
        Move("found_late", N_("本组发现、已逾期"), _found_late, by="deadline", is_watched=True),
        Move("reported", N_("我反映的问题"), _reported, by="found_on", is_watched=True),
    )
}
BY_ROLE: Mapping[Role, tuple[str, ...]] = {
    Role.OFFICE: (
        "contested", "to_assign", "extensions", "to_sign_off", "to_review", "drafts", "overdue", "undated",
    ),
    Role.LEADER: ("consents", "extensions_again", "overdue"),
    Role.GROUP_LEAD: ("to_recheck", "drafts", "group_drafts", "found_late"),
    Role.GROUP_MEMBER: ("to_recheck", "drafts", "found_late"),
    Role.ASSIGNEE: ("returned", "to_accept", "to_rectify"),
    Role.VILLAGE: ("returned", "to_accept", "to_rectify", "drafts"),
    Role.DEPARTMENT: ("overdue", "late_to_accept", "soon"),
    Role.TOWNSHIP: ("drafts", "overdue", "late_to_accept", "soon"),
    Role.REPORTER: ("drafts", "reported"),
}  # fmt: skip


def moves_of(role: Role) -> tuple[Move, ...]:
    """Return what can wait for somebody in this role, in the order of the page."""
    return tuple(MOVES[key] for key in BY_ROLE.get(role, ()))
