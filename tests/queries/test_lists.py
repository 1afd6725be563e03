"""Lists of issues: filters, order, pages and counts, each under the scope of who asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from tests import factories
from tests.conftest import AT
from tests.factories import TODAY
from tracker.database import db, transaction
from tracker.models import AssistingUnit, Consent, Extension, Issue, PolicyVersion, Role, UnitKind
from tracker.policy import Actor
from tracker.queries import counts
from tracker.queries.counts import count_issues, tab_counts
from tracker.queries.filters import Band, IssueFilter, Mine, Timing
from tracker.queries.home import digest, sections
from tracker.queries.issues import issue_page, line_columns, narrowed
from tracker.queries.lateness import late_since
from tracker.queries.moves import BY_ROLE, MOVES
from tracker.queries.overdue import overdue_page, sum_of, totals
from tracker.queries.paging import SORTS, Order, decode, page
from tracker.queries.rules import work_calendar
from tracker.services.chain import event_record
from workflows.consent import ConsentKind, ConsentState
from workflows.extension import ExtensionState
from workflows.issue import IssueState, Severity
from workflows.policy import Colour, Policy

pytestmark = pytest.mark.usefixtures("app")
S = IssueState
ALL = IssueFilter(states=("all",))


def days(number: int) -> date:
    return TODAY + timedelta(days=number)


def office() -> Actor:
    return factories.actor(Role.OFFICE)


def ids(actor: Actor, chosen: IssueFilter) -> set[int]:
    return {line.row.id for line in issue_page(actor, chosen, Order()).lines}


def late(number: int = 3, **given: Any) -> Issue:
    return factories.issue(state=S.RECTIFYING, deadline=days(-number), **given)


@pytest.fixture
def statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("direction", ["asc", "desc"])
@pytest.mark.parametrize("sort", sorted(SORTS))
def test_pages_walk_the_whole_list_and_back(sort: str, direction: str) -> None:
    for n in range(11):
        factories.issue(
            state=S.RECTIFYING,
            deadline=days(n // 2) if n % 3 else None,
            found_on=days(-(n % 4)) if n % 5 else None,
            severity=tuple(Severity)[n % 3],
            state_since=AT - timedelta(hours=n % 4),
        )
    statement = narrowed(line_columns(), office(), ALL)
    whole = [row.id for row in page(statement, Order(sort, direction), size=100).rows]
    assert len(set(whole)) == 11
    seen: list[int] = []
    found = page(statement, Order(sort, direction), size=4)
    while True:
        seen += [row.id for row in found.rows]
        if not found.after:
            break
        found = page(statement, Order(sort, direction, decode(found.after, sort, direction)), size=4)
    assert seen == whole
    back = page(statement, Order(sort, direction, decode(found.before, sort, direction), backward=True), size=4)
    assert [row.id for row in back.rows] == whole[4:8]


def test_the_order_is_the_one_people_mean() -> None:
    first, second = late(9, severity=Severity.SERIOUS), late(2, severity=Severity.MAJOR)
    undated = factories.issue(state=S.RECTIFYING, found_on=days(-30))
    by_deadline = [line.row.id for line in issue_page(office(), ALL, Order("deadline")).lines]
    by_severity = [line.row.id for line in issue_page(office(), ALL, Order("severity", "desc")).lines]
    assert by_deadline == [first.id, second.id, undated.id]
    assert by_severity == [second.id, first.id, undated.id]


@pytest.mark.parametrize(
    "text",
    ["", "x", "bnVsbA", "W10", "WyJkZWFkbGluZSIsImFzYyIsMCwieCIsMV0", "WyJkZWFkbGluZSIsImFzYyIsOSxudWxsLDFd", "é"],
)
def test_a_forged_cursor_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # any of its kinds; the form says the words
        decode(text, "deadline", "asc")


def test_each_filter_narrows_to_its_own() -> None:
    group, star, unit = factories.group(), factories.star(), factories.unit(UnitKind.DEPARTMENT)
    place = factories.village()
    roster = factories.group(place)
    actor = office()
    marked = {
        "found": factories.issue(found_by_group_id=group.id, found_on=date(2025, 1, 1)),
        "star": factories.issue(star_id=star.id),
        "unit": late(5, responsible_unit_id=unit.id),
        "place": factories.issue(location=place, severity=Severity.MAJOR),
        "returned": late(1, returns=2),
        "undated": factories.issue(state=S.ASSIGNED, created_by_id=actor.person_id),
        "soon": factories.issue(state=S.RECTIFYING, deadline=days(1), responsible_id=actor.person_id),
    }
    wanted: dict[str, tuple[IssueFilter, set[str]]] = {
        "finder": (replace(ALL, finder_id=group.id), {"found"}),
        "star": (replace(ALL, star_id=star.id), {"star"}),
        "unit": (replace(ALL, unit_id=unit.id), {"unit"}),
        "place": (replace(ALL, place_id=place.id), {"place"}),
        "township": (replace(ALL, place_id=place.township_id), {"place"}),
        "nowhere": (replace(ALL, place_id=999_999), set()),
        "roster": (replace(ALL, roster_id=roster.id), {"place"}),
        "severity": (replace(ALL, severity=Severity.MAJOR), {"place"}),
        "returned": (replace(ALL, returned=True), {"returned"}),
        "overdue": (replace(ALL, timing=Timing.OVERDUE), {"unit", "returned"}),
        "undated": (replace(ALL, timing=Timing.UNDATED), {"undated"}),
        "soon": (replace(ALL, timing=Timing.SOON), {"soon"}),
        "found until": (replace(ALL, found_to=date(2025, 6, 1)), {"found"}),
        "due": (replace(ALL, due_from=days(0), due_to=days(3)), {"soon"}),
        "created": (replace(ALL, mine=Mine.CREATED), {"undated"}),
        "responsible": (replace(ALL, mine=Mine.RESPONSIBLE), {"soon"}),
        "assisting": (replace(ALL, mine=Mine.ASSISTING), set()),
        "handled": (replace(ALL, mine=Mine.HANDLED), set()),
        "states": (IssueFilter(states=(S.ASSIGNED, S.RECTIFYING)), {"unit", "returned", "undated", "soon"}),
    }
    names = {issue.id: name for name, issue in marked.items()}
    found = {name: {names[one] for one in ids(actor, chosen)} for name, (chosen, _names) in wanted.items()}
    assert found == {name: expected for name, (_chosen, expected) in wanted.items()}


def test_suspended_and_undated_are_never_overdue() -> None:
    overdue = late()
    factories.issue(state=S.SUSPENDED, deadline=days(-9), review_on=days(30))
    factories.issue(state=S.DISMISSED, deadline=days(-9))
    undated = factories.issue(state=S.RECTIFYING)
    today = factories.issue(state=S.RECTIFYING, deadline=TODAY)
    chosen = replace(ALL, timing=Timing.OVERDUE)
    assert {line.row.id for line in overdue_page(office(), chosen, Order()).lines} == {overdue.id}
    assert ids(office(), replace(ALL, timing=Timing.UNDATED)) == {undated.id}
    assert digest(office()).overdue == 1
    assert today.id not in ids(office(), chosen)


def test_tabs_count_what_they_show_and_stop_at_the_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    for _n in range(4):
        factories.issue()
    factories.issue(state=S.DISMISSED)
    factories.issue(state=S.DRAFT)
    monkeypatch.setattr(counts, "CAP", 3)
    found = tab_counts(office(), IssueFilter())
    assert {tab: str(count) for tab, count in found.items() if count.number} == {
        "open": "3+", "all": "3+", "registered": "3+", "dismissed": "1",
    }  # fmt: skip
    assert str(count_issues(office(), IssueFilter(states=(S.DISMISSED,)))) == "1"


@pytest.mark.parametrize(
    ("today", "number", "expected"),
    [(-1, 2, Colour.BLUE), (0, 1, Colour.YELLOW), (0, 5, Colour.YELLOW), (0, 6, Colour.RED)],
)
def test_colour_in_sql_and_on_the_page_agree(today: int, number: int, expected: Colour) -> None:
    # 2026-03-02 is a Monday, and the Saturday before it was worked: on the Sunday nothing is late by a working day.
    made, actor = late(number), factories.actor(Role.OFFICE, today=days(today))
    line = issue_page(actor, ALL, Order()).lines[0]
    assert line.late is not None
    assert line.late.colour == expected
    found = {colour: ids(actor, replace(ALL, colour=colour)) for colour in (Colour.BLUE, Colour.YELLOW, Colour.RED)}
    assert found == {c: {made.id} if c == expected else set() for c in found}
    assert digest(actor).colours == {c: int(c == expected) for c in found}


@pytest.mark.parametrize("back", range(0, 40, 3))
def test_the_bound_of_so_many_working_days_is_exact(back: int) -> None:
    calendar, today = work_calendar(), date(2026, 10, 12) - timedelta(days=back)
    for wanted in (1, 5, 10, 20):
        bound = late_since(calendar, today, wanted)
        assert (
            calendar.workdays_between(bound, today) >= wanted > calendar.workdays_between(bound + timedelta(1), today)
        )


def test_bands_cover_what_is_late_without_overlap() -> None:
    made = {late(number).id for number in (1, 3, 8, 10, 16, 20, 30, 60)}
    found = [ids(office(), replace(ALL, band=band)) for band in Band]
    assert set().union(*found) == made
    assert sum(map(len, found)) == len(made)
    assert {row.key: row.total for row in totals(office(), replace(ALL, timing=Timing.OVERDUE), "band")} == {
        band.value: len(some) for band, some in zip(Band, found, strict=True) if some
    }


def test_totals_lead_to_as_many_rows() -> None:
    star, group = factories.star(), factories.group()
    here = factories.village()
    unit = factories.unit(UnitKind.DEPARTMENT)
    for number in (3, 9, 10):
        late(number, location=here, star_id=star.id, found_by_group_id=group.id, responsible_unit_id=unit.id)
    late(4)
    chosen = replace(ALL, timing=Timing.OVERDUE)
    narrow = {"township": "place_id", "unit": "unit_id", "star": "star_id", "group": "finder_id"}
    for by, name in narrow.items():
        rows = totals(office(), chosen, by)
        assert sum_of(rows).total == 4
        assert rows[0].name, by
        for row in rows:
            if row.key is not None:
                for colour, number in row.colours.items():
                    assert len(ids(office(), replace(chosen, colour=Colour(colour), **{name: row.key}))) == number


def test_scope_holds_for_pages_counts_totals_and_sections() -> None:
    here, there = factories.village(), factories.village()
    mine, _other = late(location=here), late(location=there)
    actor = factories.actor(Role.TOWNSHIP, unit_id=here.township_id)
    chosen = replace(ALL, timing=Timing.OVERDUE)
    assert ids(actor, ALL) == {mine.id}
    assert ids(actor, replace(ALL, place_id=there.township_id)) == set()
    assert tab_counts(actor, IssueFilter())["open"].number == 1
    assert sum_of(totals(actor, chosen, "township")).total == 1
    assert digest(actor).overdue == 1
    assert [len(section.lines) for section in sections(actor) if section.move.key == "overdue"] == [1]


def test_what_changed_since_the_last_working_day() -> None:
    # The last working day before this Monday was the Saturday, worked in exchange for a holiday.
    sunday, saturday, friday = late(1), late(2), late(3)
    person = factories.person()
    closed = factories.issue()
    with transaction() as session:
        session.execute(
            db.update(Issue).where(Issue.id == closed.id).values(
                {"state": S.SIGNED_OFF, "signed_off_at": AT - timedelta(days=2), "verified_by_id": person.id,
                 "signed_off_by_id": factories.person().id, "submitted_by_id": factories.person().id}
            )
        )  # fmt: skip
        event_record(closed, "sign_off", actor=None, at=AT - timedelta(days=2), source="verified", dest="signed_off")
    found = digest(office())
    assert (found.since, found.newly, found.closed) == (days(-2), 2, 1)
    newly = overdue_page(office(), replace(ALL, timing=Timing.OVERDUE), Order(), newly=True)
    assert {line.row.id for line in newly.lines} == {sunday.id, saturday.id}
    assert friday.id not in {line.row.id for line in newly.lines}
    assert ids(office(), replace(ALL, closed_from=found.since)) == {closed.id}
    assert ids(office(), replace(ALL, closed_from=TODAY)) == set()


def waiting(actor: Actor) -> dict[str, set[int]]:
    found = {section.move: {line.row.id for line in section.lines} for section in sections(actor) if section.lines}
    return {move.key: some for move, some in found.items() if not move.is_watched}


def test_what_waits_for_the_office() -> None:
    actor = office()
    to_assign, contested = factories.issue(), factories.issue(assigned_at=AT)
    plain = factories.issue(state=S.VERIFIED)
    major = factories.issue(state=S.VERIFIED, severity=Severity.MAJOR)
    consented = factories.issue(state=S.VERIFIED, severity=Severity.MAJOR)
    asked = factories.issue(state=S.RECTIFYING, deadline=days(5))
    suspended = factories.issue(state=S.SUSPENDED, review_on=days(5))
    who = factories.person()
    factories.saved(
        Consent(issue_id=consented.id, kind=ConsentKind.SIGN_OFF, state=ConsentState.GIVEN, cycle=0, asked_by_id=who.id,
                asked_at=AT)
    )  # fmt: skip
    factories.saved(
        Consent(issue_id=major.id, kind=ConsentKind.SIGN_OFF, state=ConsentState.REQUESTED, cycle=0,
                asked_by_id=who.id, asked_at=AT)
    )  # fmt: skip
    again = factories.issue(state=S.RECTIFYING, deadline=days(6))
    for issue, level in ((asked, 1), (again, 2)):
        factories.saved(
            Extension(issue_id=issue.id, state=ExtensionState.REQUESTED, level=level, reason="示例",
                      old_deadline=issue.deadline, new_deadline=days(20), asked_by_id=who.id, asked_at=AT)
        )  # fmt: skip
    assert waiting(actor) == {
        "contested": {contested.id}, "to_assign": {to_assign.id}, "extensions": {asked.id},
        "to_sign_off": {plain.id, consented.id}, "to_review": {suspended.id},
    }  # fmt: skip
    assert waiting(factories.actor(Role.LEADER)) == {"consents": {major.id}, "extensions_again": {again.id}}


@pytest.mark.parametrize("other_group_must", [True, False])
def test_what_waits_for_groups_and_those_who_rectify(other_group_must: bool) -> None:
    body = Policy(other_group_must_recheck=other_group_must).to_dict()
    factories.saved(PolicyVersion(effective_on=date(2026, 1, 1), body=body, made_at=AT))
    here = factories.village()
    group, unit = factories.group(here), factories.unit(UnitKind.DEPARTMENT)
    member = factories.actor(Role.GROUP_MEMBER, group_id=group.id, who=factories.person(home_unit_id=here.id))
    lead = factories.actor(Role.GROUP_LEAD, group_id=group.id)
    given: dict[str, Any] = {"location": here, "responsible_unit_id": unit.id}
    recheck = factories.issue(state=S.SUBMITTED, **given)
    own = factories.issue(state=S.SUBMITTED, found_by_group_id=group.id, **given)
    draft = factories.issue(state=S.DRAFT, found_by_group_id=group.id, created_by_id=member.person_id, **given)
    to_recheck = {recheck.id} if other_group_must else {recheck.id, own.id}
    assert waiting(lead) == {"to_recheck": to_recheck, "group_drafts": {draft.id}}
    assert waiting(member) == {"drafts": {draft.id}}  # it is their home village
    accept = factories.issue(state=S.ASSIGNED, **given)
    returned = factories.issue(state=S.RECTIFYING, returns=1, **given)
    rectify = factories.issue(state=S.RECTIFYING, **given)
    assert waiting(factories.actor(Role.ASSIGNEE, unit_id=unit.id)) == {
        "returned": {returned.id}, "to_accept": {accept.id}, "to_rectify": {rectify.id},
    }  # fmt: skip
    assert waiting(factories.actor(Role.ASSIGNEE, unit_id=factories.unit(UnitKind.DEPARTMENT).id)) == {}


def test_a_section_shows_the_most_urgent_first_and_counts_all() -> None:
    unit = factories.unit(UnitKind.DEPARTMENT)
    actor = factories.actor(Role.ASSIGNEE, unit_id=unit.id)
    made = [factories.issue(state=S.RECTIFYING, deadline=days(20 - n), responsible_unit_id=unit.id) for n in range(12)]
    section = next(one for one in sections(actor) if one.move.key == "to_rectify")
    assert [line.row.id for line in section.lines] == [issue.id for issue in reversed(made)][:10]
    assert section.count.number == 12
    assert len(ids(actor, replace(ALL, todo="to_rectify"))) == 12


def test_the_first_page_asks_once_a_section_however_many_issues(statements: list[str]) -> None:
    actor = office()
    for _n in range(6):
        late()
        factories.issue()
    sections(actor)
    statements.clear()
    found = sections(actor)
    asked = [one for one in statements if "FROM issue" in one and "LIMIT" in one]
    assert len(asked) == len(found)
    assert len(statements) <= 3 * len(found) + 2


def test_every_move_belongs_to_somebody() -> None:
    assert set(MOVES) == {key for keys in BY_ROLE.values() for key in keys}


def test_assisting_units_find_what_they_assist() -> None:
    unit = factories.unit(UnitKind.DEPARTMENT)
    issue = late()
    factories.saved(AssistingUnit(issue_id=issue.id, unit_id=unit.id))
    assert ids(factories.actor(Role.ASSIGNEE, unit_id=unit.id), replace(ALL, mine=Mine.ASSISTING)) == {issue.id}


def test_the_digest_counts_what_is_due_soon_apart_from_what_is_late() -> None:
    here = factories.village()
    for place in (here, factories.village()):
        for deadline in (TODAY - timedelta(days=3), TODAY, TODAY + timedelta(days=2), TODAY + timedelta(60), None):
            factories.issue(state=IssueState.RECTIFYING, deadline=deadline, location=place)
    for actor, places in ((office(), 2), (factories.actor(Role.TOWNSHIP, unit_id=here.township_id), 1)):
        found = digest(actor)
        assert (found.overdue, found.soon, found.undated) == (places, 2 * places, places)
