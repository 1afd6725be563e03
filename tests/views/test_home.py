"""“My move” marks what should have been done before today."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from tests import factories
from tracker import clock
from tracker.models import Role


@pytest.mark.parametrize(("days", "marked"), [(-1, True), (0, False)])
def test_a_move_past_its_day_is_marked(sqlite_app: Flask, days: int, marked: bool) -> None:
    factories.issue(move_due_on=clock.today() + timedelta(days=days))
    client = factories.sign_in(sqlite_app.test_client(), factories.post(Role.OFFICE))
    assert ("已过期限" in client.get("/").text) is marked
