"""Files made in the background: given up, taken up again, refused to who may no longer see them, kept for some days."""

from __future__ import annotations

import html
import json
import os
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import IO, Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from tests import factories, flows
from tests.exported import pdf_of
from tests.flows import World
from tracker import clock, schema
from tracker.database import db, transaction
from tracker.exporting import ledgers, lists
from tracker.exporting.pulse import ExportStoppedError, Pulse
from tracker.exporting.run import export_store, export_work, exports_resume
from tracker.models import (
    AuditEntry,
    DocumentKind,
    Export,
    ExportKind,
    ExportMedium,
    IssuedLedger,
    Notice,
    OutboxMessage,
    Post,
    Role,
    Unit,
)
from tracker.policy import Actor
from tracker.services.documents import issue_document
from tracker.services.export_rights import may_have, unpacked
from tracker.services.export_tasks import MOST_TRIES, Outcome, export_beat, export_claim, export_finish
from tracker.services.exports import ExportWish, export_cancel, export_order
from tracker.services.letter_making import LetterValues
from tracker.services.letters import letter_write
from tracker.services.tasks import LEASE
from workflows.exporting import ExportState
from workflows.issue import IssueState
from workflows.letter import LetterKind

S = ExportState
DAY = timedelta(days=1)


@pytest.fixture
def here(sqlite_app: Flask) -> World:
    """A world five days ago, with one issue being rectified."""
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    return flows.issue_in(IssueState.RECTIFYING, at=clock.now().replace(microsecond=0) - 5 * DAY)


def client_of(app: Flask, actor: Actor) -> FlaskClient:
    return factories.sign_in(app.test_client(), db.session.get_one(Post, actor.post_id))


def ordered(actor: Actor, *, ago: timedelta = timedelta(0)) -> Export:
    """Return the ledger of issues as CSV, ordered and not yet made."""
    now = clock.now()
    given = {"ledgers": [{"query": "view=issues", "words": ""}], "made_for": "示例县"}
    wish = ExportWish(ExportKind.LEDGERS, ExportMedium.CSV, "整改问题台账.csv", given, now.replace(microsecond=0))
    return export_order(wish=wish, actor=actor, at=now - ago, most=3)


def fresh(export: Export) -> Export:
    db.session.rollback()
    return db.session.get_one(Export, export.id, populate_existing=True)


