"""What the warning colours mean in this county: what each is called, and what is to be done about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tracker import labels
from tracker.database import memo
from tracker.queries.rules import policy_on
from workflows.policy_rules import COLOURS


@dataclass(frozen=True)
class ColourMeaning:
    """A colour in the words of the policy in force, or in the usual ones where it has none of its own."""

    code: str
    name: str
    advice: str

    @property
    def words(self) -> str:
        """Return both in one line."""
        return f"{self.name} {self.advice}"


def colour_meanings(today: date) -> Mapping[str, ColourMeaning]:
    """Return the meaning of each colour ``today``, the most urgent first."""
    return memo(f"colours:{today}", lambda: {code: _meaning(code, today) for code in reversed(COLOURS)})


def _meaning(code: str, today: date) -> ColourMeaning:
    policy = policy_on(today).policy
    name: str = getattr(policy, f"{code}_name") or labels.word(labels.COLOUR_FULL_NAME, code)
    advice: str = getattr(policy, f"{code}_advice") or labels.word(labels.COLOUR_ADVICE, code)
    return ColourMeaning(code, name, advice)
