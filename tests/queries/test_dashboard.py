"""The figures of the dashboard, and that each of them opens as many rows as it says."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import factories
from tests.factories import TODAY
from tracker.clock import ZONE
from tracker.database import transaction
from tracker.models import Issue, Role, Unit, UnitKind, UnitPlace
from tracker.queries.county_map import county_map
from tracker.queries.dashboard import Figures, ranking
from tracker.queries.filters import IssueFilter
from tracker.queries.issues import issue_page
from tracker.queries.leaving import Left
from tracker.queries.movements import Flow, ages, flows, stays, stays_since
from tracker.queries.paging import Order
from tracker.services.chain import event_record
from workflows.issue import IssueState
from workflows.periods import Span, cut
from workflows.ranking import Place

S = IssueState
YEAR = IssueFilter(states=(), found_from=date(2026, 1, 1), found_to=TODAY)


def days(number: int) -> date:
    return TODAY + timedelta(days=number)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=ZONE)


def closed(on: date, *, late: bool | None = False, **given: Any) -> Issue:
    people = {name: factories.person().id for name in ("submitted_by_id", "verified_by_id", "signed_off_by_id")}
    return factories.issue(
        state=S.SIGNED_OFF, state_since=noon(on), signed_off_at=noon(on), closed_late=late, **people, **given
    )


def town(name: str) -> Unit:
    return factories.unit(UnitKind.TOWNSHIP, name=name)


@pytest.fixture
def county(app: Flask) -> dict[str, Unit]:
    """Three towns: one with a mixed record, one as good, one where nothing was due; and a fourth without anything."""
    found = {name: town(name) for name in ("甲乡", "乙乡", "丙乡", "丁乡")}
    unit, star, group = factories.unit(UnitKind.DEPARTMENT), factories.star(), factories.group()
    held = {"responsible_unit_id": unit.id, "star_id": star.id, "found_by_group_id": group.id}
    first, second, third = (
        {"location": factories.village(parent=found[name]), **held} for name in ("甲乡", "乙乡", "丙乡")
    )
    closed(days(-20), **first)
    closed(days(-9), late=True, **first)
    closed(days(-9), late=None, **first)  # never had a deadline
    factories.issue(state=S.RECTIFYING, deadline=days(-3), **first)
    factories.issue(state=S.RECTIFYING, deadline=days(3), **first, recurrences=1)
    factories.issue(state=S.DISMISSED, **first)
    closed(days(-5), **second)
    factories.issue(state=S.RECTIFYING, deadline=days(-1), **second)
    factories.issue(state=S.RECTIFYING, deadline=days(-1), **second)
    factories.issue(state=S.RECTIFYING, **third, found_on=days(-2))
    factories.issue(state=S.RECTIFYING, **third, found_on=date(2025, 7, 1))
    return found


def test_a_ranking_counts_each_issue_where_it_belongs(county: dict[str, Unit]) -> None:
    found = ranking(factories.actor(Role.LEADER), YEAR, "township")
    assert [(row.name, row.place) for row in found.ranked] == [("甲乡", Place(1, True)), ("乙乡", Place(1, True))]
    assert found.ranked[0].figures == Figures(found=5, closed=3, judged=3, in_time=1, late=1, ended=4, recurred=1)
    names = {row.name: row.figures for row in found.unranked}
    assert names.keys() >= {"丙乡", "丁乡"}  # 丁乡 was not observed: apart, not last
    assert (names["丙乡"].found, names["丁乡"]) == (1, Figures())
    assert found.whole == Figures(found=9, closed=4, judged=6, in_time=2, late=3, ended=5, recurred=1)


def test_nobody_counts_more_than_they_see(county: dict[str, Unit]) -> None:
    township = factories.actor(Role.TOWNSHIP, unit_id=county["乙乡"].id)
    found = ranking(township, YEAR, "township")
    assert [row.name for row in (*found.ranked, *found.unranked)] == ["乙乡"]
    assert sum(age.number for age in ages(township, IssueFilter(states=()))) == 2


def test_nobody_counts_the_stays_and_reopenings_of_others(county: dict[str, Unit]) -> None:
    moves = [
        ("register", S.DRAFT, S.REGISTERED),
        ("assign", S.REGISTERED, S.ASSIGNED),
        ("reopen", S.SIGNED_OFF, S.RECTIFYING),
    ]
    for name in ("甲乡", "甲乡", "乙乡"):
        issue = factories.issue(location=factories.village(parent=county[name]))
        with transaction():
            for day, (trigger, source, dest) in enumerate(moves):
                event_record(issue, trigger, actor=None, at=noon(days(day - 9)), source=source, dest=dest)
    period, everything = Span(days(-30), TODAY), IssueFilter(states=())
    leader, township = factories.actor(Role.LEADER), factories.actor(Role.TOWNSHIP, unit_id=county["乙乡"].id)
    for actor, number in ((leader, 3), (township, 1)):
        assert [one.number for one in stays(actor, everything, period)] == [number]
        assert [one.reopened for one in flows(actor, everything, [period])] == [number]


def test_open_issues_by_age(county: dict[str, Unit]) -> None:
    found = ages(factories.actor(Role.LEADER), IssueFilter(states=()))
    assert [(age.least, age.number) for age in found] == [(0, 1), (8, 0), (31, 4), (91, 0), (181, 1)]


def test_what_came_and_went_by_span(county: dict[str, Unit]) -> None:
    issue = factories.issue(state=S.RECTIFYING, found_on=date(2025, 12, 1))
    with transaction():
        event_record(issue, "reopen", actor=None, at=noon(days(-5)), source="signed_off", dest="rectifying")
    spans = cut(Span(days(-9), TODAY))
    found = {flow.span.first: flow for flow in flows(factories.actor(Role.LEADER), IssueFilter(states=()), spans)}
    assert len(found) == 10
    assert found[days(-9)] == Flow(Span(days(-9), days(-9)), 0, 2, 0)
    assert found[days(-5)] == Flow(Span(days(-5), days(-5)), 0, 1, 1)
    assert found[days(-2)].found == 1


def test_stays_are_reckoned_from_the_entry_to_the_leaving(county: dict[str, Unit]) -> None:
    moves = [
        ("assign", S.REGISTERED, S.ASSIGNED),
        ("accept", S.ASSIGNED, S.RECTIFYING),
        ("progress", S.RECTIFYING, S.RECTIFYING),
    ]
    for waited in (0, 1, 4):
        issue = factories.issue()
        at = noon(days(-30))
        with transaction():
            event_record(issue, "register", actor=None, at=at, source=S.DRAFT, dest=S.REGISTERED)
            for trigger, source, dest in moves:
                at += timedelta(days=waited, hours=1)
                event_record(issue, trigger, actor=None, at=at, source=source, dest=dest)
    found = stays(factories.actor(Role.LEADER), IssueFilter(states=()), Span(days(-60), TODAY))
    told = [(one.state, one.number, one.median, one.ninth, one.longest) for one in found]
    assert told == [(S.REGISTERED, 3, 1, 4, 4), (S.ASSIGNED, 3, 1, 4, 4)]  # progress leaves nothing


def test_what_stayed_in_a_state_is_listed_once_however_often_it_left(county: dict[str, Unit]) -> None:
    issue = factories.issue(state=S.ASSIGNED)
    at = noon(days(-30))
    with transaction():
        for source, dest in ((S.DRAFT, S.REGISTERED), (S.REGISTERED, S.ASSIGNED)) * 2:
            at += timedelta(days=1)
            event_record(issue, "assign", actor=None, at=at, source=source, dest=dest)
            event_record(issue, "contest", actor=None, at=at, source=dest, dest=source)
    leader = factories.actor(Role.LEADER)
    for span in (Span(days(-60), TODAY), Span(days(-28), days(-28)), Span(days(-9), TODAY)):
        told = {one.state: one.issues for one in stays(leader, IssueFilter(states=()), span)}
        for state in (S.REGISTERED, S.ASSIGNED):
            chosen = IssueFilter(states=("all",), left=Left(state, span.first, span.last))
            listed = issue_page(leader, chosen, Order("number")).lines
            assert len(listed) == told.get(state, 0), (span, state)


def test_of_a_period_with_very_many_events_the_latest_tell_how_long_issues_stayed(
    county: dict[str, Unit], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.queries.movements.LOOKED", 2)
    period = Span(days(-60), TODAY)
    assert stays_since(period) is None
    for waited in (1, 4):
        issue = factories.issue()
        with transaction():
            event_record(issue, "register", actor=None, at=noon(days(-30)), source=S.DRAFT, dest=S.REGISTERED)
            event_record(issue, "assign", actor=None, at=noon(days(-30 + waited)), source=S.REGISTERED, dest=S.ASSIGNED)
    after = stays_since(period)
    assert after == noon(days(-30))
    found = stays(factories.actor(Role.LEADER), IssueFilter(states=()), period, noon(days(-29)))
    assert [(one.state, one.number, one.longest) for one in found] == [(S.REGISTERED, 1, 4)]
    chosen = IssueFilter(states=("all",), left=Left(S.REGISTERED, period.first, period.last, noon(days(-29))))
    assert len(issue_page(factories.actor(Role.LEADER), chosen, Order("number")).lines) == found[0].issues == 1


def test_the_map_knows_where_its_villages_lie(county: dict[str, Unit]) -> None:
    for name, where in (("甲乡", (113.2, 35.0)), ("乙乡", (113.6, 35.2))):
        village = factories.village(parent=county[name])
        factories.saved(UnitPlace(unit_id=village.id, longitude=where[0], latitude=where[1]))
    found = county_map(ranking(factories.actor(Role.LEADER), YEAR, "township"))
    spots = {spot.name: spot for spot in found.spots}
    assert spots["甲乡"].x < spots["乙乡"].x
    assert spots["甲乡"].y > spots["乙乡"].y  # the north is above
    assert spots["乙乡"].radius > spots["甲乡"].radius
    assert set(found.unplaced) >= {"丙乡", "丁乡"}


def opened(client: FlaskClient, path: str) -> int:
    """Return how many rows a list shows."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    return len(set(re.findall(r"SL-2026-\d{5}", answer.text)))


