"""Files come in through the form and go out as copies, to those who may see their issue."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict
from werkzeug.http import parse_options_header

from tests import factories, pictures
from tests.conftest import AT
from tracker.database import db, transaction
from tracker.models import AuditEntry, Evidence, Issue, Phase, Post, Role
from tracker.policy import actor_of
from tracker.services.evidence import evidence_attach
from tracker.storage import Store, intake
from tracker.views.evidence import current_store
from workflows.issue import IssueState

Chosen = Sequence[tuple[str, bytes]]


@pytest.fixture
def office(sqlite_app: Flask) -> Post:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    return factories.post(Role.OFFICE)


@pytest.fixture
def client(sqlite_app: Flask, office: Post) -> FlaskClient:
    return factories.sign_in(sqlite_app.test_client(), office)


def held(content: bytes, name: str, issue: Issue | None = None) -> Evidence:
    """Return evidence that is there already."""
    files = intake(current_store(), [pictures.upload(content, name)])
    actor = factories.actor(Role.OFFICE)
    with transaction():
        return evidence_attach(issue or factories.issue(), Phase.BEFORE, files, actor=actor, at=AT)[0]


def send(client: FlaskClient, issue: Issue, *chosen: tuple[str, bytes]) -> int:
    data = MultiDict([("phase", "before"), *(("files", (io.BytesIO(body), name)) for name, body in chosen)])
    answer = client.post(f"/issues/{issue.id}/evidence", data=data, content_type="multipart/form-data")
    return answer.status_code


def count() -> int:
    return db.session.scalar(select(func.count()).select_from(Evidence)) or 0


def test_files_are_added_through_the_form(client: FlaskClient) -> None:
    issue = factories.issue()
    status = send(client, issue, ("a.jpg", pictures.phone_photo()), ("报告.pdf", pictures.PDF))
    assert status == 303
    assert [row.name for row in db.session.scalars(select(Evidence).order_by(Evidence.id))] == ["a.jpg", "报告.pdf"]


@pytest.mark.parametrize(
    ("chosen", "status"),
    [
        ([("a.jpg", b"")], 422),
        ([("a.jpg", b"<html>")], 415),
        ([("a.jpg", pictures.picture() + bytes(100_000))], 413),
        ([("a.pdf", pictures.PDF)] * 21, 422),
        ([("a.png", pictures.png_header(30_000, 30_000))], 422),
        ([], 422),
    ],
    ids=["empty", "html", "large", "many", "pixels", "none"],
)
def test_what_cannot_be_taken_is_told_and_changes_nothing(
    sqlite_app: Flask, client: FlaskClient, chosen: Chosen, status: int
) -> None:
    sqlite_app.config["MAX_FILE_BYTES"] = 100_000
    assert send(client, factories.issue(), *chosen) == status
    assert count() == 0


def test_a_phase_that_is_not_there_is_refused(client: FlaskClient) -> None:
    issue = factories.issue()
    assert client.post(f"/issues/{issue.id}/evidence", data={"phase": "x"}).status_code == 422


def test_a_leader_adds_no_evidence(sqlite_app: Flask, office: Post) -> None:
    leader = factories.sign_in(sqlite_app.test_client(), factories.post(Role.LEADER))
    assert send(leader, factories.issue(), ("a.jpg", pictures.picture())) == 403
    assert count() == 0


def test_nobody_is_sent_to_sign_in(sqlite_app: Flask, office: Post) -> None:
    evidence = held(pictures.picture(), "a.jpg")
    assert sqlite_app.test_client().get(f"/evidence/{evidence.id}/copy").status_code == 303


@pytest.mark.parametrize(("way", "longest"), [("copy", 2000), ("thumb", 480)])
def test_a_picture_is_shown_as_a_copy(client: FlaskClient, way: str, longest: int) -> None:
    evidence = held(pictures.phone_photo(), "a.jpg")
    answer = client.get(f"/evidence/{evidence.id}/{way}")
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, max-age=86400, immutable"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    with Image.open(io.BytesIO(answer.data)) as shown:
        assert (max(shown.size), len(shown.getexif())) == (longest, 0)
    again = client.get(f"/evidence/{evidence.id}/{way}", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_a_document_is_only_saved(client: FlaskClient) -> None:
    name = '整改"报告;filename=x.pdf'
    evidence = held(pictures.PDF, name)
    answer = client.get(f"/evidence/{evidence.id}/file")
    assert (answer.data, answer.mimetype) == (pictures.PDF, "application/pdf")
    assert parse_options_header(answer.headers["Content-Disposition"]) == ("attachment", {"filename": name})
    assert client.get(f"/evidence/{evidence.id}/copy").status_code == 404


def test_the_original_of_a_picture_stays_sealed(client: FlaskClient) -> None:
    photo = pictures.phone_photo()
    evidence = held(photo, "照片.jpeg")
    answer = client.get(f"/evidence/{evidence.id}/file")
    assert answer.data == current_store().read(evidence.blob.copy_sha256 or "")
    assert b"Exif" not in answer.data
    assert parse_options_header(answer.headers["Content-Disposition"])[1] == {"filename": "照片.jpg"}


def test_what_is_out_of_scope_does_not_exist(sqlite_app: Flask, office: Post) -> None:
    village = factories.village()
    secretary = factories.post(Role.VILLAGE, unit_id=village.id)
    mine = held(pictures.picture(), "a.jpg", factories.issue(location=village))
    other = held(pictures.picture(), "a.jpg")
    browser = factories.sign_in(sqlite_app.test_client(), secretary)
    found = [
        browser.get(f"/evidence/{one}/{way}").status_code
        for one in (mine.id, other.id, 9999)
        for way in ("copy", "file")
    ]
    assert found == [200, 200, 404, 404, 404, 404]


def test_an_uploader_loses_sight_when_the_issue_becomes_confidential(sqlite_app: Flask, office: Post) -> None:
    village = factories.village()
    secretary = factories.post(Role.VILLAGE, unit_id=village.id)
    issue = factories.issue(location=village, state=IssueState.RECTIFYING, responsible_unit_id=village.id)
    files = intake(current_store(), [pictures.upload(pictures.picture())])
    with transaction():
        [own] = evidence_attach(issue, Phase.AFTER, files, actor=actor_of(secretary, factories.TODAY), at=AT)
    browser = factories.sign_in(sqlite_app.test_client(), secretary)
    assert browser.get(f"/evidence/{own.id}/copy").status_code == 200
    issue.is_confidential = True
    db.session.commit()
    assert browser.get(f"/evidence/{own.id}/copy").status_code == 404


def test_a_flipped_bit_is_not_served_but_recorded(client: FlaskClient) -> None:
    evidence = held(pictures.PDF, "a.pdf")
    path = Store(current_store().folder).path_of(evidence.blob_sha256)
    path.chmod(0o640)
    path.write_bytes(pictures.PDF.replace(b"Catalog", b"Catalof"))
    answer = client.get(f"/evidence/{evidence.id}/file")
    assert answer.status_code == 500
    assert "校验不符" in answer.get_data(as_text=True)
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.outcome, entry.detail) == (
        "evidence.damaged",
        "failed",
        {"sha256": evidence.blob_sha256},
    )
