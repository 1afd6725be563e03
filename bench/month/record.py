"""What was seen of a simulation, and what is to be said of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

Told = tuple[int, int, str, date]  # issue, person, rule, last day


@dataclass(frozen=True)
class Act:
    """Something somebody did, between two instants: the trigger, and what the form said."""

    issue_id: int
    trigger: str
    begun: float
    done: float
    day: date | None = None
    unit_id: int | None = None
    person_id: int | None = None


@dataclass(frozen=True)
class Span:
    """A time during which an issue waited for the same thing; ``sure_from`` and ``sure_to`` lie inside it."""

    state: str
    due: date
    unit_id: int | None
    person_id: int | None
    begin: float
    sure_from: float
    sure_to: float
    end: float


@dataclass
class Record:
    """What was seen of a simulation."""

    began: float = 0
    ended: float = 0
    issues: list[dict[str, Any]] = field(default_factory=list)  # as they were before it began
    policies: dict[int, dict[str, Any]] = field(default_factory=dict)  # what each version says, beside the usual
    acts: list[Act] = field(default_factory=list)
    lost: list[float] = field(default_factory=list)  # when a leader was killed, frozen or went wrong, or one was back
    outages: list[tuple[float, float]] = field(default_factory=list)  # when nothing ran at all
    seen: dict[int, float] = field(default_factory=dict)  # message → when it was first there
    mails: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Due:
    """One reminder that one person must get, or may get where ``must`` is false."""

    at: float
    must: bool
    is_urgent: bool
    span: Span


@dataclass
class Verdict:
    """What was promised and what came of it."""

    due: int = 0
    missing: list[Any] = field(default_factory=list)
    unexpected: list[Any] = field(default_factory=list)
    outdated: list[Any] = field(default_factory=list)
    twice: list[Any] = field(default_factory=list)
    disturbing: list[Any] = field(default_factory=list)
    digests_wrong: list[Any] = field(default_factory=list)
    mails_missing: list[Any] = field(default_factory=list)
    mails_twice: list[Any] = field(default_factory=list)
    late: list[Any] = field(default_factory=list)
    lateness: list[float] = field(default_factory=list)  # since due, or since the leader was lost
    delays: list[float] = field(default_factory=list)  # since due

    @property
    def faults(self) -> dict[str, list[Any]]:
        """Return every kind of finding."""
        names = ("missing", "unexpected", "outdated", "twice", "disturbing", "digests_wrong", "mails_missing",
                 "mails_twice", "late")  # fmt: skip
        return {name: getattr(self, name) for name in names}

    @property
    def holds(self) -> bool:
        """Tell whether every promise was kept, and whether there was one."""
        return self.due > 0 and not any(self.faults.values())
