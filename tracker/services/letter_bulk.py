"""Many proposals decided at once: each in a transaction of its own, so that one refusal does not stop the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tracker.errors import TrackerError
from tracker.policy import Actor
from tracker.services.checks import words_needed
from tracker.services.letters import letter_issue, letter_withdraw
from workflows.letter import LetterState


@dataclass(frozen=True)
class LetterOutcome:
    """What became of one: its number, or why it was left."""

    letter_id: int
    ok: bool
    message: str


def proposals_decide(*, ids: Sequence[int], reason: str | None, actor: Actor, at: datetime) -> list[LetterOutcome]:
    """Issue these proposals as they are, or with a ``reason`` withdraw them; return what became of each."""
    said = None if reason is None else words_needed("reason", reason, "no_reason")
    return [_decided(one, said, actor, at) for one in ids]


def _decided(letter_id: int, reason: str | None, actor: Actor, at: datetime) -> LetterOutcome:
    try:
        if reason is None:
            letter = letter_issue(letter_id=letter_id, actor=actor, at=at)
        else:
            proposed = LetterState.PROPOSED  # what was issued meanwhile is withdrawn on its own page alone
            letter = letter_withdraw(letter_id=letter_id, reason=reason, actor=actor, at=at, seen=proposed)
    except TrackerError as error:
        return LetterOutcome(letter_id, ok=False, message=error.message)
    return LetterOutcome(letter_id, ok=True, message=letter.number or "")
