"""Evidence is tied to issue, phase and cycle; old bytes prove nothing new."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from tests import factories, pictures
from tests.conftest import AT
from tracker.database import db, transaction
from tracker.errors import ForbiddenError, InvalidError, NotFoundError, RefusedError
from tracker.models import AuditEntry, Blob, Evidence, Issue, IssueEvent, Phase, Role
from tracker.policy import Actor
from tracker.services.evidence import evidence_add, evidence_attach, evidence_report_damage
from tracker.storage import StoredFile
from workflows.issue import IssueState

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def photo(tmp_path: Path) -> StoredFile:
    return pictures.stored(tmp_path / "store", pictures.phone_photo(), name="整改后.jpg")[0]


@pytest.fixture
def other(tmp_path: Path) -> StoredFile:
    return pictures.stored(tmp_path / "store", pictures.picture(color=(1, 2, 3)))[0]


def rectifying(**given: Any) -> tuple[Issue, Actor]:
    """Return an issue being rectified, and somebody of the unit that does it."""
    village = factories.village()
    issue = factories.issue(state=IssueState.RECTIFYING, location=village, responsible_unit_id=village.id, **given)
    return issue, factories.actor(Role.VILLAGE, unit_id=village.id)


def add(issue: Issue, phase: Phase, actor: Actor, *files: StoredFile) -> list[Evidence]:
    return evidence_add(issue_id=issue.id, phase=phase, files=files, actor=actor, at=AT)


def count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_evidence_says_who_when_and_in_which_cycle(photo: StoredFile) -> None:
    issue, actor = rectifying(cycle=2)
    [row] = add(issue, Phase.AFTER, actor, photo)
    assert (row.phase, row.cycle, row.name, row.uploaded_at) == (Phase.AFTER, 2, "整改后.jpg", AT)
    assert (row.uploaded_by_id, row.uploaded_unit_id) == (actor.person_id, actor.unit_id)
    assert (row.blob.device_taken_at, row.blob.copy_sha256) == (photo.device_taken_at, photo.copy_sha256)


def test_one_event_carries_the_hashes(photo: StoredFile, other: StoredFile) -> None:
    issue, actor = rectifying()
    add(issue, Phase.AFTER, actor, photo, other)
    event = db.session.scalars(select(IssueEvent)).one()
    assert (event.trigger, event.source, event.dest) == ("evidence", "rectifying", "rectifying")
    assert [told["sha256"] for told in event.detail["files"]] == [photo.sha256, other.sha256]


def test_the_same_photo_counts_once(photo: StoredFile) -> None:
    issue, actor = rectifying()
    first = add(issue, Phase.AFTER, actor, photo, photo)
    again = add(issue, Phase.AFTER, actor, photo)
    assert [row.id for row in first] == [row.id for row in again]
    assert (count(Evidence), count(IssueEvent)) == (1, 1)


@pytest.mark.parametrize(("phase", "cycle"), [(Phase.BEFORE, 1), (Phase.AFTER, 0)])
def test_an_old_photo_is_no_new_evidence(photo: StoredFile, phase: Phase, cycle: int) -> None:
    issue, actor = rectifying(cycle=cycle)
    with transaction():
        evidence_attach(issue, phase, [photo], actor=actor, at=AT)
    issue.cycle = 1
    db.session.commit()
    with pytest.raises(InvalidError, match="此前已作为本问题的佐证"):
        add(issue, Phase.AFTER, actor, photo)
    assert count(Evidence) == 1


def test_two_issues_share_one_blob(photo: StoredFile) -> None:
    for issue, actor in (rectifying(), rectifying()):
        add(issue, Phase.AFTER, actor, photo)
    assert (count(Blob), count(Evidence)) == (1, 2)


def test_evidence_leaves_with_the_act_that_failed(photo: StoredFile) -> None:
    issue, actor = rectifying()

    def fail() -> None:
        with transaction():
            evidence_attach(issue, Phase.AFTER, [photo], actor=actor, at=AT)
            raise RuntimeError

    pytest.raises(RuntimeError, fail)
    assert (count(Evidence), count(Blob), count(IssueEvent)) == (0, 0, 0)


@pytest.mark.parametrize(
    ("state", "phase", "role"),
    [
        (IssueState.REGISTERED, Phase.BEFORE, Role.OFFICE),
        (IssueState.SIGNED_OFF, Phase.LOOKBACK, Role.OFFICE),
        (IssueState.RECTIFYING, Phase.ATTACHMENT, Role.OFFICE),
        (IssueState.SUBMITTED, Phase.RECHECK, Role.GROUP_MEMBER),
    ],
)
def test_each_phase_has_its_hour_and_its_people(photo: StoredFile, state: IssueState, phase: Phase, role: Role) -> None:
    village = factories.village()
    given = {"signed_off_at": AT, "import_batch_id": None} if state is IssueState.SIGNED_OFF else {}
    if given:
        one, two, three = (factories.person().id for _n in range(3))
        given |= {"submitted_by_id": one, "verified_by_id": two, "signed_off_by_id": three}
    issue = factories.issue(state=state, location=village, **given)
    group = factories.group(village)
    actor = factories.actor(role, **({"group_id": group.id} if role is Role.GROUP_MEMBER else {}))
    assert [row.phase for row in add(issue, phase, actor, photo)] == [phase]


def test_who_is_not_responsible_adds_no_after(photo: StoredFile) -> None:
    issue, _actor = rectifying()
    with pytest.raises(ForbiddenError):
        add(issue, Phase.AFTER, factories.actor(Role.OFFICE), photo)
    assert (count(Evidence), count(Blob)) == (0, 0)


def test_after_the_submission_nothing_is_slipped_in(photo: StoredFile) -> None:
    village = factories.village()
    issue = factories.issue(state=IssueState.SUBMITTED, location=village, responsible_unit_id=village.id)
    with pytest.raises(RefusedError):
        add(issue, Phase.AFTER, factories.actor(Role.VILLAGE, unit_id=village.id), photo)


def test_an_issue_out_of_scope_does_not_exist(photo: StoredFile) -> None:
    issue, _actor = rectifying()
    with pytest.raises(NotFoundError):
        add(issue, Phase.AFTER, factories.actor(Role.VILLAGE, unit_id=factories.village().id), photo)


def test_nothing_chosen_is_told() -> None:
    issue, actor = rectifying()
    with pytest.raises(InvalidError, match="请选择"):
        add(issue, Phase.AFTER, actor)


def test_damage_is_recorded() -> None:
    evidence_report_damage(target="evidence:7", sha256="ab", actor=factories.actor(Role.OFFICE), at=AT)
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.outcome, entry.target) == ("evidence.damaged", "failed", "evidence:7")
