"""What a ledger of the past can be narrowed by: as far as the history knows it, as it read then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests import factories, flows
from tests.conftest import AT
from tracker.models import Role, UnitKind
from tracker.policy import Actor
from tracker.queries.asof import asof_page, asof_page_before, asof_rows, place_at
from tracker.queries.asof_filter import Asked
from tracker.queries.filters import IssueFilter, Mine
from tracker.queries.issues import issue_page
from tracker.queries.moments import moment
from tracker.queries.paging import Order
from tracker.services.annotations import issue_annotate
from tracker.services.assignments import issue_assign
from tracker.services.rechecks import issue_reopen
from tracker.services.units import unit_rename
from workflows.issue import IssueState

pytestmark = pytest.mark.usefixtures("app")
S = IssueState
DAY = timedelta(days=1)


def found(actor: Actor, at: datetime, **given: Any) -> set[str]:
    chosen = IssueFilter(states=("all",), **given)
    return {row.issue.number for row in asof_rows(Asked(actor, chosen, moment(at)))}


def live(actor: Actor, **given: Any) -> set[str]:
    page = issue_page(actor, IssueFilter(states=("all",), **given), Order("number"))
    return {line.row.number for line in page.lines}


def test_the_past_is_searched_in_what_the_list_is_searched_in(app: object) -> None:
    town = factories.unit(UnitKind.TOWNSHIP, name="示例镇甲")
    here = flows.world()
    here.village = factories.village(parent=town)
    one = flows.issue_in(S.REGISTERED, here=here, description="示例：渠水_不通", found_by="示例人员乙").issue
    issue_annotate(**here.by(here.office), changes={"source_ref": "来文〔2026〕5号", "goal": "示例：管护到位"})
    flows.issue_in(S.REGISTERED, here=here, description="示例：路灯100%不亮", spot="渠水边")
    held = ("渠水", "示例镇", "渠水 示例镇", "来文〔2026〕5号", "管护", "示例人员乙", "_", one.number)
    for words in (*held, "%", "没有的话"):
        now = found(here.office, AT + DAY, words=words)
        assert now == live(here.office, words=words), words
        assert (one.number in now) is (words in held), words


def test_words_are_found_as_they_read_then(app: object) -> None:
    here = flows.issue_in(S.REGISTERED)
    old, number = here.village.name, here.issue.number
    issue_annotate(**here.by(here.office), changes={"goal": "示例：旧目标"})
    later = AT + 2 * DAY
    here.at = later
    issue_annotate(**here.by(here.office), changes={"goal": "示例：新目标"})
    unit_rename(unit_id=here.village.id, name="示例新名村", full_name="示例新名村", on=here.today, actor=None, at=later)
    then, now = AT + DAY, later + DAY
    told = {
        "旧目标": (True, False), "新目标": (False, True), old: (True, False), "新名村": (False, True),
        "新名村 新目标": (False, True), f"{old} 旧目标": (True, False), f"{old} 新目标": (False, False),
    }  # fmt: skip
    for words, (is_then, is_now) in told.items():
        assert (found(here.office, then, words=words) == {number}) is is_then, words
        assert (found(here.office, now, words=words) == {number}) is is_now, words
        assert live(here.office, words=words) == found(here.office, now, words=words), words


def test_what_concerns_somebody_is_what_did_then(app: object) -> None:
    here = flows.issue_in(S.REGISTERED)
    helper = factories.unit(UnitKind.DEPARTMENT)
    assisting = factories.actor(Role.ASSIGNEE, unit_id=helper.id)
    number, before, after = here.issue.number, AT + timedelta(hours=1), AT + 2 * DAY
    here.at = AT + DAY
    issue_assign(**here.by(here.office), assignment=here.assignment(assisting_unit_ids=(helper.id,)))
    told = {
        (Mine.CREATED, here.finder): (True, True), (Mine.RESPONSIBLE, here.assignee): (False, True),
        (Mine.RESPONSIBLE, here.finder): (False, False), (Mine.HANDLED, here.office): (False, True),
        (Mine.HANDLED, here.finder): (True, True), (Mine.ASSISTING, assisting): (False, True),
        (Mine.ASSISTING, here.assignee): (False, False), (Mine.ASSISTING, here.finder): (False, False),
    }  # fmt: skip
    for (mine, who), expected in told.items():
        held = tuple(number in found(who, at, mine=mine) for at in (before, after))
        assert held == expected, (mine, who.role)
        assert live(who, mine=mine) == found(who, after, mine=mine)


def test_reopenings_are_found_by_their_day_once_they_have_happened(app: object) -> None:
    here = flows.issue_in(S.SIGNED_OFF)
    here.at = AT + 3 * DAY
    issue_reopen(**here.by(here.office), finding="示例：又出现", deadline=here.today + 9 * DAY)
    day, number = here.today, here.issue.number
    assert found(here.office, AT + 2 * DAY, reopened_from=day - 9 * DAY) == set()
    assert found(here.office, here.at + DAY, reopened_from=day, reopened_to=day) == {number}
    assert found(here.office, here.at + DAY, reopened_to=day - DAY) == set()
    assert found(here.office, here.at + DAY, reopened_from=day + DAY) == set()
    for step in (flows.submit, flows.verify, flows.sign_off):
        step(here)
    here.at += 6 * DAY
    issue_reopen(**here.by(here.office), finding="示例：又出现", deadline=here.today + 9 * DAY)
    again, later = here.today, here.at + DAY
    told = {(day, day): {number}, (day + DAY, again - DAY): set(), (again, again): {number}, (day, again): {number}}
    for (first, last), expected in told.items():
        assert found(here.office, later, reopened_from=first, reopened_to=last) == expected
        assert live(here.office, reopened_from=first, reopened_to=last) == expected


def test_pages_lead_back_the_way_they_came(app: object) -> None:
    here = flows.world()
    for n in range(7):
        flows.issue_in((S.REGISTERED, S.RECTIFYING, S.SUBMITTED)[n % 3], here=here)
    for sort in ("number", "deadline", "township", "unit", "star", "group"):
        asked = Asked(here.office, IssueFilter(states=("all",)), moment(AT), sort)
        pages = list(forward(asked))
        back = [pages[-1]]
        rows, place = asof_page(asked, place_at(asked, pages[-2][-1]), 2)
        assert ids(rows) == ids(pages[-1])
        place = place_at(asked, rows[0])
        while place is not None:
            rows, place = asof_page_before(asked, place, 2)
            back.append(rows)
        assert [ids(page) for page in reversed(back)] == [ids(page) for page in pages], sort


def forward(asked: Asked) -> Iterator[list[Any]]:
    rows, place = asof_page(asked, None, 2)
    yield rows
    while place is not None:
        rows, place = asof_page(asked, place, 2)
        yield rows


def ids(rows: list[Any]) -> list[int]:
    return [row.issue.issue_id for row in rows]
