"""A small world in which the three machines run together: who acts, what is known, what a move changes.

It stands in for the office: it remembers only what guards look at, so that the worlds are finitely many.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from workflows.consent import CONSENT_AT, ConsentKind
from workflows.issue import Capacity, IssueState

TODAY = date(2026, 3, 2)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
C, S = Capacity, IssueState


class Actor(NamedTuple):
    """A person with every capacity they could act in; ``unit`` and ``group`` are where they belong."""

    name: str
    capacities: frozenset[Capacity]
    unit: str = ""
    group: str = ""


RESPONSIBLE_UNIT = "unit_a"
ACTORS = {
    actor.name: actor
    for actor in (
        Actor("finder", frozenset({C.FINDER, C.GROUP}), group="group_a"),
        Actor("group_lead", frozenset({C.GROUP, C.GROUP_LEAD}), group="group_a"),
        Actor("other_group", frozenset({C.GROUP}), group="group_b"),
        Actor("lent_by_unit", frozenset({C.GROUP}), unit=RESPONSIBLE_UNIT, group="group_b"),
        Actor("officer", frozenset({C.OFFICE})),
        Actor("second_officer", frozenset({C.OFFICE})),
        Actor("officer_of_unit", frozenset({C.OFFICE}), unit=RESPONSIBLE_UNIT),
        Actor("assignee", frozenset({C.RESPONSIBLE}), unit=RESPONSIBLE_UNIT),
        Actor("named_elsewhere", frozenset({C.RESPONSIBLE}), unit="unit_b"),
        Actor("leader", frozenset({C.LEADER})),
        Actor("leader_of_unit", frozenset({C.LEADER}), unit=RESPONSIBLE_UNIT),
        Actor("department", frozenset({C.DEPARTMENT})),
        Actor("everything", frozenset(Capacity), group="group_b"),
    )
}


class Setting(NamedTuple):
    """What does not change in the life of one issue."""

    major: bool = False
    undated: bool = False
    long_term: bool = False
    other_group_must_recheck: bool = True
    group_lead_may_assign: bool = False
    finder: str = "finder"


# Severity, finder and the rule of the other group meet in the same guards, so they are combined in full;
# the rest is decided before the re-check and needs each of its values only once.
SETTINGS = tuple(
    Setting(major, other, other, not other, not other, finder)
    for major in (False, True)
    for other in (False, True)
    for finder in ("finder", "officer")
)


class World(NamedTuple):
    """Everything a later move may depend on; deadlines are numbered, 0 being the first."""

    setting: Setting
    state: IssueState = S.DRAFT
    contested: bool = False
    first_deadline: int | None = None
    deadline: int | None = None
    late: bool = False
    open_stages: bool = False
    uploader: str = ""
    submitter: str = ""
    verifier: str = ""
    review_dated: bool = False
    extension_by: str = ""
    approved: int = 0
    consent_asked_by: str = ""
    consent_given_by: str = ""


def consent_kind(world: World) -> ConsentKind | None:
    """Return the consent that can be asked for where the issue stands."""
    return next((kind for kind, state in CONSENT_AT.items() if state is world.state), None)


def group_of_finder(world: World) -> str:
    """Return the group that found the issue; the office has none."""
    return ACTORS[world.setting.finder].group


def in_submitting_unit(world: World, actor: Actor) -> bool:
    """Say whether the actor belongs to the unit that is responsible or to the one of the person who submitted."""
    submitted_by = ACTORS[world.submitter].unit if world.submitter else RESPONSIBLE_UNIT
    return bool(actor.unit) and actor.unit in (RESPONSIBLE_UNIT, submitted_by)


def after_issue_move(world: World, trigger: str, dest: IssueState, actor: Actor) -> World:
    """Return the world after ``actor`` moved the issue; consents are spent by any change of state."""
    moved = world._replace(state=dest)
    if dest is not world.state or trigger == "reassign":
        moved = moved._replace(consent_asked_by="", consent_given_by="", late=False)
    change = _CHANGES.get(trigger)
    return change(moved, actor) if change else moved


def _assigned(world: World, actor: Actor) -> World:
    if world.setting.undated:
        return world
    first = 0 if world.first_deadline is None else world.first_deadline
    return world._replace(first_deadline=first, deadline=world.approved)


def _accepted(world: World, actor: Actor) -> World:
    return world._replace(contested=False, open_stages=world.setting.long_term)


def _returned(world: World, actor: Actor) -> World:
    return world._replace(uploader="", submitter="", verifier="")


def _reassigned(world: World, actor: Actor) -> World:
    return _returned(world, actor)._replace(contested=False, open_stages=False)


_CHANGES: dict[str, Callable[[World, Actor], World]] = {
    "assign": _assigned,
    "contest": lambda world, actor: world._replace(contested=True),
    "accept": _accepted,
    "reassign": _reassigned,
    "submit": lambda world, actor: world._replace(submitter=actor.name),
    "verify": lambda world, actor: world._replace(verifier=actor.name),
    "fail": _returned,
    "refuse": _returned,
    "sign_off": _returned,
    "suspend": lambda world, actor: world._replace(review_dated=True),
    "resume": lambda world, actor: world._replace(review_dated=False),
    "reopen": lambda world, actor: _assigned(_returned(world, actor), actor),
}


def after_extension_move(world: World, trigger: str, actor: Actor) -> World:
    """Return the world after a request for more time was made, approved, refused or withdrawn."""
    if trigger == "request":
        return world._replace(extension_by=actor.name)
    decided = world._replace(extension_by="")
    if trigger != "approve":
        return decided
    return decided._replace(approved=world.approved + 1, deadline=world.approved + 1, late=False)


def after_consent_move(world: World, trigger: str, actor: Actor) -> World:
    """Return the world after consent was asked for, given, declined or withdrawn."""
    if trigger == "request":
        return world._replace(consent_asked_by=actor.name)
    answered = world._replace(consent_asked_by="")
    return answered._replace(consent_given_by=actor.name) if trigger == "give" else answered


def outside_moves(world: World) -> Iterator[World]:
    """Return what happens without the law: evidence is uploaded, a stage is finished, the deadline passes."""
    if world.state is not S.RECTIFYING:
        return
    for actor in ACTORS.values():
        if C.RESPONSIBLE in actor.capacities:
            yield world._replace(uploader=actor.name)
    if world.open_stages:
        yield world._replace(open_stages=False)
    if world.deadline is not None:
        yield world._replace(late=True)
