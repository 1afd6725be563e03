"""The words of substitutes: how one stands, and what a copy tells of what its reader may not see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tracker.labels.law import CLOCK
from tracker.languages import N_, _

SUBSTITUTE_STATE: dict[str, str] = {
    "asked": N_("待创建办同意"),
    "coming": N_("未开始"),
    "now": N_("代收中"),
    "idle": N_("代收人已不在任"),
    "over": N_("已结束"),
    "ended": N_("已提前结束"),
    "declined": N_("未获同意"),
    "withdrawn": N_("已撤回"),
    "lapsed": N_("未审批已过期"),
}
_FOR = N_("代 {name} 接收：{message}")
_DUE = N_("{number}：{clock} {deadline}，请转告本人。")
_NEWS = N_("{number}：有新的消息，请转告本人。")
_OTHER = N_("有一件事项等待办理，请转告本人。")
_DOCUMENT = N_("督办文书期限")
_DEADLINE = ("due_soon", "due_today", "late", "very_late", "urged")


def for_words(context: Mapping[str, Any], message: str) -> str:
    """Return the message as a substitute reads it, unchanged where it is nobody's copy."""
    return _(_FOR).format(name=context["for"], message=message) if context.get("for") else message


def unseen_words(kind: str, context: Mapping[str, Any]) -> str:
    """Return all that a copy says of what its reader may not see: its number and what is due when."""
    number, deadline = context.get("number"), context.get("deadline")
    if not number:
        return _(_OTHER)
    clock = _clock(kind)
    if clock and deadline:
        return _(_DUE).format(number=number, clock=_(clock), deadline=deadline)
    return _(_NEWS).format(number=number)


def _clock(kind: str) -> str:
    if kind in _DEADLINE:
        return CLOCK["deadline"]
    if kind in ("letter_receive", "letter_reply"):
        return _DOCUMENT
    return CLOCK.get(kind.removesuffix("_soon").removesuffix("_late"), "")
