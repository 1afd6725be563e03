"""The scrub finds every file that is gone or has changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from tests import factories, pictures
from tests.conftest import AT
from tracker.database import db, transaction
from tracker.models import AuditEntry, Phase, Role
from tracker.services.evidence import evidence_attach
from tracker.services.scrub import ScrubReport, evidence_scrub
from tracker.storage import Store, StoredFile

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def photo(tmp_path: Path) -> StoredFile:
    [file] = pictures.stored(tmp_path, pictures.phone_photo())
    with transaction():
        evidence_attach(factories.issue(), Phase.BEFORE, [file], actor=factories.actor(Role.OFFICE), at=AT)
    return file


def outcome() -> str:
    return db.session.scalars(select(AuditEntry)).one().outcome


def test_sound_files_are_counted(photo: StoredFile, tmp_path: Path) -> None:
    assert evidence_scrub(Store(tmp_path), at=AT) == ScrubReport(3, (), ())
    assert outcome() == "done"


def test_gone_and_changed_files_are_named(photo: StoredFile, tmp_path: Path) -> None:
    store = Store(tmp_path)
    copy, thumb = photo.copy_sha256 or "", photo.thumb_sha256 or ""
    store.path_of(copy).unlink()
    changed = bytearray(store.read(thumb))
    changed[100] ^= 1
    store.path_of(thumb).chmod(0o640)
    store.path_of(thumb).write_bytes(changed)
    report = evidence_scrub(store, at=AT)
    assert (report.missing, report.damaged, report.is_clean) == ((copy,), (thumb,), False)
    assert outcome() == "failed"
