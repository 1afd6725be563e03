"""The ledgers' pages: any instant, any columns, subtotals with their rows, what goes out and comes back genuine."""

from __future__ import annotations

import csv
import hashlib
import html
import io
import json
import re
from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import text

from tests import factories, flows
from tests.flows import World
from tracker import clock
from tracker.cli.upkeep import audit
from tracker.database import db, transaction
from tracker.errors import InvalidError
from tracker.forms.ledgers import LedgerForm, local_text
from tracker.models import AuditEntry, Issue, IssuedLedger, Post, Role, SavedFilter
from tracker.queries.asof_filter import Asked
from tracker.queries.ledger_columns import COLUMN_KEYS, LEDGERS
from tracker.queries.moments import moment
from tracker.reports.ledger_columns import COLUMNS
from tracker.services.issued_ledgers import issued_find, issued_verify
from tracker.services.rechecks import issue_fail
from tracker.services.units import unit_rename
from tracker.services.versions import touch
from tracker.views.ledgers import photos_fit
from workflows.issue import IssueState

S = IssueState
DAY = timedelta(days=1)


@pytest.fixture
def here(sqlite_app: Flask) -> World:
    """A world five days ago, with one issue being rectified."""
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    return flows.issue_in(S.RECTIFYING, at=clock.now().replace(microsecond=0) - 5 * DAY)


def client_of(app: Flask, here: World, role: Role = Role.OFFICE) -> FlaskClient:
    actor = {Role.OFFICE: here.office, Role.VILLAGE: here.secretary, Role.LEADER: here.leader}.get(role)
    post = db.session.get_one(Post, actor.post_id) if actor else factories.post(role)
    return factories.sign_in(app.test_client(), post)


