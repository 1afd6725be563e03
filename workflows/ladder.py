"""The ladder 督办 that a late issue climbs by working days: letters, colours, and the points they cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from workflows.issue import IssueState
from workflows.letter import LADDER, LetterKind
from workflows.policy import Policy, Terms

_DAY = timedelta(days=1)
CLIMBING = (IssueState.ASSIGNED, IssueState.RECTIFYING)


class PointCause(StrEnum):
    """What costs a responsible unit points in the annual evaluation: a colour reached, or a document issued."""

    YELLOW = "yellow"
    RED = "red"
    REMIND = "remind"
    SUPERVISE = "supervise"
    INTERVIEW = "interview"


@dataclass(frozen=True)
class Step:
    """One step of the ladder: reached at ``workdays`` late; ``turn`` counts repeated interviews, from 1."""

    kind: LetterKind
    workdays: int
    turn: int = 1

    @property
    def code(self) -> str:
        """Return what tells this step from every other of the same deadline."""
        return f"{self.kind.value}:{self.turn}"


def steps_reached(terms: Terms, workdays_late: int) -> tuple[Step, ...]:
    """Return every step an issue this late has come by, the lowest first; a step set to 0 days is left out."""
    plain = ((LetterKind.REMIND, terms.remind_letter_from), (LetterKind.SUPERVISE, terms.supervise_letter_from))
    steps = [Step(kind, days) for kind, days in plain if 0 < days <= workdays_late]
    steps += [
        Step(LetterKind.INTERVIEW, terms.interview_from + terms.interview_every * n, n + 1)
        for n in range(terms.interviews_due(workdays_late))
    ]
    return tuple(steps)


def highest(steps: Sequence[Step]) -> Step:
    """Return the step that counts among those reached: interviews before letters, a later turn before an earlier."""
    return max(steps, key=lambda step: (LADDER.index(step.kind), step.turn))


def next_step_after(terms: Terms, workdays_late: int) -> int:
    """Return at how many working days late the next step or colour comes; there is always one, interviews repeat."""
    ahead = [days for days in _thresholds(terms) if days > workdays_late]
    if ahead:
        return min(ahead)
    return terms.interview_from + terms.interview_every * terms.interviews_due(workdays_late)


def _thresholds(terms: Terms) -> Iterator[int]:
    yield from (terms.yellow_from, terms.red_from)
    yield from (terms.remind_letter_from, terms.supervise_letter_from, terms.interview_from)


def colour_reached(terms: Terms, workdays_late: int) -> tuple[PointCause, ...]:
    """Return the colours an issue this late has come by, the lesser first."""
    colours = ((PointCause.YELLOW, terms.yellow_from), (PointCause.RED, terms.red_from))
    return tuple(cause for cause, days in colours if workdays_late >= days)


def points_for(terms: Terms, cause: PointCause) -> int:
    """Return how many points the cause costs; 0 costs none and is not written down."""
    return {
        PointCause.YELLOW: terms.points_yellow,
        PointCause.RED: terms.points_red,
        PointCause.REMIND: terms.points_remind,
        PointCause.SUPERVISE: terms.points_supervise,
        PointCause.INTERVIEW: terms.points_interview,
    }[cause]


def climbing_from(state: IssueState, deadline: date | None) -> date | None:
    """Return the first day on which the ladder is to be looked at, ``None`` where it rests.

    It climbs only while the responsible unit has to move: not while a re-check or a sign-off is waited for.
    """
    return deadline + _DAY if deadline is not None and state in CLIMBING else None


def levels_up(policy: Policy, kind: LetterKind) -> int:
    """Return how many levels above the responsible unit a document of the ladder goes; 0 is the unit itself."""
    return {
        LetterKind.REMIND: policy.remind_letter_level,
        LetterKind.SUPERVISE: policy.supervise_letter_level,
        LetterKind.INTERVIEW: policy.interview_letter_level,
    }.get(kind, 0)


def addressee(line: Sequence[int], levels: int) -> tuple[int, bool]:
    """Return the unit a document goes to, and whether the way up ended below it.

    ``line`` are the ids from the responsible unit up to the one below the county. Where the way ends, the county's
    leader in charge is told as well: there is no unit above that could be written to.
    """
    place = min(levels, len(line) - 1)
    return line[place], place < levels
