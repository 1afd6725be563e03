"""The county that measurements are made with: its history is one that the product could have written."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import func, inspect, select

from bench.fill import fill
from tracker.database import db
from tracker.models import Issue, IssueEvent, IssueVersion
from tracker.services.verify import CHAINS, chain_verify
from tracker.services.verify_ledger import present_verify
from workflows.issue import IssueState


def test_a_filled_database_has_a_history_that_can_be_verified(app: Flask) -> None:
    fill(400)
    reports = {name: chain_verify(name) for name in CHAINS}
    assert all(report.intact for report in reports.values())
    assert reports["term"].checked == 3
    assert reports["issue"].checked == reports["ledger"].checked > 3 * 400
    present = present_verify()
    assert (present.checked, present.strays) == (400, [])
    states = select(IssueVersion.seq, IssueEvent.seq).join(IssueEvent, IssueEvent.seq == IssueVersion.seq).where(
        (IssueEvent.issue_id != IssueVersion.issue_id) | (IssueEvent.at != IssueVersion.valid_from)
        | (IssueEvent.dest != IssueVersion.state)
    )  # fmt: skip
    assert db.session.execute(states).all() == []
    unjudged = select(func.count()).where(Issue.state == IssueState.SIGNED_OFF, Issue.closed_late.is_(None))
    assert db.session.scalar(unjudged) == 0
    for model in (Issue, IssueEvent, IssueVersion):
        names = {one["name"] for one in inspect(db.engine).get_indexes(model.__tablename__)}
        assert names >= {index.name for index in model.__table__.indexes}


def test_copies_stand_as_often_in_the_ledgers_as_their_originals(app: Flask) -> None:
    fill(100, originals=40)
    assert db.session.scalar(select(func.count(Issue.id))) == 100
    versions = select(IssueVersion.issue_id, func.count()).group_by(IssueVersion.issue_id)
    told = select(IssueEvent.issue_id, func.count()).group_by(IssueEvent.issue_id)
    stood = dict(db.session.execute(versions).all())
    assert stood == dict(db.session.execute(told).all())
    assert all(stood[n] == stood[(n - 1) % 40 + 1] for n in range(1, 101))
    assert present_verify().strays == []
    assert not chain_verify("ledger").intact
