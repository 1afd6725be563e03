"""What each field of a policy may hold; the codes say what to mend."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_YEAR = 366
COLOURS = ("blue", "yellow", "red")  # those that a county has a name and an advice for
_WALL_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")


@dataclass(frozen=True)
class Whole:
    """A whole number between ``least`` and ``most``, inclusive."""

    least: int
    most: int = _YEAR

    def refusal(self, value: Any) -> str | None:
        """Return what is wrong with ``value``, or ``None``; a truth value is no number."""
        if not isinstance(value, int) or isinstance(value, bool):
            return "policy_not_whole"
        if value < self.least:
            return "policy_too_small"
        return "policy_too_large" if value > self.most else None


@dataclass(frozen=True)
class YesNo:
    """A truth value."""

    def refusal(self, value: Any) -> str | None:
        """Return what is wrong with ``value``, or ``None``."""
        return None if isinstance(value, bool) else "policy_not_yes_no"


@dataclass(frozen=True)
class Falling:
    """Whole numbers, each smaller than the one before; may be empty."""

    item: Whole

    def refusal(self, value: Any) -> str | None:
        """Return what is wrong with ``value``, or ``None``."""
        if not isinstance(value, list | tuple):
            return "policy_not_list"
        for given in value:
            if code := self.item.refusal(given):
                return code
        falls = all(later < earlier for earlier, later in zip(value, value[1:], strict=False))
        return None if falls else "policy_not_falling"


@dataclass(frozen=True)
class WallTime:
    """A time of day on the wall in Shanghai, ``HH:MM`` from 00:00 to 23:59."""

    def refusal(self, value: Any) -> str | None:
        """Return what is wrong with ``value``, or ``None``."""
        return None if isinstance(value, str) and _WALL_TIME.fullmatch(value) else "policy_not_time"


@dataclass(frozen=True)
class OneOf:
    """One of these codes, in the order in which they are offered."""

    codes: tuple[str, ...]

    def refusal(self, value: Any) -> str | None:
        """Return what is wrong with ``value``, or ``None``."""
        return None if value in self.codes else "policy_not_choice"


@dataclass(frozen=True)
class Words:
    """One line of words of the county's own, at most ``most`` characters; empty where the usual ones will do."""

    most: int

    def refusal(self, value: Any) -> str | None:
        """Return what is wrong with ``value``, or ``None``."""
        if not isinstance(value, str) or not value.isprintable():
            return "policy_not_words"
        return "policy_words_too_long" if len(value) > self.most else None


Rule = Whole | YesNo | Falling | WallTime | OneOf | Words
RULES: dict[str, dict[str, Rule]] = {
    "policy": {
        "assign_days": Whole(1),
        "accept_days": Whole(1),
        "recheck_days": Whole(1),
        "sign_off_days": Whole(1),
        "lookback_days": Whole(1, 10 * _YEAR),
        "max_extensions": Whole(0, 10),
        **{f"{colour}_name": Words(8) for colour in COLOURS},
        **{f"{colour}_advice": Words(60) for colour in COLOURS},
        "group_lead_may_assign": YesNo(),
        "other_group_must_recheck": YesNo(),
        "lookback_found_again": OneOf(("reopen", "linked")),
        "lookback_all_major": YesNo(),
        "same_group_rounds": Whole(1, 50),
        "visits_per_month": Whole(1, 31),
        "forms_per_month": Whole(0, 999),
        "photos_per_month": Whole(0, 999),
        "visits_anywhere": YesNo(),
        "letters_await_office": YesNo(),
        "letter_receive_days": Whole(1),
        "remind_letter_reply_days": Whole(1),
        "supervise_letter_reply_days": Whole(1),
        "interview_letter_reply_days": Whole(1),
        "order_reply_days": Whole(1),
        "instruction_reply_days": Whole(1),
        "remind_letter_level": Whole(0, 5),
        "supervise_letter_level": Whole(0, 5),
        "interview_letter_level": Whole(0, 5),
        "clock_remind_before": Falling(Whole(0)),
        "digest_at": WallTime(),
        "quiet_from": WallTime(),
        "quiet_to": WallTime(),
    },
    "terms": {
        "rectify_days": Whole(1, 10 * _YEAR),
        "evidence_needed": Whole(1, 20),  # Never 0: what is signed off has evidence.
        "remind_before": Falling(Whole(0)),
        "blue_within": Whole(0),
        "yellow_from": Whole(1),
        "red_from": Whole(1),
        "interview_from": Whole(1),
        "interview_every": Whole(1),
        "remind_letter_from": Whole(0),  # 0 leaves the step out.
        "supervise_letter_from": Whole(0),
        "points_yellow": Whole(0, 100),
        "points_red": Whole(0, 100),
        "points_remind": Whole(0, 100),
        "points_supervise": Whole(0, 100),
        "points_interview": Whole(0, 100),
        "late_every": Whole(1),
        "urgent_from": OneOf(("none", "red", "yellow", "all")),
        "in_digest": YesNo(),
    },
}
POLICY_CODES = frozenset(
    {
        "policy_unknown",
        "policy_not_whole",
        "policy_too_small",
        "policy_too_large",
        "policy_not_yes_no",
        "policy_not_list",
        "policy_not_falling",
        "policy_not_time",
        "policy_not_choice",
        "policy_not_words",
        "policy_words_too_long",
        "policy_not_terms",
        "policy_red_before_yellow",
        "policy_interview_before_red",
        "policy_digest_in_quiet",
    }
)


def check_field(name: str, value: Any, rules: Mapping[str, Rule]) -> str | None:
    """Return what is wrong with this field, or ``None``."""
    rule = rules.get(name)
    return rule.refusal(value) if rule else "policy_unknown"


QUIET = ("digest_at", "quiet_from", "quiet_to")


def check_quiet(digest_at: str, quiet_from: str, quiet_to: str) -> str | None:
    """Return the code that says that digests would be made in the quiet hours, which may go over midnight."""
    after, before = digest_at >= quiet_from, digest_at < quiet_to
    is_quiet = after and before if quiet_from <= quiet_to else after or before
    return "policy_digest_in_quiet" if is_quiet else None


def check_order(terms: Mapping[str, Any]) -> dict[str, str]:
    """Map the fields that stand in the wrong order of lateness to the code that says so: yellow, red, interview."""
    errors = {}
    if terms["red_from"] <= terms["yellow_from"]:
        errors["red_from"] = "policy_red_before_yellow"
    if terms["interview_from"] < terms["red_from"]:
        errors["interview_from"] = "policy_interview_before_red"
    return errors
