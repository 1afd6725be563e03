"""The rectification issue: found, registered, assigned, rectified, re-checked, signed off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from workflows.spec import Guard, Transition, Workflow


class IssueState(StrEnum):
    """Where an issue stands; “overdue” is no state, see ``is_overdue``."""

    DRAFT = "draft"
    REGISTERED = "registered"
    ASSIGNED = "assigned"
    RECTIFYING = "rectifying"
    SUBMITTED = "submitted"
    VERIFIED = "verified"
    SIGNED_OFF = "signed_off"
    SUSPENDED = "suspended"
    DISMISSED = "dismissed"


class Capacity(StrEnum):
    """In which capacity an actor acts on one issue."""

    FINDER = "finder"
    OFFICE = "office"
    LEADER = "leader"
    RESPONSIBLE = "responsible"
    GROUP = "group"
    GROUP_LEAD = "group_lead"
    DEPARTMENT = "department"


class Severity(StrEnum):
    """How grave an issue is."""

    GENERAL = "general"
    SERIOUS = "serious"
    MAJOR = "major"


class Clock(StrEnum):
    """What is counted while an issue waits."""

    ASSIGN = "assign"
    ACCEPT = "accept"
    DEADLINE = "deadline"
    RECHECK = "recheck"
    SIGN_OFF = "sign_off"
    LOOKBACK = "lookback"
    REVIEW = "review"
    STAGE = "stage"


@dataclass(frozen=True)
class IssueFacts:
    """Everything a guard may look at; gathered by the service, never fetched here.

    ``deadline`` is the one proposed with the request, or the current one where the request proposes none.
    Evidence, submission, upload and re-check count since the last return; a leader's consent only if it was
    given to this very step during the present stay in the state.
    """

    capacities: frozenset[Capacity]
    today: date

    # What the request or the record says.
    has_place: bool = False
    has_star_or_category: bool = False
    has_source: bool = False
    has_description: bool = False
    has_responsible_unit: bool = False
    has_responsible_person: bool = False
    deadline: date | None = None
    deadline_required: bool = True  # False for imported issues listed as 未定时限.
    has_reason: bool = False
    has_note: bool = False
    has_result: bool = False
    has_recheck_finding: bool = False
    duplicates_other: bool = False
    review_date: date | None = None
    measures: int = 0
    undated_measures: int = 0

    # How far the issue is.
    evidence_after: int = 0
    evidence_needed: int = 1
    open_stages: int = 0
    extension_pending: bool = False
    contested_before: bool = False  # This assignment came back to the unit after a contest already.
    major: bool = False
    leader_consented: bool = False

    # What policy says.
    group_lead_may_assign: bool = False
    other_group_must_recheck: bool = True

    # What the acting person has to do with it; the person counts, whatever the post.
    actor_found: bool = False
    actor_in_finder_group: bool = False
    actor_submitted: bool = False
    actor_uploaded_after: bool = False
    actor_in_submitting_unit: bool = False
    actor_verified: bool = False
    actor_consented: bool = False


# The conditions, each with the code of its refusal; ``f`` is an ``IssueFacts``.
has_place = Guard("no_place", lambda f: f.has_place)
has_category = Guard("no_category", lambda f: f.has_star_or_category)
has_source = Guard("no_source", lambda f: f.has_source)
has_description = Guard("no_description", lambda f: f.has_description)

may_assign = Guard("group_lead_may_not_assign", lambda f: Capacity.OFFICE in f.capacities or f.group_lead_may_assign)
has_unit = Guard("no_responsible_unit", lambda f: f.has_responsible_unit)
has_person = Guard("no_responsible_person", lambda f: f.has_responsible_person)
has_deadline = Guard("no_deadline", lambda f: f.deadline is not None or not f.deadline_required)
deadline_ahead = Guard("deadline_in_past", lambda f: f.deadline is None or f.deadline >= f.today)

has_reason = Guard("no_reason", lambda f: f.has_reason)
has_reason_or_original = Guard("no_reason_or_original", lambda f: f.has_reason or f.duplicates_other)
first_contest = Guard("contested_before", lambda f: not f.contested_before)
has_measures = Guard("no_measures", lambda f: f.measures > 0)
measures_dated = Guard("undated_measures", lambda f: f.measures <= 1 or f.undated_measures == 0)
has_note = Guard("no_note", lambda f: f.has_note)

has_result = Guard("no_result", lambda f: f.has_result)
has_evidence = Guard("not_enough_evidence", lambda f: f.evidence_after >= f.evidence_needed)
stages_finished = Guard("open_stages", lambda f: f.open_stages == 0)
no_extension_pending = Guard("extension_pending", lambda f: not f.extension_pending)

has_finding = Guard("no_finding", lambda f: f.has_recheck_finding)
not_who_submitted = Guard("you_submitted", lambda f: not f.actor_submitted)
not_who_uploaded = Guard("you_uploaded", lambda f: not f.actor_uploaded_after)
not_their_unit = Guard("your_unit_submitted", lambda f: not f.actor_in_submitting_unit)
not_who_verified = Guard("you_verified", lambda f: not f.actor_verified)
other_group = Guard("your_group_found", lambda f: not (f.other_group_must_recheck and f.actor_in_finder_group))

leader_agrees = Guard("no_leader_consent", lambda f: f.leader_consented)
leader_agrees_if_major = Guard("no_leader_consent", lambda f: f.leader_consented or not f.major)
finder_not_alone = Guard("finder_alone", lambda f: f.leader_consented or not f.actor_found)
not_who_consented = Guard("you_consented", lambda f: not f.actor_consented)

has_review_date = Guard("no_review_date", lambda f: f.review_date is not None)
review_ahead = Guard("review_date_not_ahead", lambda f: f.review_date is None or f.review_date > f.today)

DESCRIBED = (has_place, has_category, has_source, has_description)
ADDRESSED = (has_unit, has_person)
DATED = (has_deadline, deadline_ahead)
FINISHED = (no_extension_pending, stages_finished, has_result, has_evidence)
IMPARTIAL = (not_who_submitted, not_who_uploaded, not_their_unit)
FOUR_EYES = (not_who_verified, leader_agrees_if_major, finder_not_alone, not_who_consented)
SUSPENDABLE = (no_extension_pending, leader_agrees, not_who_consented, has_reason, has_review_date, review_ahead)

S, C, T = IssueState, Capacity, Transition
ISSUE = Workflow(
    name="issue",
    states=IssueState,
    initial=S.DRAFT,
    transitions=(
        T("register", S.DRAFT, S.REGISTERED, (C.FINDER, C.OFFICE), DESCRIBED),
        T("assign", S.REGISTERED, S.ASSIGNED, (C.OFFICE, C.GROUP_LEAD), (may_assign, *ADDRESSED, *DATED)),
        T("dismiss", S.REGISTERED, S.DISMISSED, (C.OFFICE,), (has_reason_or_original,)),
        T("contest", S.ASSIGNED, S.REGISTERED, (C.RESPONSIBLE,), (first_contest, has_reason)),
        T("accept", S.ASSIGNED, S.RECTIFYING, (C.RESPONSIBLE,), (has_measures, measures_dated)),
        T("reassign", S.ASSIGNED, S.ASSIGNED, (C.OFFICE,), (has_reason, *ADDRESSED)),
        T("reassign", S.RECTIFYING, S.ASSIGNED, (C.OFFICE,), (no_extension_pending, has_reason, *ADDRESSED)),
        T("progress", S.RECTIFYING, S.RECTIFYING, (C.RESPONSIBLE,), (has_note,)),
        T("submit", S.RECTIFYING, S.SUBMITTED, (C.RESPONSIBLE,), FINISHED),
        T("suspend", S.RECTIFYING, S.SUSPENDED, (C.OFFICE,), SUSPENDABLE),
        T("resume", S.SUSPENDED, S.RECTIFYING, (C.OFFICE,), (has_reason,)),
        T("fail", S.SUBMITTED, S.RECTIFYING, (C.GROUP,), (*IMPARTIAL, has_reason)),
        T("verify", S.SUBMITTED, S.VERIFIED, (C.GROUP,), (*IMPARTIAL, other_group, has_finding)),
        T("refuse", S.VERIFIED, S.RECTIFYING, (C.OFFICE,), (has_reason,)),
        T("sign_off", S.VERIFIED, S.SIGNED_OFF, (C.OFFICE,), (*IMPARTIAL, *FOUR_EYES)),
        T("reopen", S.SIGNED_OFF, S.RECTIFYING, (C.GROUP, C.OFFICE), (has_finding, *DATED)),
    ),
)


@dataclass(frozen=True)
class Waiting:
    """Whose move it is in a state, and the clock that runs meanwhile."""

    movers: tuple[Capacity, ...]
    clock: Clock | None


# A leader whose consent is asked for waits in the consent's own machine, not here.
WAITING = {
    S.DRAFT: Waiting((C.FINDER,), None),
    S.REGISTERED: Waiting((C.OFFICE,), Clock.ASSIGN),
    S.ASSIGNED: Waiting((C.RESPONSIBLE,), Clock.ACCEPT),
    S.RECTIFYING: Waiting((C.RESPONSIBLE,), Clock.DEADLINE),
    S.SUBMITTED: Waiting((C.GROUP,), Clock.RECHECK),
    S.VERIFIED: Waiting((C.OFFICE,), Clock.SIGN_OFF),
    S.SIGNED_OFF: Waiting((), Clock.LOOKBACK),
    S.SUSPENDED: Waiting((C.OFFICE,), Clock.REVIEW),
    S.DISMISSED: Waiting((), None),
}
OPEN_STATES = frozenset({S.REGISTERED, S.ASSIGNED, S.RECTIFYING, S.SUBMITTED, S.VERIFIED})
FINAL_STATES = frozenset({S.SIGNED_OFF, S.DISMISSED})


def is_overdue(state: IssueState, deadline: date | None, today: date) -> bool:
    """Say whether an issue is open and past its deadline; an undated or suspended one never is."""
    return state in OPEN_STATES and deadline is not None and deadline < today


def closed_late(deadline: date | None, hour: time | None, at: datetime) -> bool:
    """Say whether an issue signed off at ``at`` (Shanghai wall time) was late; a day without an hour counts whole."""
    if deadline is None or at.date() != deadline or hour is None:
        return deadline is not None and at.date() > deadline
    return at.time() > hour