def page(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return html.unescape(answer.get_data(as_text=True))


def interrupted(monkeypatch: pytest.MonkeyPatch, act: Callable[[Any], object]) -> None:
    """Let something happen between the first and the last row of the next CSV."""

    def write(file: IO[bytes], out: Sequence[ledgers.Outgoing], pulse: Pulse) -> None:
        act(pulse)
        csv(file, out, pulse)

    csv = ledgers.WRITERS[ExportMedium.CSV]
    monkeypatch.setattr(ledgers, "WRITERS", {ExportMedium.CSV: write})


def files(app: Flask) -> list[str]:
    folder = export_store(app).folder
    return [name for _folder, _folders, names in os.walk(folder) for name in names]


def test_a_file_is_waited_for_fetched_by_its_owner_alone_and_noted(sqlite_app: Flask, here: World) -> None:
    mine, other = client_of(sqlite_app, here.office), client_of(sqlite_app, here.other_office)
    assert "还没有导出过文件" in page(mine, "/exports")
    export = ordered(here.office, ago=timedelta(minutes=1))
    at = f"/exports/{export.id}"
    assert "马上开始" in page(mine, at)
    assert mine.get(f"{at}/progress").json == {"done": 0, "total": 0, "going": True, "words": "马上开始"}
    page(mine, f"{at}/file", 404)
    export_work(sqlite_app, export.id)
    assert "已生成，请下载" in page(mine, at)
    assert "整改问题台账.csv" in page(mine, "/exports")
    with mine.get(f"{at}/file") as answer:
        assert answer.data.startswith(b"\xef\xbb\xbf")
        assert "UTF-8''" in answer.headers["Content-Disposition"]
    entry = db.session.query(AuditEntry).filter_by(action="export.fetch").one()
    assert (entry.actor_id, entry.detail["rows"]) == (here.office.person_id, 1)
    told = db.session.query(OutboxMessage).filter_by(kind="export_ready").one()
    assert (told.recipient_id, told.subject) == (here.office.person_id, f"export:{export.id}")
    assert "“整改问题台账.csv”已生成" in page(mine, "/inbox")
    for path in (at, f"{at}/progress", f"{at}/file"):
        page(other, path, 404)
    assert {other.post(f"{at}/{act}").status_code for act in ("cancel", "again")} == {404}
    assert at not in page(other, "/exports")


def test_what_is_given_up_before_or_while_it_is_made_leaves_no_file(
    sqlite_app: Flask, here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, export = client_of(sqlite_app, here.office), ordered(here.office)
    assert client.post(f"/exports/{export.id}/cancel").status_code == 303
    export_work(sqlite_app, export.id)
    assert (fresh(export).state, files(sqlite_app)) == (S.CANCELLED, [])
    assert "再试一次" in page(client, f"/exports/{export.id}")

    def give_up(pulse: Pulse) -> None:
        with sqlite_app.app_context():
            export_cancel(export_id=export.id, actor=here.office, at=clock.now())
        pulse.beat()

    with monkeypatch.context() as patch:
        interrupted(patch, give_up)
        assert client.post(f"/exports/{export.id}/again").location == f"/exports/{export.id}"
    assert (fresh(export).state, files(sqlite_app)) == (S.CANCELLED, [])
    assert not db.session.query(IssuedLedger).count()
    assert client.post(f"/exports/{export.id}/again").location == f"/exports/{export.id}/file"
    assert fresh(export).state is S.READY


def test_what_a_dead_process_left_is_made_by_another_and_the_dead_one_hands_nothing_over(
    app: Flask,
) -> None:
    here = flows.issue_in(IssueState.RECTIFYING, at=clock.now().replace(microsecond=0) - 5 * DAY)
    export, now = ordered(here.office), clock.now()
    dead = export_claim(export.id, now)
    assert dead is not None
    assert export_claim(export.id, now) is None
    assert exports_resume(app, now + LEASE / 2) == 0
    with transaction():
        fresh(export).beat_at = now - 2 * LEASE
    assert exports_resume(app, now) == 1
    made = fresh(export)
    assert (made.state, made.rows, made.tries) == (S.READY, 1, 2)
    assert not export_beat(dead, (1, 1, None), now)
    outcome = Outcome(1, [], lambda _at, _sha256: None)
    assert not export_finish(dead, outcome, ("0" * 64, 1), now + DAY, now)
    assert fresh(export).file_sha256 == made.file_sha256
    pulse = Pulse(app, dead)
    pulse.beat()
    with pytest.raises(ExportStoppedError):
        list(pulse.watch([1]))


def test_what_dies_again_and_again_is_given_up_with_words(sqlite_app: Flask, here: World) -> None:
    export, now = ordered(here.office, ago=timedelta(minutes=9)), clock.now()
    for number in range(MOST_TRIES):
        assert export_claim(export.id, now + number * 2 * LEASE) is not None
    assert export_claim(export.id, now + 9 * LEASE) is None
    assert fresh(export).state is S.FAILED
    assert "多次中断" in page(client_of(sqlite_app, here.office), f"/exports/{export.id}")
    assert db.session.query(OutboxMessage).filter_by(kind="export_failed").count() == 1


def _end_post(here: World) -> None:
    with transaction():
        db.session.get_one(Post, here.secretary.post_id).valid_to = clock.today() - DAY


def _move_post(here: World) -> None:
    with transaction():
        db.session.get_one(Post, here.secretary.post_id).unit_id = factories.village().id


@pytest.mark.parametrize("lose", [_end_post, _move_post])
def test_who_loses_the_post_or_the_scope_gets_no_file(
    sqlite_app: Flask, here: World, monkeypatch: pytest.MonkeyPatch, lose: Callable[[World], None]
) -> None:
    township = db.session.get_one(Unit, here.village.id).township_id
    officer = factories.post(Role.TOWNSHIP, unit_id=township)
    here.secretary = flows.actor_of(officer, clock.today())
    client = factories.sign_in(sqlite_app.test_client(), officer)
    second = factories.post(Role.TOWNSHIP, unit_id=township, person=officer.person)
    ready, export = ordered(here.secretary), None
    export_work(sqlite_app, ready.id)
    assert fresh(ready).rows == 1
    export = ordered(here.secretary)
    interrupted(monkeypatch, lambda _pulse: lose(here))
    export_work(sqlite_app, export.id)
    assert (fresh(export).state, len(files(sqlite_app))) == (S.FAILED, 1)
    assert "文件不再提供" in fresh(export).failure
    client = factories.sign_in(sqlite_app.test_client(), second)
    assert "不能下载" in page(client, f"/exports/{ready.id}")
    page(client, f"/exports/{ready.id}/file", 403)
    assert not db.session.query(AuditEntry).filter_by(action="export.fetch").count()


def test_a_document_is_set_beside_the_request_step_by_step(sqlite_app: Flask, here: World) -> None:
    document = issue_document(issue_id=here.issue.id, kind=DocumentKind.FILE, actor=here.office, at=clock.now())
    client = client_of(sqlite_app, here.office)
    assert f'action="/documents/{document.id}.pdf"' in page(client, f"/documents/{document.id}")
    pages = pdf_of(client, f"/documents/{document.id}.pdf").pages
    export = db.session.query(Export).one()
    assert (export.done, export.total, export.rows) == (7, 7, len(pages))
    assert here.issue.number in "".join(one.extract_text() for one in pages)
    with transaction():
        export.state, export.done = S.RUNNING, 5
    assert "第 5 步（共 7 步）：排版" in page(client, f"/exports/{export.id}")
    with transaction():
        here.issue.is_confidential = True
        db.session.get_one(Post, here.office.post_id).role = Role.TOWNSHIP
    assert not may_have(fresh(export), [document.id], clock.now())


def _notice(here: World) -> str:
    return f"/notices/{db.session.query(Notice).filter_by(issue_id=here.issue.id).one().id}"


def _letter(here: World) -> str:
    values = LetterValues(here.assignee.unit_id)
    given = {"actor": here.office, "at": here.at}
    return f"/letters/{letter_write(kind=LetterKind.REMIND, values=values, issue_ids=[here.issue.id], **given).id}"


@pytest.mark.parametrize("medium", ["pdf", "docx"])
@pytest.mark.parametrize("record", [_notice, _letter])
def test_a_document_is_fetched_by_who_may_still_see_its_record(
    sqlite_app: Flask, here: World, record: Callable[[World], str], medium: str
) -> None:
    colleague = factories.post(Role.ASSIGNEE, unit_id=here.assignee.unit_id)
    path, client = record(here), factories.sign_in(sqlite_app.test_client(), colleague)
    assert f'action="{path}.{medium}"' in page(client, path)
    assert client.post(f"{path}.{medium}").location == "/exports/1/file"
    export = db.session.query(Export).one()
    assert page(client, "/exports/1").count(f'href="{path}"') == 1
    with transaction():
        here.issue.is_confidential = True
    page(client, "/exports/1/file", 403)
    export_again_of = client_of(sqlite_app, here.office).post(f"{path}.{medium}")
    assert export_again_of.location == f"/exports/{export.id + 1}/file"


def test_the_rows_of_a_list_are_those_of_one_instant(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client, write = factories.sign_in(app.test_client(), factories.post(Role.OFFICE)), lists.write_full
    factories.issue()

    def meanwhile(*given: Any, **more: Any) -> int:
        with app.app_context():
            factories.issue()
            db.session.remove()
        return write(*given, **more)

    with monkeypatch.context() as patch:
        patch.setattr(lists, "write_full", meanwhile)
        assert client.post("/issues.xlsx?state=all").status_code == 303
    assert client.post("/issues.xlsx?state=all").status_code == 303
    assert [one.rows for one in db.session.query(Export).order_by(Export.id)] == [1, 2]


def test_the_same_twice_is_one_file_and_too_many_are_refused_with_words(sqlite_app: Flask, here: World) -> None:
    client = client_of(sqlite_app, here.office)
    assert ordered(here.office).id == ordered(here.office).id
    sqlite_app.config["EXPORTS_EACH"] = 1
    answer = client.post("/ledgers.xlsx?view=overdue")
    assert (answer.status_code, answer.location) == (303, "/exports")
    assert "您已有 1 份文件在生成" in page(client, "/exports")
    sqlite_app.config["EXPORTS_EACH"] = 2
    assert client.post("/ledgers.xlsx?view=overdue").location.endswith("/file")


def test_a_file_is_gone_when_its_days_are_over_and_stays_where_another_needs_it(sqlite_app: Flask, here: World) -> None:
    sqlite_app.config["EXPORT_DAYS"] = 1
    client, first = client_of(sqlite_app, here.office), ordered(here.office)
    export_work(sqlite_app, first.id)
    second = ordered(here.office)
    export_work(sqlite_app, second.id)
    assert fresh(first).file_sha256 == fresh(second).file_sha256
    with transaction():
        fresh(first).kept_until = clock.now()
    page(client, f"/exports/{first.id}/file", 410)
    assert "保存期已过" in page(client, f"/exports/{first.id}")
    exports_resume(sqlite_app, clock.now() + timedelta(hours=2))
    assert (fresh(first).state, len(files(sqlite_app))) == (S.EXPIRED, 1)
    exports_resume(sqlite_app, clock.now() + 2 * DAY)
    assert (fresh(second).state, files(sqlite_app)) == (S.EXPIRED, [])
    assert "保存期已过" in page(client, f"/exports/{second.id}")


def test_files_of_the_time_before_keep_their_right_and_their_page(app: Flask) -> None:
    here = flows.issue_in(IssueState.RECTIFYING, at=clock.now().replace(microsecond=0) - 5 * DAY)
    document = issue_document(issue_id=here.issue.id, kind=DocumentKind.FILE, actor=here.office, at=clock.now())
    id_of, before = document.id, ordered(here.office).id
    db.session.remove()
    schema.downgrade(app, "0035")
    old = {"document_id": id_of, "address": "https://duban.example.gov.cn/verify/A"}
    with db.engine.begin() as connection:
        given = text("UPDATE export SET kind = 'document', medium = 'pdf', given = :given WHERE id = :id")
        connection.execute(given, {"given": json.dumps(old), "id": before})
    schema.upgrade(app)
    export = db.session.get_one(Export, before)
    assert export.given == {"id": id_of, "address": old["address"], "back": f"/documents/{id_of}"}
    assert unpacked(export.members) == [id_of]
    db.session.remove()
    schema.downgrade(app, "0035")
    with db.engine.begin() as connection:
        kept = connection.execute(text("SELECT given FROM export")).scalar_one()
    assert (json.loads(kept) if isinstance(kept, str) else kept) == old
    schema.upgrade(app)
