"""Numbered documents of supervision 督办文书: the life of each, from its proposal to its settlement.

The clock proposes the document of the highest step of the ladder that an issue reaches; the office issues it, or, where
the county says so, the clock. Its recipient receives it and replies; the office settles.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from workflows.calendar import WorkCalendar
from workflows.issue import FINAL_STATES, IssueState
from workflows.policy import Policy
from workflows.spec import Guard, Transition, Workflow

_DAY = timedelta(days=1)


class LetterState(StrEnum):
    """Where a document stands; it has its number from ``issued`` on, and keeps it when it is withdrawn."""

    PROPOSED = "proposed"
    ISSUED = "issued"
    RECEIVED = "received"
    REPLIED = "replied"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"


class LetterKind(StrEnum):
    """What a document is: the three of the ladder, then those that office and leaders issue at their own will."""

    REMIND = "remind"
    SUPERVISE = "supervise"
    INTERVIEW = "interview"
    ORDER = "order"
    INSTRUCTION = "instruction"


LADDER = (LetterKind.REMIND, LetterKind.SUPERVISE, LetterKind.INTERVIEW)


class LetterCapacity(StrEnum):
    """In which capacity somebody acts on a document; ``clock`` is nobody."""

    OFFICE = "office"
    ISSUER = "issuer"
    GIVER = "giver"
    RECIPIENT = "recipient"
    CLOCK = "clock"


class EndReason(StrEnum):
    """Why a document was withdrawn by itself, or that somebody gave a reason of their own."""

    GIVEN = "given"
    CLOSED = "closed"
    SUSPENDED = "suspended"
    EXTENDED = "extended"
    OVERTAKEN = "overtaken"


@dataclass(frozen=True)
class LetterFacts:
    """Everything the rules of a document look at; the person counts, whatever the post."""

    capacities: frozenset[LetterCapacity]
    has_recipient: bool = True
    has_matter: bool = True
    has_reason: bool = True
    has_reply: bool = True
    is_reply_due_ahead: bool = True
    actor_replied: bool = False


has_recipient = Guard("letter_no_recipient", lambda f: f.has_recipient)
has_matter = Guard("letter_no_matter", lambda f: f.has_matter)
due_ahead = Guard("letter_due_past", lambda f: f.is_reply_due_ahead)
has_reason = Guard("no_reason", lambda f: f.has_reason)
has_reply = Guard("letter_no_reply", lambda f: f.has_reply)
not_who_replied = Guard("letter_you_replied", lambda f: not f.actor_replied)

S, C, T = LetterState, LetterCapacity, Transition
_OFFICE, _CLOCK = (C.OFFICE,), (C.OFFICE, C.CLOCK)
ANSWERS = (
    T("receive", S.ISSUED, S.RECEIVED, (C.RECIPIENT,)),
    T("reply", S.RECEIVED, S.REPLIED, (C.RECIPIENT,), (has_reply,)),
)
LETTER = Workflow(
    name="letter",
    states=LetterState,
    initial=S.PROPOSED,
    transitions=(
        T("issue", S.PROPOSED, S.ISSUED, (C.OFFICE, C.ISSUER, C.CLOCK), (has_recipient, has_matter, due_ahead)),
        T("withdraw", S.PROPOSED, S.WITHDRAWN, _CLOCK, (has_reason,)),
        *ANSWERS,
        T("settle", S.REPLIED, S.SETTLED, (C.OFFICE, C.ISSUER), (not_who_replied,)),
        T("return", S.REPLIED, S.RECEIVED, (C.OFFICE, C.ISSUER), (not_who_replied, has_reason)),
        T("withdraw", S.ISSUED, S.WITHDRAWN, _OFFICE, (has_reason,)),
        T("withdraw", S.RECEIVED, S.WITHDRAWN, _OFFICE, (has_reason,)),
    ),
)


def ends_with(state: IssueState) -> EndReason:
    """Return why what was proposed for an issue ends, where the issue, in this state, is late no more."""
    if state is IssueState.SUSPENDED:
        return EndReason.SUSPENDED
    return EndReason.CLOSED if state in FINAL_STATES else EndReason.EXTENDED


def reply_days(policy: Policy, kind: LetterKind) -> int:
    """Return within how many working days after its issue a document is to be replied to."""
    return {
        LetterKind.REMIND: policy.remind_letter_reply_days,
        LetterKind.SUPERVISE: policy.supervise_letter_reply_days,
        LetterKind.INTERVIEW: policy.interview_letter_reply_days,
        LetterKind.ORDER: policy.order_reply_days,
        LetterKind.INSTRUCTION: policy.instruction_reply_days,
    }[kind]


def due_on(state: LetterState, receive_by: date | None, reply_by: date | None) -> date | None:
    """Return the day by which the present move of the recipient must be made, inclusive; nobody else has a clock."""
    return {LetterState.ISSUED: receive_by, LetterState.RECEIVED: reply_by}.get(state)


def reminding(calendar: WorkCalendar, due: date, after: date, every: int) -> tuple[date, str]:
    """Return the next working day after ``after`` on which a recipient is reminded, and in which part of the digest.

    On the last two working days up to ``due`` the part ``due``; then ``late``: from the first working day after it,
    every ``every`` working days.
    """
    last = due if calendar.is_workday(due) else workday_before(calendar, due)
    for day in (workday_before(calendar, last), last):
        if day > after:
            return day, "due"
    late = max(calendar.workdays_between(due, after), 0)
    turn = 1 if late < 1 else 1 + every * (1 + (late - 1) // every)
    return calendar.add_workdays(due, turn), "late"


def workday_before(calendar: WorkCalendar, day: date) -> date:
    """Return the last working day before ``day``."""
    day -= _DAY
    while not calendar.is_workday(day):
        day -= _DAY
    return day
