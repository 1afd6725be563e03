"""Photos by round, and what about them deserves a second look."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask

from tests import factories, flows, pictures
from tracker import clock
from tracker.database import db, transaction
from tracker.models import Issue, Phase, Post
from tracker.queries.issue_page import issue_page
from tracker.services.evidence import evidence_attach
from tracker.services.rechecks import issue_fail
from tracker.storage import intake
from tracker.views.evidence import current_store
from tracker.views.issue_photos import documents, photo_cycles, size_words, taken_on
from workflows.issue import IssueState


def attached(world: flows.World, phase: Phase, *contents: bytes, name: str = "照片.jpg") -> None:
    files = intake(current_store(), [pictures.upload(content, name) for content in contents])
    who = world.assignee if phase is Phase.AFTER else world.finder
    with transaction():
        evidence_attach(db.session.get_one(Issue, world.issue.id), phase, files, actor=who, at=world.at)


def test_each_round_shows_before_and_after(sqlite_app: Flask) -> None:
    world = flows.issue_in(IssueState.RECTIFYING)
    attached(world, Phase.BEFORE, pictures.picture(color=(1, 1, 1)))
    attached(world, Phase.AFTER, pictures.picture(color=(2, 2, 2)))
    flows.submit(world)
    issue_fail(
        **world.by(world.rechecker),
        reason="示例：未到位",
        files=pictures.stored(current_store().folder, pictures.picture(color=(3, 3, 3))),
    )
    attached(world, Phase.AFTER, pictures.picture(color=(4, 4, 4)))
    with sqlite_app.test_request_context():
        rounds = photo_cycles(issue_page(world.issue.id, world.office))
    assert [(one.cycle, len(one.before), len(one.after), len(one.on_spot)) for one in rounds] == [
        (1, 1, 1, 0), (0, 1, 1, 1),
    ]  # fmt: skip


def test_a_photo_taken_before_the_finding_is_doubted(sqlite_app: Flask) -> None:
    world = flows.issue_in(IssueState.REGISTERED)
    attached(
        world,
        Phase.BEFORE,
        pictures.phone_photo(taken="2025:01:01 08:00:00"),
        pictures.phone_photo(taken="2026:03:02 08:30:00"),
    )
    with sqlite_app.test_request_context():
        [only] = photo_cycles(issue_page(world.issue.id, world.office))
    assert ["2025-01-01" in photo["caption"] for photo in only.before] == [True, False]


def test_a_photo_that_serves_another_issue_is_named_to_who_judges(sqlite_app: Flask) -> None:
    world = flows.issue_in(IssueState.RECTIFYING)
    photo = pictures.picture(color=(5, 5, 5))
    attached(world, Phase.AFTER, photo)
    other = flows.issue_in(IssueState.RECTIFYING)
    attached(other, Phase.AFTER, photo)
    flows.submit(world)
    with sqlite_app.test_request_context():
        [only] = photo_cycles(issue_page(world.issue.id, world.office))
    assert str(other.issue.number) in only.after[0]["caption"]


def test_documents_are_listed_to_be_saved(sqlite_app: Flask) -> None:
    world = flows.issue_in(IssueState.RECTIFYING)
    attached(world, Phase.AFTER, pictures.PDF, name="整改报告.pdf")
    with sqlite_app.test_request_context():
        page = issue_page(world.issue.id, world.office)
        assert [(one["name"], one["phase"]) for one in documents(page)] == [("整改报告.pdf", "整改后")]
        assert photo_cycles(page) == []


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026:03:01 16:30:00+08:00", date(2026, 3, 1)), ("2026-03-01T16:30:00", date(2026, 3, 1)),
        ("0000:00:00 00:00:00", None), ("", None), (None, None), ("yesterday", None),
    ],
)  # fmt: skip
def test_what_a_camera_claims_is_read_or_left(text: str | None, day: date | None) -> None:
    assert taken_on(text) == day


def test_sizes_are_read_by_people() -> None:
    assert [size_words(n) for n in (1, 20_480, 3 * 1024 * 1024)] == ["1 KB", "20 KB", "3.0 MB"]


def test_the_page_explains_the_day_it_names(sqlite_app: Flask) -> None:
    world = flows.issue_in(IssueState.SUBMITTED, at=clock.now() - timedelta(days=1))
    client = factories.sign_in(sqlite_app.test_client(), db.session.get_one(Post, world.office.post_id))
    text = client.get(f"/issues/{world.issue.id}").text
    assert "等待督导组办理" in text
    assert "日期是怎样算的" in text
