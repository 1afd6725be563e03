"""Evidence that comes with a step belongs to it: kept with it, refused with it."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import select

from tests import flows
from tracker.database import db
from tracker.errors import InvalidError, RefusedError
from tracker.models import Evidence, Issue, IssueEvent, Phase
from tracker.services.findings import finding_log
from tracker.services.rechecks import issue_fail, issue_reopen, issue_verify
from tracker.services.rectification import issue_submit
from tracker.storage import StoredFile
from workflows.issue import IssueState, Severity

pytestmark = pytest.mark.usefixtures("app")
S = IssueState


def photo(name: str) -> StoredFile:
    return StoredFile(hashlib.sha256(name.encode()).hexdigest(), 9, "image/jpeg", f"{name}.jpg")


def phases() -> list[tuple[Phase, int]]:
    rows = db.session.execute(select(Evidence.phase, Evidence.cycle).order_by(Evidence.id))
    return [(row.phase, row.cycle) for row in rows]


def test_a_finding_comes_with_its_photos() -> None:
    here = flows.world()
    issue = finding_log(values=here.values(), files=(photo("a"), photo("b")), actor=here.finder, at=here.at)
    assert (issue.state, phases()) == (S.REGISTERED, [(Phase.BEFORE, 0)] * 2)
    told = db.session.execute(select(IssueEvent.trigger, IssueEvent.dest).order_by(IssueEvent.seq)).all()
    assert [tuple(one) for one in told] == [("evidence", "draft"), ("register", "registered")]


def test_a_refused_finding_leaves_neither_photo_nor_number() -> None:
    here = flows.world()
    with flows.refused(RefusedError, "no_description"):
        finding_log(values=here.values(description=""), files=(photo("a"),), actor=here.finder, at=here.at)
    assert not db.session.scalars(select(Issue)).all()


def test_each_step_keeps_its_photos_in_its_phase_and_cycle() -> None:
    here = flows.issue_in(S.RECTIFYING)
    issue_submit(**here.by(here.assignee), result="示例", files=(photo("a"),))
    issue_fail(**here.by(here.rechecker), reason="示例", files=(photo("b"),))
    issue_submit(**here.by(here.assignee), result="示例", files=(photo("c"),))
    issue_verify(**here.by(here.rechecker), finding="示例", files=(photo("d"),))
    flows.sign_off(here)
    deadline = here.assignment().deadline
    issue_reopen(**here.by(here.finder), finding="示例", deadline=deadline, files=(photo("e"),))

    assert phases() == [(Phase.AFTER, 0), (Phase.RECHECK, 0), (Phase.AFTER, 1), (Phase.RECHECK, 1), (Phase.LOOKBACK, 1)]
    assert flows.detail("verify")["evidence"] == [4]


def test_an_old_photo_proves_nothing_new() -> None:
    here = flows.issue_in(S.RECTIFYING)
    issue_submit(**here.by(here.assignee), result="示例", files=(photo("a"),))
    issue_fail(**here.by(here.rechecker), reason="示例")
    with flows.refused(InvalidError, "files"):
        issue_submit(**here.by(here.assignee), result="示例", files=(photo("a"),))


def test_a_refused_step_keeps_no_photo() -> None:
    here = flows.issue_in(S.RECTIFYING, severity=Severity.MAJOR)
    with flows.refused(RefusedError, "not_enough_evidence"):
        issue_submit(**here.by(here.assignee), result="示例", files=(photo("a"),))