def page(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return html.unescape(answer.get_data(as_text=True))


def file(client: FlaskClient, path: str) -> bytes:
    with client.post(path, follow_redirects=True) as answer:
        assert answer.status_code == 200, path
        return answer.data


def numbers(words: str) -> list[str]:
    return re.findall(r'<th scope="row" class="frozen"><a href="/issues/\d+">([\w-]+)</a>', words)


@pytest.mark.parametrize("view", ["issues", "duties", "progress", "overdue", "signed_off"])
def test_every_ledger_opens_empty_and_full(sqlite_app: Flask, here: World, view: str) -> None:
    client = client_of(sqlite_app, here)
    page(client, f"/ledgers?view={view}&group=township")
    flows.submit(here)
    flows.verify(here)
    if view == "signed_off":
        flows.sign_off(here)
    if view == "overdue":
        with transaction():
            here.issue.deadline = here.issue.first_deadline = clock.today() - DAY
            touch([here.issue.id], here.at + DAY)
    for group in ("", "township", "unit", "star", "group"):
        assert len(numbers(page(client, f"/ledgers?view={view}&group={group}"))) >= 1


def test_the_past_is_shown_as_such_and_names_what_was_called_so(sqlite_app: Flask, here: World) -> None:
    client = client_of(sqlite_app, here)
    then, old = local_text(here.at + DAY), here.village.name
    flows.submit(here)
    renamed = here.at + 2 * DAY
    unit_rename(unit_id=here.village.id, name="示例新村", full_name="示例新村", on=here.today, actor=None, at=renamed)
    now = page(client, "/ledgers")
    assert "示例新村" in now
    assert "待复核" in now
    assert "正在回看" not in now
    past = page(client, f"/ledgers?at={local_text(here.at - timedelta(minutes=1))}")
    assert "没有符合条件的问题" in past
    past = page(client, f"/ledgers?at={then}")
    assert "正在回看" in past
    assert "示例新村" in past or old in past
    assert numbers(past) == numbers(now)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("at=2099-01-01T00:00", "只能查看过去的台账"),
        ("at=9999-12-31T23:59", "只能查看过去的台账"),
        ("at=x", "截至填写有误"),
        ("at=0001-01-01T00:00", "请填写过去的时间"),
        ("view=x", "请选择台账"),
        ("after=x", "翻页位置已失效"),
        ("after=W10", "翻页位置已失效"),
        ("after=WyJudW1iZXIiXQ", "翻页位置已失效"),
        ("before=WyJudW1iZXIiLCJ4IiwxXQ", "翻页位置已失效"),
        ("group=township&after=WyJudW1iZXIiLDEsbnVsbF0", "翻页位置已失效"),
        ("place=99999999999", "地点不能大于"),
        ("size=7", "请选择每页行数"),
        ("before=x", "翻页位置已失效"),
        ("todo=to_assign", "请在问题清单里查看"),
        ("digest=2026-03-02&part=late", "请在问题清单里查看"),
        ("direction=desc", "不能倒序"),
        ("left=rectifying&left_from=2026-03-01", "请在问题清单里查看"),
        ("mine=x", "请选择与我有关"),
        ("reopened_from=x", "反弹日期起不是有效日期"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_words(sqlite_app: Flask, here: World, query: str, words: str) -> None:
    assert words in page(client_of(sqlite_app, here), f"/ledgers?{query}", 422)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_first_and_the_last_day_there_are_can_be_asked_for(sqlite_app: Flask, here: World, day: str) -> None:
    client = client_of(sqlite_app, here)
    for name in ("found_from", "due_to", "closed_from", "closed_to", "reopened_from", "reopened_to"):
        for address in ("/ledgers", "/ledgers/changes", "/issues/", "/overdue", "/dashboard/"):
            assert client.get(f"{address}?{name}={day}").status_code == 200, (address, name)


def test_what_else_was_typed_survives_a_refusal(sqlite_app: Flask, here: World) -> None:
    kept = "view=duties&col=number&col=unit&col=words&q=示例&mine=created&recurred=1&size=200&star=&batch=3&group=unit"
    shown = page(client_of(sqlite_app, here), f"/ledgers?{kept}&found_from=2026-99-01&at=2099-01-01T00:00", 422)
    for words in (
        'name="view" value="duties"', 'name="col" value="unit"', 'name="col" value="words"', 'value="示例"',
        'value="created" selected', 'value="200" selected', 'value="unit" selected', 'value="2026-99-01"',
        'value="2099-01-01T00:00"', 'name="batch" value="3"',
    ):  # fmt: skip
        assert words in shown, words
    assert re.search(r'name="recurred"[^>]*checked', shown)
    said = page(client_of(sqlite_app, here), "/ledgers?mine=handled")
    assert "与我有关：我办理过的" in said


def test_columns_are_chosen_and_moved_by_buttons_and_kept_in_a_view(sqlite_app: Flask, here: World) -> None:
    client = client_of(sqlite_app, here)
    chosen = "col=number&col=unit&col=words&col=remark&col=nonsense"
    shown = page(client, f"/ledgers?{chosen}")
    heads = re.findall(r'<th scope="col" class="[^"]*">([^<]+)</th>', shown)
    assert heads == ["问题编号", "责任单位", "具体问题", "备注"]
    moved = client.get(f"/ledgers?{chosen}&move=unit:1")
    assert moved.location == "/ledgers?col=number&col=words&col=unit&col=remark"
    assert client.get(f"/ledgers?{chosen}&move=unit:-1").location.startswith("/ledgers?col=number&col=unit&col=words")
    query = "view=progress&group=star&col=number&col=outcome"
    answer = client.post("/filters/", data={"page": "ledgers", "name": "示例视图", "query": query})
    assert answer.location == f"/ledgers?{db.session.query(SavedFilter.query).scalar()}"
    assert numbers(page(client, answer.location)) == [here.issue.number]


def test_photographs_are_columns_of_choice_for_as_many_rows_as_a_workbook_bears(
    sqlite_app: Flask, here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    flows.evidence(here)
    flows.submit(here)
    db.session.execute(text("UPDATE blob SET thumb_sha256 = sha256"))
    db.session.commit()
    client = client_of(sqlite_app, here)
    shown = page(client, "/ledgers?col=photo_before&col=photo_after")
    assert re.findall(r'src="/evidence/(\d+)/thumb" alt="整改后照片：示例照片\d.jpg"', shown) == ["1", "2"]
    assert "共 3 张" in shown
    form = LedgerForm(col=["photo_after"])
    asked = Asked(here.office, form.chosen(), moment(clock.now()))
    photos_fit(form, asked)
    monkeypatch.setattr("tracker.views.ledgers.MOST_PICTURED", 0)
    assert "请缩小范围，或去掉照片列" in page(client, "/ledgers?col=photo_after")
    assert "请缩小范围，或去掉照片列" not in page(client, "/ledgers?col=evidence")
    with pytest.raises(InvalidError):
        photos_fit(form, asked)


def test_every_column_has_a_heading_and_is_chosen_by_one_name_alone() -> None:
    assert tuple(COLUMNS) == COLUMN_KEYS
    assert len({column.choice for column in COLUMNS.values()}) == len(COLUMNS)
    assert {key for keys in LEDGERS.values() for key in keys} <= set(COLUMN_KEYS)


def test_every_subtotal_opens_its_rows(sqlite_app: Flask, here: World) -> None:
    flows.issue_in(S.REGISTERED, here=here)
    client = client_of(sqlite_app, here)
    for group in ("township", "unit", "star", "group"):
        shown = page(client, f"/ledgers?group={group}")
        links = re.findall(r'<td class="number" data-label="[^"]*"><a href="(/ledgers[^"]*)"[^>]*>(\d+)</a>', shown)
        assert len(links) >= 4
        for link, number in links:
            assert len(numbers(page(client, link))) == int(number), link


def test_the_ledger_pages_on(sqlite_app: Flask, here: World) -> None:
    with transaction():
        for _ in range(54):
            flows.issue_in(S.REGISTERED, here=here)
    client = client_of(sqlite_app, here)
    for query in ("", "&group=township", "&group=unit", "&sort=deadline"):
        first = page(client, f"/ledgers?view=issues{query}")
        (rest,) = re.findall(r'rel="next" href="([^"]*)"', first)
        seen = numbers(first) + numbers(page(client, rest))
        assert (len(numbers(first)), len(seen), len(set(seen))) == (50, 55, 55)
        assert 'rel="prev"' not in first
        (back,) = re.findall(r'rel="prev" href="([^"]*)"', page(client, rest))
        before = page(client, back)
        assert numbers(before) == numbers(first)
        assert 'rel="prev"' not in before
        assert numbers(page(client, re.findall(r'rel="next" href="([^"]*)"', before)[0])) == numbers(page(client, rest))


def test_a_sheet_that_went_out_reads_the_same_whatever_came_after(sqlite_app: Flask, here: World) -> None:
    client = client_of(sqlite_app, here)
    query = f"view=duties&at={local_text(here.at + DAY)}"
    answer = client.post("/ledgers/issued", data={"query": query})
    assert answer.status_code == 303
    before = page(client, answer.location)
    flows.submit(here)
    unit_rename(
        unit_id=here.village.id, name="示例新村", full_name="示例新村", on=here.today, actor=None, at=clock.now()
    )
    after = page(client, answer.location)
    sheet = re.compile(r'<div class="ledger-sheet">.*?<div class="print-only">', re.DOTALL)
    assert sheet.findall(after) == sheet.findall(before)
    assert len(sheet.findall(after)) == 1
    issued = db.session.query(IssuedLedger).one()
    assert issued.digest in after
    assert "属实" in after
    entry = db.session.query(AuditEntry).filter_by(action="ledger.issue").one()
    assert (entry.detail["sha256"], entry.detail["rows"]) == (issued.digest, 1)
    assert client.get(f"/ledgers/issued?digest={issued.digest[:12]}").location == answer.location
    assert page(client_of(sqlite_app, here, Role.LEADER), answer.location)
    page(client_of(sqlite_app, here, Role.VILLAGE), answer.location, 404)
    page(client_of(sqlite_app, here, Role.VILLAGE), f"/ledgers/issued?digest={issued.digest}", 404)


def test_a_grouped_sheet_has_its_headings_and_sums(sqlite_app: Flask, here: World) -> None:
    flows.submit(here)
    first = here.issue.number
    here.village = factories.village()
    flows.issue_in(S.RECTIFYING, here=here)
    db.session.execute(text("UPDATE blob SET thumb_sha256 = sha256"))
    db.session.commit()
    client = client_of(sqlite_app, here)
    query = "group=township&col=number&col=first_deadline&col=deadline&col=photo_after"
    shown = page(client, client.post("/ledgers/issued", data={"query": query}).location)
    heads = re.findall(r"<thead>(.*?)</thead>", shown, re.DOTALL)[0]
    assert re.findall(r"<th([^>]*)>([^<]*)</th>", heads) == [
        (' scope="col" rowspan="2"', "序号"), (' scope="col" rowspan="2"', "问题编号"),
        (' scope="colgroup" colspan="2" class="under"', "整改时限"), (' scope="col" rowspan="2"', "整改后照片"),
        (' scope="col"', "原定时限"), (' scope="col"', "现时限"),
    ]  # fmt: skip
    lines = re.findall(r'<tr class="(?:group|sum)-row"><t[hd][^>]*>([^<]*)<', shown)
    assert [line[:3] for line in lines] == ["乡镇：", "小计：", "乡镇：", "小计：", "合计："]
    assert lines[-1] == "合计：共 2 条，未办结 2，其中逾期 0，已销号 0"
    assert re.findall(r'<td class="number" data-label="序号">(\d)</td>', shown) == ["1", "2"]
    assert len(re.findall(r'src="/evidence/\d+/thumb"', shown)) == 2
    assert shown.index(first) < shown.index(lines[1]) < shown.index(here.issue.number)


def test_a_changed_history_shows_on_the_sheet_and_to_the_verifier(
    sqlite_app: Flask, sqlite_url: str, here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_SQLALCHEMY_DATABASE_URI", sqlite_url)
    monkeypatch.setenv("TRACKER_DATA_DIR", sqlite_app.config["DATA_DIR"])
    client = client_of(sqlite_app, here)
    path = client.post("/ledgers/issued", data={"query": "view=issues"}).location
    issued = db.session.query(IssuedLedger).one()
    run = CliRunner()
    assert "属实" in run.invoke(audit, ["verify", "--ledger", issued.digest]).output
    assert run.invoke(audit, ["verify", "--ledger", "ffffffffffff"]).exit_code == 1
    with transaction() as session:
        session.execute(text("DROP TRIGGER issue_version_no_update"))
        session.execute(text("UPDATE issue_version SET deadline = '2027-01-01'"))
    told = run.invoke(audit, ["verify", "--ledger", str(issued.id)])
    assert told.exit_code == 1
    assert here.issue.number in told.output
    assert "不符" in page(client, path)


def test_a_ledger_from_which_a_row_was_taken_is_not_genuine(sqlite_app: Flask, here: World) -> None:
    client_of(sqlite_app, here).post("/ledgers/issued", data={"query": "view=issues"})
    whole = db.session.query(IssuedLedger).one()
    flows.issue_in(S.REGISTERED, here=here)
    with transaction() as session:
        session.execute(text("DROP TRIGGER issued_ledger_no_update"))
        session.execute(text("UPDATE issued_ledger SET at = '2099-01-01 00:00:00.000000'"))
    db.session.expire_all()
    report = issued_verify(issued_find(str(whole.id)))
    assert not report.genuine
    assert report.left_out == 1
    with transaction() as session:
        session.execute(text("UPDATE issued_ledger SET digest = :digest"), {"digest": report.digest})
    db.session.expire_all()
    assert not issued_verify(issued_find(str(whole.id))).is_noted


def test_files_hold_what_the_page_shows_and_their_digest(sqlite_app: Flask, here: World) -> None:
    made = flows.issue_in(S.REGISTERED, here=here, description="=HYPERLINK(示例)")
    client = client_of(sqlite_app, here)
    book = CalamineWorkbook.from_filelike(io.BytesIO(file(client, "/ledgers.xlsx?book=all")))
    assert book.sheet_names == ["问题台账", "责任台账", "进度台账", "逾期台账", "销号台账"]
    rows = book.get_sheet_by_name("问题台账").to_python()
    assert rows[0][0] == "整改问题台账"
    assert "数据截至" in str(rows[1][0])
    body = json.loads(file(client, "/ledgers.json"))
    assert body["count"] == 2
    lines = (json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")) for row in body["rows"])
    digest = hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
    assert digest == body["sha256"]
    assert f"校验码 {digest}" in str(rows[-2][0])
    table = file(client, "/ledgers.csv?col=number&col=words")
    assert table.startswith(b"\xef\xbb\xbf")
    cells = list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))
    assert cells[0] == ["序号", "问题编号", "具体问题"]
    assert cells[2] == ["2", made.issue.number, "'=HYPERLINK(示例)"]
    assert {one.medium.value for one in db.session.query(IssuedLedger)} == {"xlsx", "json", "csv"}
    assert client_of(sqlite_app, here, Role.VILLAGE).post("/ledgers.xlsx").status_code == 403


def test_what_changed_between_two_instants_is_told_with_its_rows(sqlite_app: Flask, here: World) -> None:
    closing = flows.issue_in(S.VERIFIED, here=here).issue
    falling = flows.issue_in(S.SUBMITTED, here=here).issue
    moving = flows.issue_in(S.REGISTERED, here=here).issue
    since = here.at + timedelta(minutes=1)
    here.at += DAY
    coming = flows.issue_in(S.REGISTERED, here=here).issue
    here.issue = moving
    flows.assign(here)
    here.issue = closing
    flows.sign_off(here)
    here.issue = falling
    issue_fail(**here.by(here.rechecker), reason="示例：仍有残留")
    until = here.at + timedelta(minutes=1)
    client = client_of(sqlite_app, here)
    span = f"since={local_text(since)}&until={local_text(until)}"
    for part, issue in {"came": coming, "closed": closing, "fell_back": falling, "moved": moving}.items():
        shown = page(client, f"/ledgers/changes?{span}&view={part}")
        assert numbers(shown) == [issue.number]
    shown = page(client, f"/ledgers/changes?{span}")
    assert re.findall(r'tile-value">(\d+)', shown) == ["1", "1", "1", "0", "1", "0"]
    assert numbers(page(client, f"/ledgers/changes?{span}&view=gone")) == []
    assert numbers(page(client, f"/ledgers/changes?{span}&view=late")) == []
    assert "开始时刻应早于" in page(
        client, f"/ledgers/changes?since={local_text(until)}&until={local_text(since)}", 422
    )
    assert (
        re.findall(r'tile-value">(\d+)', page(client_of(sqlite_app, here, Role.TOWNSHIP), f"/ledgers/changes?{span}"))
        == ["0"] * 6
    )


def test_what_has_become_late_between_two_instants_opens_its_rows(sqlite_app: Flask, here: World) -> None:
    """By time alone, by a new deadline, or by coming late; not what was late already, nor what is closed."""

    def due(days: int, at: datetime, state: IssueState = S.RECTIFYING) -> Issue:
        here.at = at
        issue = flows.issue_in(state, here=here).issue
        move(issue, days, at)
        return issue

    def move(issue: Issue, days: int, at: datetime) -> None:
        with transaction():
            issue.deadline = issue.first_deadline = begin.date() + timedelta(days=days)
            touch([issue.id], at)

    begin = here.at
    by_time, moved = due(2, begin), due(60, begin)
    due(-2, begin)
    due(2, begin, S.SIGNED_OFF)
    due(60, begin)
    since, until = begin + timedelta(minutes=1), begin + 4 * DAY
    coming = due(1, begin + 2 * DAY)
    move(moved, 3, begin + 2 * DAY)
    client = client_of(sqlite_app, here)
    span = f"since={local_text(since)}&until={local_text(until)}"
    assert re.findall(r'tile-value">(\d+)', page(client, f"/ledgers/changes?{span}"))[-1] == "3"
    late = numbers(page(client, f"/ledgers/changes?{span}&view=late"))
    assert set(late) == {one.number for one in (by_time, moved, coming)}
