"""Evidence is seen exactly as its issue is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import factories, pictures
from tests.conftest import AT
from tracker.database import transaction
from tracker.errors import NotFoundError
from tracker.models import Evidence, Issue, Phase, Role
from tracker.queries.evidence import evidence_elsewhere, evidence_for, evidence_list
from tracker.services.evidence import evidence_attach
from tracker.storage import StoredFile

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def photo(tmp_path: Path) -> StoredFile:
    return pictures.stored(tmp_path, pictures.picture())[0]


def attached(issue: Issue, photo: StoredFile) -> Evidence:
    with transaction():
        return evidence_attach(issue, Phase.BEFORE, [photo], actor=factories.actor(Role.OFFICE), at=AT)[0]


def test_the_same_bytes_elsewhere_show_only_to_those_who_see_both(photo: StoredFile) -> None:
    here, there = factories.issue(), factories.issue()
    mine, other = attached(here, photo), attached(there, photo)
    office = factories.actor(Role.OFFICE)
    secretary = factories.actor(Role.VILLAGE, unit_id=here.location_id)
    assert evidence_elsewhere(here.id, office) == {mine.id: (there.number,)}
    assert evidence_elsewhere(there.id, office) == {other.id: (here.number,)}
    assert evidence_elsewhere(here.id, secretary) == {}


def test_evidence_of_an_issue_out_of_scope_does_not_exist(photo: StoredFile) -> None:
    issue = factories.issue()
    row = attached(issue, photo)
    stranger = factories.actor(Role.VILLAGE, unit_id=factories.village().id)
    assert evidence_list(issue.id, factories.actor(Role.OFFICE)) == [row]
    assert evidence_list(issue.id, stranger) == []
    with pytest.raises(NotFoundError):
        evidence_for(row.id, stranger)