@pytest.mark.parametrize("by", ["township", "unit", "star", "group"])
def test_each_number_opens_its_rows(
    app: Flask, county: dict[str, Unit], by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.clock.now", lambda: noon(TODAY))
    client = factories.sign_in(app.test_client(), factories.post(Role.LEADER))
    late = factories.village(parent=county["乙乡"])
    factories.saved(UnitPlace(unit_id=late.id, longitude=113.6, latitude=35.2))
    page = html.unescape(client.get(f"/dashboard/?by={by}").text)
    links = re.findall(r'<a href="(/issues/\?[^"]*)"(?: class="strong")?>(\d+)</a>', page)
    assert len(links) > 12
    for path, number in dict(links).items():
        assert opened(client, path) == int(number), path
    spots = dict(re.findall(r'<a href="(/issues/\?[^"]*)" aria-label="乙乡 (\d+)"><circle ', page))
    assert [(opened(client, path), int(number)) for path, number in spots.items()] == [(2, 2)]
    tiles = dict(re.findall(r'<a class="tile [^"]*" href="([^"]*)"><span class="tile-label">([^<]*)</span>', page))
    assert {label: opened(client, path) for path, label in tiles.items()} == {
        "发现": 9, "已销号": 4, "按期办结率": 6, "目前逾期": 3, "反弹率": 1
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("since=2026-05-01&until=2026-04-01", "开始日期不能晚于结束日期"),
        ("since=2010-01-01&until=2026-01-01", "一次最多看五年"),
        ("since=2026-02-30", "发现日期起不是有效日期"),
        ("by=money", "请选择按什么排名"),
        ("place=x", "请填写或选择乡镇、街道"),
    ],
)
def test_a_bad_question_is_named(app: Flask, query: str, words: str) -> None:
    client = factories.sign_in(app.test_client(), factories.post(Role.LEADER))
    answer = client.get(f"/dashboard/?{query}")
    assert (answer.status_code, words in answer.text) == (422, True)


def test_an_instant_beyond_all_years_is_refused(sqlite_app: Flask) -> None:
    client = factories.sign_in(sqlite_app.test_client(), factories.post(Role.LEADER))
    answer = client.get("/issues/?left=rectifying&left_after=9999-12-31T23:59:59-12:00")
    assert (answer.status_code, "请填写过去的时间" in answer.text) == (422, True)


def test_an_empty_county_says_so(app: Flask) -> None:
    client = factories.sign_in(app.test_client(), factories.post(Role.OFFICE))
    for path in ("/dashboard/", "/dashboard/screen", "/dashboard/?since=2030-01-01&until=2030-02-01"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "不产生排名" in answer.text
    assert replace(YEAR).found_to == TODAY
