"""Where a message leads that is about no issue: the page of what its subject names."""

from __future__ import annotations

from typing import Any

from flask import g, url_for

# What a subject of that name and a number leads to: the endpoint and what it calls the number.
_NUMBERED = {
    "letter": ("letters.page", "letter_id"), "bulletin": ("bulletins.detail", "bulletin_id"),
    "holidays": ("holiday_notices.index", "year"), "post": ("handovers.propose", "post_id"),
    "export": ("exports.detail", "export_id"), "handover": ("handovers.detail", "handover_id"),
}  # fmt: skip


def subject_url(subject: str) -> str:
    """Return the address of the page that ``subject`` names, such as ``letter:12``, or nothing where it names none."""
    name, _colon, number = subject.partition(":")
    if name == "substitutes":
        return url_for("substitutes.office" if number == "office" else "substitutes.index")
    if name == "deliveries":
        return url_for("deliveries.index", state=number)
    if name == "look_back_plan" and number.isdecimal():
        return url_for("look_backs.index", plan=int(number), state="waiting")
    if name == "round" and number.isdecimal():
        return _round_url(int(number))
    if name in _NUMBERED and number.isdecimal():
        endpoint, called = _NUMBERED[name]
        named: dict[str, Any] = {called: int(number)}
        return url_for(endpoint, **named)
    return url_for("letters.index") if name == "letters" else ""


def _round_url(round_id: int) -> str:
    """Return where a round is met: the group goes on its way, everybody else reads the plan."""
    actor = g.get("actor")
    if actor is not None and actor.is_group:
        return url_for("visits.index", round=round_id)
    return url_for("rounds.detail", round_id=round_id)
