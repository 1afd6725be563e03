"""An issue that came in with a ledger is worked on through its pages like any other, to the sign-off."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from tests import factories, flows, pictures
from tests.ledgers import Office
from tracker import clock
from tracker.database import db
from tracker.models import Issue, Post
from workflows.issue import IssueState

HEADINGS = ("问题编号", "村", "具体位置", "问题", "整改时限", "复查情况")


def test_an_imported_issue_is_walked_to_the_sign_off(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    world = flows.world(clock.now())
    office = Office(Path(app.config["DATA_DIR"]))
    row = ["A-1", world.village.name, "桥头", "示例：垃圾一处", "尽快", "复查不合格"]
    office.store(office.remap(office.bring([row], HEADINGS), returned_when=["复查不合格"]))
    issue = db.session.scalars(select(Issue)).one()
    due = (world.today + timedelta(days=20)).isoformat()
    to_whom = {"responsible_unit_id": world.assignee.unit_id, "responsible_id": world.assignee.person_id}
    steps = (
        (world.office, "assign", to_whom | {"deadline": due}),
        (world.assignee, "accept", {"measure_words": "示例：清运垃圾"}),
        (world.assignee, "submit", {"result": "示例：已清运", "files": (BytesIO(pictures.picture()), "后.jpg")}),
        (world.rechecker, "verify", {"finding": "示例：现场已清"}),
        (world.office, "sign_off", {"opinion": "同意"}),
    )
    for who, act, given in steps:
        client = factories.sign_in(app.test_client(), db.session.get_one(Post, who.post_id))
        assert client.get(f"/issues/{issue.id}").status_code == 200
        assert client.post(f"/issues/{issue.id}/{act}", data=given).status_code == 303, act
    db.session.expire_all()
    assert (issue.state, issue.returns, issue.deadline_words) == (IssueState.SIGNED_OFF, 1, "尽快")
    assert issue.closed_late is False
