"""What must hold in every world and on every move, said a second time and without the guards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from typing import Any

from workflows.explore.world import ACTORS, RESPONSIBLE_UNIT, TODAY, Actor, World, group_of_finder
from workflows.issue import OPEN_STATES, WAITING, Capacity, IssueState

C, S = Capacity, IssueState
Faults = Iterator[str]
MAX_EXTENSIONS = 2

# What each move of the issue must bring; every value named must be there.
_NEEDED = {
    "register": ("has_place", "has_star_or_category", "has_source", "has_description"),
    "assign": ("has_responsible_unit", "has_responsible_person"),
    "contest": ("has_reason",),
    "accept": ("measures",),
    "reassign": ("has_reason", "has_responsible_unit", "has_responsible_person"),
    "progress": ("has_note",),
    "submit": ("has_result",),
    "fail": ("has_reason",),
    "verify": ("has_recheck_finding",),
    "refuse": ("has_reason",),
    "reopen": ("has_recheck_finding",),
    "suspend": ("has_reason", "review_date"),
    "resume": ("has_reason",),
}


def request_faults(machine: str, trigger: str, facts: Any) -> Faults:
    """Return what a request that passed did not bring."""
    if machine == "issue":
        yield from (f"without_{name}" for name in _NEEDED.get(trigger, ()) if not getattr(facts, name))
        yield from _dates(trigger, facts)
    elif trigger in ("refuse", "decline") and not facts.has_reason:
        yield "without_has_reason"
    elif machine == "extension" and trigger in ("request", "approve"):
        if facts.new_deadline is None or facts.deadline is None or facts.new_deadline <= facts.deadline:
            yield "extension_not_later"
        if trigger == "request" and not facts.has_reason:
            yield "without_has_reason"


def _dates(trigger: str, facts: Any) -> Faults:
    if trigger in ("assign", "reopen"):
        if facts.deadline is None and facts.deadline_required:
            yield "without_deadline"
        if facts.deadline is not None and facts.deadline < TODAY:
            yield "deadline_in_past"
    if trigger == "suspend" and facts.review_date is not None and facts.review_date <= TODAY:
        yield "review_not_ahead"
    if trigger == "accept" and facts.measures > 1 and facts.undated_measures:
        yield "measures_undated"
    if trigger == "dismiss" and not (facts.has_reason or facts.duplicates_other):
        yield "dismissed_without_cause"


def move_faults(machine: str, trigger: str, before: World, after: World, actor: Actor) -> Faults:
    """Return the invariants that this move breaks."""
    if before.first_deadline is not None and after.first_deadline != before.first_deadline:
        yield "first_deadline_changed"
    rule = _RULES.get((machine, trigger))
    if rule:
        yield from rule(before, actor)


def _is_of_unit(actor: Actor) -> bool:
    return actor.unit == RESPONSIBLE_UNIT


def _assign(world: World, actor: Actor) -> Faults:
    if C.OFFICE not in actor.capacities and not world.setting.group_lead_may_assign:
        yield "assigned_by_group_lead"


def _contest(world: World, actor: Actor) -> Faults:
    if world.contested:
        yield "contested_twice"


def _leave_rectifying(world: World, actor: Actor) -> Faults:
    if world.extension_by:
        yield "extension_left_behind"


def _submit(world: World, actor: Actor) -> Faults:
    yield from _leave_rectifying(world, actor)
    if not world.uploader:
        yield "submitted_without_evidence"
    if world.open_stages:
        yield "submitted_with_open_stages"


def _recheck(world: World, actor: Actor) -> Faults:
    if actor.name == world.submitter:
        yield "rechecked_by_submitter"
    if actor.name == world.uploader:
        yield "rechecked_by_uploader"
    if _is_of_unit(actor):
        yield "rechecked_by_own_unit"
    if C.GROUP not in actor.capacities:
        yield "rechecked_by_no_group"


def _verify(world: World, actor: Actor) -> Faults:
    yield from _recheck(world, actor)
    if world.setting.other_group_must_recheck and actor.group == group_of_finder(world):
        yield "rechecked_by_finders_group"


def _sign_off(world: World, actor: Actor) -> Faults:
    part = {"submitter": world.submitter, "uploader": world.uploader, "verifier": world.verifier}
    yield from (f"closed_without_{role}" for role, name in part.items() if not name)
    yield from (f"closed_by_{role}" for role, name in part.items() if name == actor.name)
    if world.verifier in (world.submitter, world.uploader):
        yield "closed_after_own_recheck"
    if _is_of_unit(actor) or C.OFFICE not in actor.capacities:
        yield "closed_by_outsider_of_office"
    if world.consent_given_by in {actor.name, *part.values()}:
        yield "closed_on_own_consent"
    if not world.consent_given_by and (world.setting.major or actor.name == world.setting.finder):
        yield "closed_without_leader"


def _suspend(world: World, actor: Actor) -> Faults:
    yield from _leave_rectifying(world, actor)
    if world.consent_given_by in ("", actor.name):
        yield "suspended_without_leader"


def _ask_extension(world: World, actor: Actor) -> Faults:
    if C.RESPONSIBLE not in actor.capacities:
        yield "extension_asked_by_outsider"
    if world.late or world.deadline is None:
        yield "extension_asked_late"
    if world.state is not S.RECTIFYING or world.extension_by:
        yield "extension_asked_out_of_turn"
    if world.approved >= MAX_EXTENSIONS:
        yield "extension_beyond_limit"


def _decide_extension(world: World, actor: Actor) -> Faults:
    asker = ACTORS[world.extension_by]
    if actor is asker or (actor.unit and actor.unit == asker.unit):
        yield "extension_decided_by_asker"
    if (C.LEADER if world.approved else C.OFFICE) not in actor.capacities:
        yield "extension_decided_on_wrong_level"


def _approve_extension(world: World, actor: Actor) -> Faults:
    yield from _decide_extension(world, actor)
    if world.approved >= MAX_EXTENSIONS:
        yield "extension_beyond_limit"


def _ask_consent(world: World, actor: Actor) -> Faults:
    if C.OFFICE not in actor.capacities or world.consent_asked_by:
        yield "consent_asked_out_of_turn"


def _answer_consent(world: World, actor: Actor) -> Faults:
    if C.LEADER not in actor.capacities or actor.name == world.consent_asked_by:
        yield "consent_answered_by_asker"


def _give_consent(world: World, actor: Actor) -> Faults:
    yield from _answer_consent(world, actor)
    if actor.name in (world.submitter, world.uploader, world.verifier) or _is_of_unit(actor):
        yield "consent_by_party"


_RULES: dict[tuple[str, str], Callable[[World, Actor], Faults]] = {
    ("issue", "assign"): _assign,
    ("issue", "contest"): _contest,
    ("issue", "reassign"): _leave_rectifying,
    ("issue", "submit"): _submit,
    ("issue", "fail"): _recheck,
    ("issue", "verify"): _verify,
    ("issue", "sign_off"): _sign_off,
    ("issue", "suspend"): _suspend,
    ("extension", "request"): _ask_extension,
    ("extension", "approve"): _approve_extension,
    ("extension", "refuse"): _decide_extension,
    ("consent", "request"): _ask_consent,
    ("consent", "give"): _give_consent,
    ("consent", "decline"): _answer_consent,
}


def world_faults(world: World, moved_by: Set[Capacity]) -> Faults:
    """Return the invariants this world breaks; ``moved_by`` are the capacities in which somebody can move it."""
    waiting = WAITING[world.state]
    if waiting.movers and moved_by.isdisjoint(waiting.movers):
        yield "nobody_can_move"
    if world.state in OPEN_STATES | {S.SUSPENDED} and waiting.clock is None:
        yield "no_clock"
    if world.state is S.SUSPENDED and not world.review_dated:
        yield "suspended_without_review"
    if world.deadline is not None and world.first_deadline is None:
        yield "first_deadline_lost"
