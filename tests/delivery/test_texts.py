"""A digest outside the house: whole where there is room, its numbers alone as a short message."""

from __future__ import annotations

import re
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


def body_of(base: str, **given: Any) -> str:
    """Return the markup of a digest, as it goes out where that is the address of the product."""
    mail = SimpleNamespace(**{**vars(told("mail")), **given})
    return parcel(mail, Paper("督办", base)).html


def test_a_mail_leads_to_each_issue_and_to_the_list_of_each_part_and_says_what_its_text_says(
    sqlite_app: Flask,
) -> None:
    base = "https://tracker.example.org/duban/"
    with sqlite_app.test_request_context():
        html = body_of(base)
        text = parcel(told("mail"), Paper("督办", base)).text
        links = re.findall(r'href="([^"]*)"', html)
        assert [link.removeprefix(base) for link in links] == [
            "issues/?digest=2026-03-09&amp;part=late", "issues/7", "issues/7",
            "issues/?digest=2026-03-09&amp;part=late", "inbox",
        ]  # fmt: skip
        with sqlite_app.test_client() as client:
            assert client.get("/issues/?digest=2026-03-09&part=late").status_code == 303  # to sign in, and then there
        plain = re.sub(r"<[^>]+>", "\n", html)
        assert not [line for line in text.removeprefix("【督办】").splitlines()[:-1] if line not in plain]
        assert not re.search(r"<(?:img|link|script|style|iframe)|src=|url\(", html)


@pytest.mark.parametrize(
    "base",
    ["", "tracker.example.org", "javascript:alert(1)", "https://", "https://a b.example", "https://x@evil.example",
     "https://a.example/\r\nBcc: b@c.example", 'https://a.example/"><img src=//evil.example>', "https://a.example/?x=1"],
)  # fmt: skip
def test_without_a_sound_address_there_are_no_links(sqlite_app: Flask, base: str) -> None:
    with sqlite_app.test_request_context():
        html = body_of(base)
        assert "href" not in html
        assert "evil" not in html + parcel(told("mail"), Paper("督办", base)).text


def test_a_copy_leads_nowhere_its_reader_cannot_go_and_markup_in_words_stays_words(sqlite_app: Flask) -> None:
    unseen = {"kind": "late", "number": "SL-2026-00009", "deadline": "2026-03-06", "unseen": True}
    bad = LINE | {"summary": '<a href="https://evil.example">点这里</a>', "issue": 8}
    parts = [{"section": "late", "total": 2, "lines": [bad, unseen]}, {"section": "due", "total": 1, "lines": [unseen]}]
    context = {"day": "2026-03-09", "parts": parts, "for": "甲", "for_id": 12}
    with sqlite_app.test_request_context():
        html = body_of("https://a.example", context=context, key="digest:2026-03-09:12:to3:mail")
    links = re.findall(r'href="https://a.example([^"]*)"', html)
    assert links == ["/issues/?digest=2026-03-09&amp;part=late&amp;absent=12", "/issues/8", "/inbox"]
    assert '<a href="https://evil' not in html
    assert "SL-2026-00009：整改时限 2026-03-06，请转告本人。" in html
    assert "代 甲 接收：工作提醒" in html
