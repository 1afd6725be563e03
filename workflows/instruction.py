"""Leaders' instructions 批示 and supervision letters 督办单: issued at will, received, replied to, settled.

They share their table and their clock with the documents of the ladder; nobody proposes them, so they begin issued.
"""

from __future__ import annotations

from dataclasses import dataclass

from workflows.engine import NOT_BY_YOU, first_refusal
from workflows.letter import (
    ANSWERS,
    LETTER,
    LetterCapacity,
    LetterKind,
    LetterState,
    has_reason,
    not_who_replied,
)
from workflows.spec import Guard, Transition, Workflow

FREE = (LetterKind.ORDER, LetterKind.INSTRUCTION)

S, C, T = LetterState, LetterCapacity, Transition
_GIVERS = (C.OFFICE, C.ISSUER, C.GIVER)
INSTRUCTION = Workflow(
    name="instruction",
    states=LetterState,
    initial=S.ISSUED,
    transitions=(
        *ANSWERS,
        T("settle", S.REPLIED, S.SETTLED, _GIVERS, (not_who_replied,)),
        T("return", S.REPLIED, S.RECEIVED, _GIVERS, (not_who_replied, has_reason)),
        T("withdraw", S.ISSUED, S.WITHDRAWN, _GIVERS, (has_reason,)),
        T("withdraw", S.RECEIVED, S.WITHDRAWN, _GIVERS, (has_reason,)),
    ),
)


@dataclass(frozen=True)
class GivingFacts:
    """What the law looks at when an instruction is given; the office registers it for a leader it names."""

    is_leader: bool
    is_office: bool
    has_words: bool = False
    names_leader: bool = False
    has_recipient: bool = True
    is_reply_due_ahead: bool = True


GIVING = (
    Guard("instruction_no_words", lambda f: f.has_words),
    Guard("instruction_no_leader", lambda f: f.is_leader or f.names_leader),
    Guard("letter_no_recipient", lambda f: f.has_recipient),
    Guard("letter_due_past", lambda f: f.is_reply_due_ahead),
)
GIVING_CODES = frozenset(guard.code for guard in GIVING)


def giving_refusal(facts: GivingFacts) -> str | None:
    """Return the code that forbids giving, or registering, this instruction, or ``None``."""
    if not (facts.is_leader or facts.is_office):
        return NOT_BY_YOU
    return first_refusal(GIVING, facts)


def machine_of(kind: LetterKind) -> Workflow[LetterState]:
    """Return the table that a document of that kind follows."""
    return INSTRUCTION if kind in FREE else LETTER
