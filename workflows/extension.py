"""A request for more time, beside the issue: asked before the deadline, decided by somebody else.

The first is decided by the office, the second by a leader, a third is refused; the old date and the new one both stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from workflows.engine import NOT_BY_YOU, first_refusal
from workflows.issue import Capacity
from workflows.spec import Guard, Transition, Workflow


class ExtensionState(StrEnum):
    """Where a request for more time stands."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class ExtensionFacts:
    """Everything the rules of an extension look at.

    ``deadline`` is the date to be replaced, ``asked_on`` the day of the request (today while asking),
    ``approved_before`` counts the issue's approved extensions, whoever asked for them.
    """

    capacities: frozenset[Capacity]
    asked_on: date
    deadline: date | None = None
    new_deadline: date | None = None
    has_reason: bool = False
    approved_before: int = 0
    max_extensions: int = 2
    rectifying: bool = True
    request_pending: bool = False
    actor_asked: bool = False
    actor_in_asking_unit: bool = False


while_rectifying = Guard("extension_not_now", lambda f: f.rectifying)
is_dated = Guard("extension_undated", lambda f: f.deadline is not None)
in_time = Guard("extension_late", lambda f: f.deadline is None or f.asked_on <= f.deadline)
one_at_a_time = Guard("extension_pending", lambda f: not f.request_pending)
below_limit = Guard("extension_limit", lambda f: f.approved_before < f.max_extensions)
has_new_deadline = Guard("no_new_deadline", lambda f: f.new_deadline is not None)
is_later = Guard("extension_not_later", lambda f: None in (f.deadline, f.new_deadline) or f.new_deadline > f.deadline)
has_reason = Guard("no_reason", lambda f: f.has_reason)

not_who_asked = Guard("you_asked", lambda f: not f.actor_asked)
not_their_unit = Guard("your_unit_asked", lambda f: not f.actor_in_asking_unit)
first_by_office = Guard("extension_by_office", lambda f: f.approved_before > 0 or Capacity.OFFICE in f.capacities)
next_by_leader = Guard("extension_by_leader", lambda f: f.approved_before == 0 or Capacity.LEADER in f.capacities)

SOUND = (while_rectifying, is_dated, in_time, below_limit, has_new_deadline, is_later)
EXTENSION_REQUEST = (one_at_a_time, *SOUND, has_reason)
RIGHT_LEVEL = (not_who_asked, not_their_unit, first_by_office, next_by_leader)

S, C, T = ExtensionState, Capacity, Transition
EXTENSION = Workflow(
    name="extension",
    states=ExtensionState,
    initial=S.REQUESTED,
    transitions=(
        T("approve", S.REQUESTED, S.APPROVED, (C.OFFICE, C.LEADER), (*RIGHT_LEVEL, *SOUND)),
        T("refuse", S.REQUESTED, S.REFUSED, (C.OFFICE, C.LEADER), (*RIGHT_LEVEL, has_reason)),
        T("withdraw", S.REQUESTED, S.WITHDRAWN, (C.RESPONSIBLE,)),
    ),
)
REQUEST_CODES = frozenset(guard.code for guard in EXTENSION_REQUEST)


def request_refusal(facts: ExtensionFacts) -> str | None:
    """Return the code that forbids asking for this extension, or ``None``; the day of the deadline is in time."""
    if C.RESPONSIBLE not in facts.capacities:
        return NOT_BY_YOU
    return first_refusal(EXTENSION_REQUEST, facts)


def deciding_capacity(approved_before: int) -> Capacity:
    """Return who decides a request, given how many were approved before it."""
    return C.OFFICE if approved_before == 0 else C.LEADER
