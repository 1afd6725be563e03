"""A leader's consent 领导同意, asked for by the office, beside the issue.

It is a machine of its own so that the issue's table stays exactly the one people read in the rules: there, consent is
a fact that a guard looks at; here, somebody asks, and somebody else, a leader, answers. A consent belongs to one
stay of the issue in one state: when the issue moves, an open one is withdrawn and a given one is spent.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workflows.engine import NOT_BY_YOU, first_refusal
from workflows.issue import IMPARTIAL, Capacity, IssueState, has_reason, not_who_verified
from workflows.spec import Guard, Transition, Workflow


class ConsentState(StrEnum):
    """Where a request for consent stands."""

    REQUESTED = "requested"
    GIVEN = "given"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class ConsentKind(StrEnum):
    """The step of the issue a leader is asked to agree to."""

    SIGN_OFF = "sign_off"
    SUSPEND = "suspend"


CONSENT_AT = {
    ConsentKind.SIGN_OFF: IssueState.VERIFIED,
    ConsentKind.SUSPEND: IssueState.RECTIFYING,
}


@dataclass(frozen=True)
class ConsentFacts:
    """Everything the rules of a consent look at; the person counts, whatever the post."""

    capacities: frozenset[Capacity]
    kind: ConsentKind
    issue_state: IssueState
    has_reason: bool = False
    request_pending: bool = False
    actor_asked: bool = False
    actor_submitted: bool = False
    actor_uploaded_after: bool = False
    actor_in_submitting_unit: bool = False
    actor_verified: bool = False


in_place = Guard("consent_out_of_place", lambda f: CONSENT_AT[f.kind] is f.issue_state)
one_at_a_time = Guard("consent_pending", lambda f: not f.request_pending)
not_who_asked = Guard("you_asked", lambda f: not f.actor_asked)

S, C, T = ConsentState, Capacity, Transition
CONSENT = Workflow(
    name="consent",
    states=ConsentState,
    initial=S.REQUESTED,
    transitions=(
        T("give", S.REQUESTED, S.GIVEN, (C.LEADER,), (in_place, not_who_asked, *IMPARTIAL, not_who_verified)),
        T("decline", S.REQUESTED, S.DECLINED, (C.LEADER,), (not_who_asked, has_reason)),
        T("withdraw", S.REQUESTED, S.WITHDRAWN, (C.OFFICE,)),
    ),
)
CONSENT_REQUEST = (in_place, one_at_a_time)
CONSENT_REQUEST_CODES = frozenset(guard.code for guard in CONSENT_REQUEST)


def consent_request_refusal(facts: ConsentFacts) -> str | None:
    """Return the code that forbids asking for this consent, or ``None``; only the office asks."""
    if C.OFFICE not in facts.capacities:
        return NOT_BY_YOU
    return first_refusal(CONSENT_REQUEST, facts)
