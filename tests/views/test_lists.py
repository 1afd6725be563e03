"""The pages that list: what they show to whom, what they refuse, what leaves as a file."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import event, select

from tests import factories
from tracker import clock
from tracker.database import db, transaction
from tracker.models import AuditEntry, Issue, OutboxMessage, Person, Role, SavedFilter, UnitKind
from tracker.services import search_index
from workflows.issue import IssueState, Severity

S = IssueState
PAGES = ("/", "/issues/", "/overdue", "/overdue?view=summary", "/overdue?view=newly", "/overdue?view=undated", "/inbox")


def signed_in(app: Flask, role: Role, **given: Any) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    return factories.sign_in(app.test_client(), factories.post(role, **given))


def late(number: int = 30, **given: Any) -> Issue:
    return factories.issue(state=S.RECTIFYING, deadline=clock.today() - timedelta(days=number), **given)


def indexed(**given: Any) -> Issue:
    with transaction():
        made = factories.issue(**given)
        search_index.refresh(made)
    return made


def shown(page: str) -> set[str]:
    return set(re.findall(r"SL-2026-\d{5}", page))


def text(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return html.unescape(answer.get_data(as_text=True))


@pytest.mark.parametrize("role", [Role.OFFICE, Role.LEADER])
@pytest.mark.parametrize("path", PAGES)
def test_pages_open_empty_and_full(app: Flask, role: Role, path: str) -> None:
    client = signed_in(app, role)
    text(client, path)
    late()
    factories.issue(severity=Severity.MAJOR)
    factories.issue(state=S.RECTIFYING)
    text(client, path)


@pytest.mark.parametrize("role", [Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR])
def test_administrators_see_their_duties_and_no_issue(sqlite_app: Flask, role: Role) -> None:
    late()
    client = signed_in(sqlite_app, role)
    assert not shown(text(client, "/"))
    for path in ("/issues/", "/overdue"):
        text(client, path, 404)
    assert {client.post(path).status_code for path in ("/issues.xlsx", "/overdue.xlsx")} == {403}


def test_a_list_shows_the_scope_and_nothing_beside(app: Flask) -> None:
    here, there = factories.village(name="甲示例村"), factories.village(name="乙示例村")
    mine, other = late(location=here), late(location=there)
    client = signed_in(app, Role.TOWNSHIP, unit_id=here.township_id)
    for path in (
        "/",
        "/issues/",
        "/issues/?state=all",
        "/overdue",
        f"/overdue?place={there.id}",
        "/overdue?view=summary",
    ):
        page = text(client, path)
        assert other.number not in page
        assert "乙示例村" not in re.sub(r"<select.*?</select>", "", page, flags=re.DOTALL)
    assert shown(text(client, "/issues/")) == {mine.number}


def test_words_filters_and_tabs_narrow_the_list(app: Flask) -> None:
    ditch = indexed(description="示例：排水沟有垃圾")
    wall = indexed(description="示例：围墙开裂", state=S.DISMISSED)
    client = signed_in(app, Role.OFFICE)
    assert shown(text(client, "/issues/")) == {ditch.number}
    assert shown(text(client, "/issues/?state=all")) == {ditch.number, wall.number}
    assert shown(text(client, "/issues/?state=dismissed&q=围墙")) == {wall.number}
    assert shown(text(client, "/issues/?state=all&q=100%25")) == set()
    assert shown(text(client, "/issues/?todo=to_assign")) == {ditch.number}
    assert "没有符合条件的问题" in text(client, "/issues/?q=没有这回事")


@pytest.mark.parametrize(
    "query",
    [
        "q=" + "长" * 201, "q=%00", "state=no", "timing=never", "place=x", "place=99999999999999999999", "sort=state",
        "direction=up", "after=zzz", "before=%FF", "todo=nothing", "found_from=2026-13-40", "severity=1", "star=-1",
        "after=WyJkZWFkbGluZSIsImFzYyIsMCwieCIsMV0",
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_the_words_kept(sqlite_app: Flask, query: str) -> None:
    client = signed_in(sqlite_app, Role.OFFICE)
    for path in ("/issues/", "/overdue"):
        page = text(client, f"{path}?{query}", 422)
        assert "需要更正" in page
    assert {client.post(f"{path}?{query}").status_code for path in ("/issues.xlsx", "/overdue.xlsx")} == {422}


def test_a_deep_page_follows_the_first(app: Flask) -> None:
    for number in range(53):
        late(number + 1)
    client = signed_in(app, Role.OFFICE)
    for path in ("/issues/", "/overdue"):
        first = text(client, path)
        following = re.search(r'rel="next" href="([^"]+)"', first)
        assert following
        second = text(client, following.group(1))
        assert len(shown(first)) == 50
        assert len(shown(second)) == 3
        assert not shown(first) & shown(second)
        back = re.search(r'rel="prev" href="([^"]+)"', second)
        assert back
        assert shown(text(client, back.group(1))) == shown(first)


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_as_often_however_many_rows(app: Flask, statements: list[str], path: str) -> None:
    client = signed_in(app, Role.OFFICE)
    star, unit, group = factories.star().id, factories.unit(UnitKind.DEPARTMENT).id, factories.group().id
    asked = []
    for number in (1, 7):
        for _n in range(number):
            village = factories.village()
            late(star_id=star, location=village, responsible_unit_id=unit, found_by_group_id=group)
            factories.issue(location=factories.village())
        with time_machine.travel(clock.now(), tick=False):  # what is known for some seconds stays known
            client.get(path)
            db.session.remove()  # each request begins without what another one has read
            statements.clear()
            text(client, path)
        asked.append(len(statements))
    assert asked[0] == asked[1] <= 40


def test_totals_lead_to_their_rows(app: Flask) -> None:
    here = factories.village()
    late(location=here), late(location=here), late()
    client = signed_in(app, Role.LEADER)
    page = text(client, "/overdue?view=summary")
    link = re.search(rf'href="([^"]*place={here.township_id}[^"]*)" class="strong">2<', page)
    assert link
    assert len(shown(text(client, link.group(1)))) == 2


def test_suspended_and_undated_are_listed_apart(app: Flask) -> None:
    overdue, undated = late(), factories.issue(state=S.ASSIGNED)
    suspended = factories.issue(
        state=S.SUSPENDED, deadline=clock.today() - timedelta(days=9), review_on=clock.today() + timedelta(days=9)
    )
    client = signed_in(app, Role.LEADER)
    assert shown(text(client, "/overdue")) == {overdue.number}
    assert shown(text(client, "/overdue?view=undated")) == {undated.number}
    assert suspended.number not in text(client, "/")


def rows_of(client: FlaskClient, path: str) -> list[list[Any]]:
    answer = client.post(path, follow_redirects=True)
    assert answer.status_code == 200
    content = BytesIO(answer.data)
    answer.close()
    return CalamineWorkbook.from_filelike(content).get_sheet_by_index(0).to_python()


def test_the_overdue_ledger_as_excel_is_what_the_page_shows(app: Flask) -> None:
    factories.county()
    here = factories.village(name="甲示例村")
    formula = late(40, location=here, description='=HYPERLINK("http://x","点我")', progress_note="+1\x0b<b>")
    older, other = late(50, location=here), late(60)
    client = signed_in(app, Role.TOWNSHIP, unit_id=here.township_id)
    rows = rows_of(client, "/overdue.xlsx")
    assert rows[0][0] == "整改问题逾期台账"
    assert rows[2][:5] == ["序号", "问题编号", "问题所在地", "", "所属星"]
    assert rows[3][:5] == ["序号", "问题编号", "乡镇", "村(社区)", "所属星"]
    assert [row[1] for row in rows[4:6]] == [older.number, formula.number]
    assert rows[5][5] == '=HYPERLINK("http://x","点我")'
    assert rows[5][15] == "+1<b>"
    assert rows[5][18] == "红色"
    assert "制表人" in rows[6][0]
    assert other.number not in str(rows)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "ledger.export")).one()
    assert (entry.target, entry.detail["rows"], entry.outcome) == ("overdue", 2, "done")


def test_the_full_ledger_as_excel_holds_every_row_of_the_filter(app: Flask) -> None:
    for _n in range(60):
        late()
    factories.issue(state=S.DISMISSED)
    rows = rows_of(signed_in(app, Role.OFFICE), "/issues.xlsx?sort=number&direction=desc")
    assert len(rows) == 64
    assert len(rows[2]) == 29
    assert [row[0] for row in rows[4:]] == list(range(1, 61))
    numbers = [row[1] for row in rows[4:]]
    assert numbers == sorted(numbers, reverse=True)


@pytest.mark.parametrize("role", [Role.GROUP_MEMBER, Role.VILLAGE])
def test_who_may_not_export_is_refused(sqlite_app: Flask, role: Role) -> None:
    place = factories.village()
    where = {"group_id": factories.group(place).id} if role is Role.GROUP_MEMBER else {"unit_id": place.id}
    client = signed_in(sqlite_app, role, **where)
    text(client, "/overdue")
    assert {client.post(path).status_code for path in ("/issues.xlsx", "/overdue.xlsx")} == {403}


def test_a_saved_filter_is_kept_opened_renamed_and_deleted(app: Flask) -> None:
    seen, hidden = factories.issue(state=S.DISMISSED), factories.issue()
    client = signed_in(app, Role.OFFICE)
    given = {"page": "issues", "name": "不立案", "query": "state=dismissed&after=", "is_default": "1"}
    assert client.post("/filters/", data=given).status_code == 303
    opened = client.get("/issues/", follow_redirects=True).get_data(as_text=True)
    assert shown(opened) == {seen.number}
    assert hidden.number in text(client, "/issues/?state=all")
    saved = db.session.scalars(select(SavedFilter)).one()
    assert (saved.query, saved.is_default) == ("state=dismissed", True)
    assert client.post(f"/filters/{saved.id}", data={"name": "不予立案的"}).status_code == 303
    assert "不予立案的" in text(client, "/filters/")
    assert client.post(f"/filters/{saved.id}/delete").status_code == 303
    assert db.session.scalars(select(SavedFilter)).all() == []


def test_a_filter_without_name_or_with_broken_query_is_refused(sqlite_app: Flask) -> None:
    client = signed_in(sqlite_app, Role.OFFICE)
    for given in ({"name": "", "query": ""}, {"name": "x", "query": "sort=no"}, {"name": "长" * 41, "query": ""}):
        assert client.post("/filters/", data=given | {"page": "issues"}).status_code == 422
    assert db.session.scalars(select(SavedFilter)).all() == []


def test_nobody_touches_the_filter_of_another(sqlite_app: Flask) -> None:
    owner = signed_in(sqlite_app, Role.OFFICE)
    owner.post("/filters/", data={"page": "overdue", "name": "示例", "query": ""})
    saved = db.session.scalars(select(SavedFilter)).one()
    stranger = signed_in(sqlite_app, Role.LEADER)
    for path in (f"/filters/{saved.id}", f"/filters/{saved.id}/delete"):
        assert stranger.post(path, data={"name": "夺"}).status_code == 404
    assert f"/filters/{saved.id}" not in text(stranger, "/filters/")
    assert db.session.scalars(select(SavedFilter)).one().name == "示例"


def message(person: Person, issue: Issue | None = None) -> OutboxMessage:
    context = {"number": issue.number if issue else "", "place": "示例村", "summary": "示例", "deadline": ""}
    key = f"示例:{person.id}:{issue.id if issue else 0}"
    return factories.saved(
        OutboxMessage(
            key=key, recipient_id=person.id, kind="assigned", context=context, created_at=clock.now(),
            issue_id=issue.id if issue else None,
        )
    )  # fmt: skip


def test_messages_are_counted_read_and_only_ones_own(app: Flask) -> None:
    me, other = factories.person(), factories.person()
    issue = factories.issue()
    mine, own, theirs = message(me, issue), message(me), message(other, factories.issue())
    client = signed_in(app, Role.OFFICE, who=me)
    page = text(client, "/inbox")
    assert issue.number in page
    assert page.count('class="count">2<') >= 2  # in the navigation and on the tab
    assert client.post(f"/inbox/{theirs.id}/read").status_code == 404
    answer = client.post(f"/inbox/{mine.id}/read", data={"open": "1"})
    assert answer.headers["Location"] == f"/issues/{issue.id}"
    assert "没有未读消息" not in text(client, "/inbox?unread=1")
    assert client.post("/inbox/read").status_code == 303
    assert "没有未读消息" in text(client, "/inbox?unread=1")
    db.session.expire_all()
    assert own.read_at is not None
    assert theirs.read_at is None
