"""What an issue's history says of its clock, where the county's rules or its calendar moved it."""

from __future__ import annotations

from typing import Any

from tracker import labels
from tracker.languages import N_, _

_MOVED = (("due", N_("办理期限 {old} → {new}")), ("remind", N_("下次提醒 {old} → {new}")))


def clock_lines(detail: dict[str, Any]) -> list[str]:
    """Return what moved, and by which day of the calendar or which version of the policy."""
    lines = []
    if isinstance(detail.get("old"), str) and isinstance(detail.get("new"), str):
        lines.append(_("办理期限 {old} → {new}").format(old=detail["old"], new=detail["new"]))
        lines += _days(detail)
    if detail.get("policy"):
        lines.append(_("改按 {day} 起执行的规则办理").format(day=detail["policy"].get("effective_on", "")))
    lines += [_(words).format(old=_or_none(detail[key][0]), new=_or_none(detail[key][1]))
              for key, words in _MOVED if detail.get(key)]  # fmt: skip
    if detail.get("colour"):
        old, new = (labels.word(labels.COLOUR_NAME, code) for code in detail["colour"])
        lines.append(_("预警颜色 {old} → {new}").format(old=old, new=new))
    return lines


def _days(detail: dict[str, Any]) -> list[str]:
    if not detail.get("day"):
        return []
    if detail.get("last"):
        return [_("因 {day} 至 {last} 的工作日安排调整").format(day=detail["day"], last=detail["last"])]
    return [_("因 {day} 的工作日安排调整").format(day=detail["day"])]


def _or_none(value: str | None) -> str:
    return value.replace("T", " ")[:16] if value else _("无")
