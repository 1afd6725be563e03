"""An installation answers to its own name alone."""

from __future__ import annotations

import pytest
from flask import Flask

OURS = "tracker.example.gov.cn"


@pytest.fixture
def named(sqlite_app: Flask) -> Flask:
    sqlite_app.config["TRUSTED_HOSTS"] = [OURS]
    return sqlite_app


def test_a_foreign_host_gets_plain_words(named: Flask) -> None:
    answer = named.test_client().get("/sign-in", base_url="http://evil.example")
    assert (answer.status_code, answer.mimetype) == (400, "text/plain")
    assert "evil" not in answer.text


def test_our_own_host_gets_the_page(named: Flask) -> None:
    assert named.test_client().get("/health", base_url=f"http://{OURS}").status_code == 200
