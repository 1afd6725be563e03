"""The dashboard on paper: what is folded up on the screen is printed as well."""

from __future__ import annotations

import io
from unicodedata import normalize

import pytest
from flask import Flask
from playwright.sync_api import Browser
from pypdf import PdfReader

from tests import factories
from tests.browser.visitors import DESK, served, visiting
from tracker import clock
from tracker.models import Role, UnitKind
from tracker.services.sign_ins import sign_in_open

pytestmark = pytest.mark.browser


def test_who_was_not_observed_is_printed_too(browser: Browser, sqlite_app: Flask) -> None:
    post = factories.post(Role.LEADER)
    factories.unit(UnitKind.TOWNSHIP, name="示例镇甲")
    token = sign_in_open(person=post.person, post=post, at=clock.now())
    with served(sqlite_app) as address, visiting(browser, address, DESK) as visitor:
        visitor.context.add_cookies([{"name": "tracker_sid", "value": token, "url": address}])
        visitor.go("/dashboard/")
        folded = visitor.page.locator("main .disclosure:not([open])")
        before = folded.count()
        assert before == 2
        pages = PdfReader(io.BytesIO(visitor.page.pdf(format="A4"))).pages
        text = normalize("NFKC", "".join(page.extract_text() for page in pages))  # a font may call 示 the radical ⽰
        assert "示例镇甲" in "".join(text.split())
        assert folded.count() == before
        assert not visitor.complaints
