"""The bulletin 督查通报: written over figures that are live, issued over figures that are frozen.

The office writes it; the office or a leader issues it. What was issued is never changed: it can be withdrawn, with a
reason, and keeps its number.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workflows.issue import Capacity, has_reason
from workflows.spec import Guard, Transition, Workflow


class BulletinState(StrEnum):
    """Where a bulletin stands."""

    DRAFT = "draft"
    ISSUED = "issued"
    WITHDRAWN = "withdrawn"
    DISCARDED = "discarded"


@dataclass(frozen=True)
class BulletinFacts:
    """Everything the rules of a bulletin look at."""

    capacities: frozenset[Capacity]
    has_words: bool = False
    has_ended: bool = False
    has_reason: bool = False


S, C, T = BulletinState, Capacity, Transition
written = Guard("bulletin_empty", lambda f: f.has_words)
ended = Guard("bulletin_period_runs", lambda f: f.has_ended)

BULLETIN = Workflow(
    name="bulletin",
    states=BulletinState,
    initial=S.DRAFT,
    transitions=(
        T("edit", S.DRAFT, S.DRAFT, (C.OFFICE,)),
        T("issue", S.DRAFT, S.ISSUED, (C.OFFICE, C.LEADER), (written, ended)),
        T("discard", S.DRAFT, S.DISCARDED, (C.OFFICE,)),
        T("withdraw", S.ISSUED, S.WITHDRAWN, (C.OFFICE, C.LEADER), (has_reason,)),
    ),
)
