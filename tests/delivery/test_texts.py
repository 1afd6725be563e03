"""A digest outside the house: whole where there is room, its numbers alone as a short message."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from tracker.delivery.texts import Paper, parcel

LINE = {
    "kind": "late",
    "issue": 7,
    "number": "SL-2026-00007",
    "place": "示例村",
    "summary": "示例",
    "deadline": "2026-03-06",
}
HIDDEN = LINE | {"number": "SL-2026-00008", "confidential": True}
CONTEXT = {"day": "2026-03-09", "parts": [{"section": "late", "total": 23, "lines": [LINE, HIDDEN]}]}


def told(channel: str) -> Any:
    """Return a digest on its way out by ``channel``."""
    return SimpleNamespace(
        key=f"digest:2026-03-09:3:{channel}", kind="digest", context=CONTEXT, issue_id=None, number="", hidden=False,
        address="li@example.org", language="zh_CN", subject="",
    )  # fmt: skip


@pytest.mark.parametrize(("channel", "is_whole"), [("mail", True), ("wecom", True), ("sms", False)])
def test_a_digest_is_whole_where_there_is_room(sqlite_app: Flask, channel: str, is_whole: bool) -> None:
    with sqlite_app.test_request_context():
        sent = parcel(told(channel), Paper("督办", "https://tracker.example.org"))
    assert "工作提醒 2026-03-09：已逾期 23 件。" in sent.text
    assert ("SL-2026-00007 示例村：已超过整改时限（2026-03-06）" in sent.text) is is_whole
    assert ("SL-2026-00008：保密问题，请登录查看。" in sent.text) is is_whole
    assert ("还有 21 件" in sent.text) is is_whole
    assert sent.subject == "【督办】工作提醒 2026-03-09：已逾期 23 件。"
    assert sent.text.endswith("https://tracker.example.org/inbox")
