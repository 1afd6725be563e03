"""What a resident or grid member reports reaches the office, and they see what became of it."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from tests import factories
from tracker import clock
from tracker.database import db
from tracker.models import Issue, Role
from workflows.issue import IssueState


def test_a_report_is_registered_and_waits_for_the_office(sqlite_app: Flask) -> None:
    village = factories.village()
    star = factories.star()
    reporter = factories.post(Role.REPORTER, unit_id=village.township_id)
    client = factories.sign_in(sqlite_app.test_client(), reporter)
    form = {
        "location_id": village.id, "location_id_text": village.name, "star_id": star.id, "severity": "general",
        "source": "report", "found_on": clock.today().isoformat(),
        "description": "示例：路灯不亮", "act": "register",
    }  # fmt: skip
    answer = factories.send(client, "/issues/new", form)
    assert answer.status_code == 303, answer.text
    issue = db.session.scalars(select(Issue)).one()
    assert (issue.state, issue.source.value) == (IssueState.REGISTERED, "report")
    assert client.get(f"/issues/{issue.id}").status_code == 200
