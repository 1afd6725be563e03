"""What a check that goes through many records came to, in one line."""

from __future__ import annotations

from dataclasses import dataclass, field

from tracker.languages import _

_SHOWN = 20


@dataclass
class StrayReport:
    """How many records were ``checked``; ``strays`` are the numbers of those that are not as they should be.

    ``good`` (msgid) says it with ``n``, ``bad`` (msgid) with ``numbers``, the first of them.
    """

    good: str
    bad: str
    checked: int = 0
    strays: list[str] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        """Tell whether every record is as it should be."""
        return not self.strays

    def line(self) -> str:
        """Return the report in one line, in the current language."""
        if self.intact:
            return _(self.good).format(n=self.checked)
        return _(self.bad).format(numbers="、".join(self.strays[:_SHOWN]))
