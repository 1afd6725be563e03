"""What counties set for themselves: days, limits, levels and colours, as plain data with defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from workflows.issue import Severity
from workflows.policy_rules import QUIET, RULES, check_field, check_order, check_quiet


class Colour(StrEnum):
    """How urgent an issue is; what a county does about a colour is its own data."""

    NONE = "none"
    BLUE = "blue"
    YELLOW = "yellow"
    RED = "red"


class Urgency(StrEnum):
    """From which colour on a reminder does not wait for the digest."""

    NONE = "none"
    RED = "red"
    YELLOW = "yellow"
    ALL = "all"


class PolicyError(ValueError):
    """A policy cannot be used: ``field`` is dotted (``major.red_from``), ``code`` says what is wrong with it."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(f"{field}: {code}")
        self.field = field
        self.code = code


@dataclass(frozen=True)
class Terms:
    """What holds for one severity; days are working days.

    Reminders from the colour ``urgent_from`` on are sent at once; the others stand in the digest, or, unless
    ``in_digest``, nowhere.
    """

    rectify_days: int = 10
    evidence_needed: int = 1
    remind_before: tuple[int, ...] = (7, 3, 1, 0)
    blue_within: int = 7
    yellow_from: int = 1
    red_from: int = 5
    interview_from: int = 10
    interview_every: int = 5
    remind_letter_from: int = 1
    supervise_letter_from: int = 5
    points_yellow: int = 0
    points_red: int = 1
    points_remind: int = 0
    points_supervise: int = 1
    points_interview: int = 2
    late_every: int = 5
    urgent_from: str = "none"
    in_digest: bool = True

    def colour(self, workdays_late: int, days_left: int | None) -> Colour:
        """Return the colour of an open issue; ``days_left`` is ``None`` for an undated one, which has no colour.

        Both count working days; a deadline that passed on days off is 0 late with 0 left, and still blue.
        """
        if days_left is None:
            return Colour.NONE
        if workdays_late >= self.red_from:
            return Colour.RED
        if workdays_late >= self.yellow_from:
            return Colour.YELLOW
        return Colour.BLUE if days_left <= self.blue_within else Colour.NONE

    def interviews_due(self, workdays_late: int) -> int:
        """Return how many interviews 约谈 an issue this late has given cause to propose."""
        if workdays_late < self.interview_from:
            return 0
        return 1 + (workdays_late - self.interview_from) // self.interview_every


@dataclass(frozen=True)
class Policy:
    """One version of a county's policy; days are working days, ``lookback_days`` calendar days.

    What a colour is called and what is to be done about it are words; empty ones mean the usual.
    Times are wall times in Shanghai, ``HH:MM``; quiet hours end before ``quiet_to`` and may go over midnight.
    """

    assign_days: int = 1
    accept_days: int = 2
    recheck_days: int = 3
    sign_off_days: int = 2
    lookback_days: int = 90
    max_extensions: int = 2
    blue_name: str = ""
    yellow_name: str = ""
    red_name: str = ""
    blue_advice: str = ""
    yellow_advice: str = ""
    red_advice: str = ""
    group_lead_may_assign: bool = False
    other_group_must_recheck: bool = False
    lookback_found_again: str = "reopen"
    lookback_all_major: bool = True
    same_group_rounds: int = 3
    visits_per_month: int = 4
    forms_per_month: int = 2
    photos_per_month: int = 20
    visits_anywhere: bool = False
    letters_await_office: bool = True
    letter_receive_days: int = 1
    remind_letter_reply_days: int = 3
    supervise_letter_reply_days: int = 5
    interview_letter_reply_days: int = 5
    order_reply_days: int = 5
    instruction_reply_days: int = 5
    remind_letter_level: int = 0
    supervise_letter_level: int = 1
    interview_letter_level: int = 2
    clock_remind_before: tuple[int, ...] = (1, 0)
    digest_at: str = "08:30"
    quiet_from: str = "20:00"
    quiet_to: str = "08:00"
    general: Terms = field(default_factory=Terms)
    serious: Terms = field(default_factory=lambda: Terms(rectify_days=15))
    major: Terms = field(default_factory=lambda: Terms(rectify_days=20, evidence_needed=2, urgent_from="red"))

    def for_severity(self, severity: Severity) -> Terms:
        """Return what holds for issues of this severity."""
        return {
            Severity.GENERAL: self.general,
            Severity.SERIOUS: self.serious,
            Severity.MAJOR: self.major,
        }[severity]

    def colour(self, severity: Severity, workdays_late: int, days_left: int | None) -> Colour:
        """Return the colour of an open issue of this severity, see ``Terms.colour``."""
        return self.for_severity(severity).colour(workdays_late, days_left)

    def to_dict(self) -> dict[str, Any]:
        """Return the policy as plain values that JSON can hold; ``from_dict`` reads them back."""
        data: dict[str, Any] = _plain(asdict(self))
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Policy:
        """Return the policy these values describe; what they leave out keeps its default.

        Raises ``PolicyError`` for the first field that ``policy_errors`` names.
        """
        for name, code in policy_errors(data).items():
            raise PolicyError(name, code)
        defaults = cls()
        terms = {s.value: _terms(getattr(defaults, s), data.get(s, {})) for s in Severity}
        return cls(**{**_frozen(data), **terms})


def policy_errors(data: Mapping[str, Any]) -> dict[str, str]:
    """Map every field that cannot be used, dotted, to the code that says why; empty if all can."""
    errors: dict[str, str] = {}
    for name, value in data.items():
        if name in set(Severity):
            errors |= _terms_errors(name, value)
        elif code := check_field(name, value, RULES["policy"]):
            errors[name] = code
    times = {name: data.get(name, getattr(Policy, name)) for name in QUIET}
    if not errors.keys() & times.keys() and (code := check_quiet(**times)):
        errors["digest_at"] = code
    return errors


def _terms_errors(severity: str, value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping):
        return {severity: "policy_not_terms"}
    found = {f"{severity}.{name}": check_field(name, given, RULES["terms"]) for name, given in value.items()}
    errors = {name: code for name, code in found.items() if code}
    if errors:
        return errors
    terms = asdict(_terms(getattr(Policy(), severity), value))
    return {f"{severity}.{name}": code for name, code in check_order(terms).items()}


def _terms(default: Terms, data: Mapping[str, Any]) -> Terms:
    return Terms(**{**asdict(default), **_frozen(data)})


def _frozen(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return list(value) if isinstance(value, tuple) else value
