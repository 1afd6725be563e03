"""Every kind of message that a service queues has its words."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.conftest import ROOT
from tracker.labels import ALARM
from tracker.labels.messages import MESSAGE, message_words
from workflows.issue import Clock

TELLING = {
    "tell": 2,
    "letter_tell": 1,
    "tell_circles": 2,
    "_announce": 3,
    "_tell": 0,
    "_tell_groups": 1,
}  # which argument names the kind


def _kinds() -> Iterator[str]:
    for path in sorted((ROOT / "tracker" / "services").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TELLING:
                kind = node.args[TELLING[node.func.id]]
                if isinstance(kind, ast.Constant):
                    yield kind.value
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("enqueue", "reminder")
            ):
                yield from (
                    k.value.value for k in node.keywords if k.arg == "kind" and isinstance(k.value, ast.Constant)
                )


def test_every_kind_of_message_has_words_and_no_other() -> None:
    clocks = {f"{clock.value}_{when}" for clock in Clock for when in ("soon", "late")}
    clocks -= {f"{clock}_{when}" for clock in ("deadline", "lookback") for when in ("soon", "late")}
    by_the_clock = {"letter_receive", "letter_reply", "due_soon", "due_today", "late", "very_late", "digest"} | clocks
    waiting = {"look_back", "extension", "consent", "round_report"}
    by_the_clock |= {f"{what}_{when}" for what in waiting for when in ("due", "overdue")}
    alarms = {f"alarm_{code}" for code in ALARM}
    assert set(_kinds()) | by_the_clock | alarms == set(MESSAGE)


def test_a_message_says_what_somebody_wrote_even_with_braces() -> None:
    context = {"number": "WT-2026-00001", "place": "示例村", "summary": "{a}", "who": "甲", "words": "{7*7}"}
    assert message_words("failed", context) == (
        "WT-2026-00001 示例村：复核不通过，请继续整改，整改时限 未定时限。{a} 甲：“{7*7}”"
    )
