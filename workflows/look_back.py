"""The look-back 回头看: somebody goes and sees whether what was signed off has held, or has come back.

A look-back waits because a sample drew it, or is made without having been asked for; either way it ends once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workflows.issue import IMPARTIAL, Capacity, has_finding, has_reason, not_who_verified
from workflows.spec import Guard, Transition, Workflow


class LookBackState(StrEnum):
    """Where a look-back stands."""

    WAITING = "waiting"
    HELD = "held"
    FOUND_AGAIN = "found_again"
    DROPPED = "dropped"


class FoundAgain(StrEnum):
    """What becomes of an issue that was found again: it is opened again, or a new one is linked to it."""

    REOPEN = "reopen"
    LINKED = "linked"


@dataclass(frozen=True)
class LookBackFacts:
    """Everything the rules of a look-back look at; the person counts, whatever the post."""

    capacities: frozenset[Capacity]
    is_signed_off: bool = False
    has_recheck_finding: bool = False
    has_reason: bool = False
    other_group_must_recheck: bool = False
    actor_submitted: bool = False
    actor_uploaded_after: bool = False
    actor_in_submitting_unit: bool = False
    actor_verified: bool = False
    actor_signed_off: bool = False
    actor_in_verifying_group: bool = False


signed_off = Guard("look_back_not_signed_off", lambda f: f.is_signed_off)
not_who_signed_off = Guard("you_signed_off", lambda f: not f.actor_signed_off)
other_group_looks = Guard(
    "your_group_verified", lambda f: not (f.other_group_must_recheck and f.actor_in_verifying_group)
)

S, C, T = LookBackState, Capacity, Transition
_BY = (C.GROUP, C.OFFICE)
# Who closed an issue may say that it came back, for that speaks against them; that it held, others say.
_UNBIASED = (*IMPARTIAL, not_who_verified, not_who_signed_off, other_group_looks)
LOOK_BACK = Workflow(
    name="look_back",
    states=LookBackState,
    initial=S.WAITING,
    transitions=(
        T("hold", S.WAITING, S.HELD, _BY, (signed_off, *_UNBIASED, has_finding)),
        T("find_again", S.WAITING, S.FOUND_AGAIN, _BY, (signed_off, has_finding)),
        T("drop", S.WAITING, S.DROPPED, (C.OFFICE,), (has_reason,)),
    ),
)
SETTLED = frozenset({S.HELD, S.FOUND_AGAIN})


def found_again_way(policy: str, *, is_confidential: bool, has_holder: bool) -> FoundAgain:
    """Return what becomes of an issue that was found again, by the county's policy.

    What nobody would have to rectify cannot be opened again; what is confidential keeps its narrow circle.
    """
    if is_confidential:
        return FoundAgain.REOPEN
    return FoundAgain(policy) if has_holder else FoundAgain.LINKED
