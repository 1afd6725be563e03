"""The handover 交接 of what somebody holds, when their post ends, to a successor in the same group or unit.

Two people confirm: who gives says so, who receives accepts. For somebody who has gone already, the office, a county
leader or the leader of the group says so in their place, with a reason, and may not be the one who accepts. What was
done stays with who did it: a handover moves what is still to be done, never the record of a step.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workflows.engine import NOT_BY_YOU, first_refusal
from workflows.issue import has_reason
from workflows.spec import Guard, Transition, Workflow


class HandoverState(StrEnum):
    """Where a handover stands."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class HandoverCapacity(StrEnum):
    """In which capacity somebody acts on a handover."""

    GIVER = "giver"
    RECEIVER = "receiver"
    STEWARD = "steward"


@dataclass(frozen=True)
class HandoverFacts:
    """Everything the rules of a handover look at; the person counts, whatever the post.

    ``giver_is_gone``: their post has ended or their account is closed. ``receiver_fits``: the receiver, another person,
    holds a post today that may take over from the giver's.
    """

    capacities: frozenset[HandoverCapacity]
    giver_is_gone: bool = False
    receiver_fits: bool = False
    receiver_is_actor: bool = False
    actor_proposed: bool = False
    is_pending: bool = False
    holds_something: bool = False
    has_reason: bool = False


S, C, T = HandoverState, HandoverCapacity, Transition
something_held = Guard("handover_empty", lambda f: f.holds_something)
one_at_a_time = Guard("handover_pending", lambda f: not f.is_pending)
giver_speaks = Guard("handover_giver_is_here", lambda f: C.GIVER in f.capacities or f.giver_is_gone)
said_why = Guard("no_reason", lambda f: C.GIVER in f.capacities or f.has_reason)
fitting = Guard("handover_misfit", lambda f: f.receiver_fits)
another_receives = Guard("handover_to_yourself", lambda f: not f.receiver_is_actor)
not_who_proposed = Guard("handover_you_proposed", lambda f: not f.actor_proposed)

HANDOVER = Workflow(
    name="handover",
    states=HandoverState,
    initial=S.PROPOSED,
    transitions=(
        T("accept", S.PROPOSED, S.ACCEPTED, (C.RECEIVER,), (not_who_proposed, fitting)),
        T("decline", S.PROPOSED, S.DECLINED, (C.RECEIVER,), (has_reason,)),
        T("withdraw", S.PROPOSED, S.WITHDRAWN, (C.GIVER, C.STEWARD)),
    ),
)
HANDOVER_REQUEST = (something_held, giver_speaks, said_why, another_receives, fitting, one_at_a_time)
HANDOVER_REQUEST_CODES = frozenset(guard.code for guard in HANDOVER_REQUEST)


def handover_request_refusal(facts: HandoverFacts) -> str | None:
    """Return the code that forbids stating this handover, or ``None``."""
    if facts.capacities.isdisjoint({C.GIVER, C.STEWARD}):
        return NOT_BY_YOU
    return first_refusal(HANDOVER_REQUEST, facts)
