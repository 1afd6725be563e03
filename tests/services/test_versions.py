"""The ledgers' history: whatever people do, a past ledger reads today as it read then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select, text
from sqlalchemy.exc import DatabaseError, NoResultFound

from tests import factories, flows
from tests.conftest import AT, ROOT
from tests.services.test_letters import written
from tracker import schema
from tracker.clock import local_date
from tracker.database import db, transaction
from tracker.errors import TrackerError
from tracker.models import FAR, Issue, IssueVersion, Role, Unit, UnitKind
from tracker.policy import Actor
from tracker.queries.asof import asof_count, asof_page, asof_rows
from tracker.queries.asof_filter import Asked
from tracker.queries.filters import Band, IssueFilter, Timing
from tracker.queries.ledger import full_ledger, overdue_ledger
from tracker.queries.ledger_columns import FULL, OVERDUE
from tracker.queries.moments import history_begins, moment
from tracker.queries.paging import Order
from tracker.reports.ledger_columns import values_of
from tracker.services import verify
from tracker.services.annotations import issue_annotate
from tracker.services.chain import event_record
from tracker.services.instructions import InstructionValues, instruction_give
from tracker.services.issues import issue_set_confidential
from tracker.services.letters import letter_withdraw
from tracker.services.links import LEDGER, TERMS
from tracker.services.rectification import issue_progress
from tracker.services.rules import CorrectionValues, correction_add, correction_remove
from tracker.services.unit_tree import unit_move
from tracker.services.units import unit_rename
from tracker.services.verify import chain_verify
from tracker.services.verify_ledger import present_verify
from tracker.services.versions import instant_close, told_afterwards, touch
from workflows.issue import IssueState
from workflows.letter import LetterKind
from workflows.policy import Colour

S = IssueState
ALL = IssueFilter(states=("all",))
LEDGERS = {
    "all": ALL,
    "overdue": IssueFilter(states=("all",), timing=Timing.OVERDUE),
    "red": IssueFilter(states=("all",), colour=Colour.RED),
    "band": IssueFilter(states=("all",), band=Band.UNDER_5),
    "signed_off": IssueFilter(states=("signed_off",)),
    "open": IssueFilter(),
}


def on_day(actor: Actor, at: datetime) -> Actor:
    return replace(actor, today=local_date(at))


def present(actor: Actor, chosen: IssueFilter) -> list[list[Any]]:
    """Return every column of both ledgers as they read now, from the tables themselves."""
    db.session.rollback()
    full = [values_of(row, FULL) for row in full_ledger(actor, chosen, Order("number"))]
    late = [values_of(row, OVERDUE) for row in overdue_ledger(actor, chosen, Order("number"))]
    return sorted(one + two for one, two in zip(full, late, strict=True))


def past(actor: Actor, chosen: IssueFilter, at: datetime) -> list[list[Any]]:
    """Return the same as it stood at an instant."""
    db.session.rollback()
    asked = Asked(actor, chosen, moment(at))
    return sorted(values_of(row, FULL + OVERDUE) for row in asof_rows(asked))


class Life:
    """Several issues in two villages, and everything that may happen to them, to names and to the calendar."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)  # noqa: S311
        self.here = flows.world()
        self.town = factories.unit(UnitKind.TOWNSHIP)
        self.at = AT
        self.issues: list[Issue] = []
        self.letters: list[Any] = []
        self.n = 0

    def act(self) -> None:
        """Do one thing that the law may well refuse."""
        self.at += timedelta(hours=self.rng.choice((1, 5, 30, 80)))
        self.n += 1
        made = self.here
        made.at = self.at
        if self.issues:
            made.issue = db.session.get_one(Issue, self.rng.choice(self.issues).id)
        try:
            self.rng.choice(self.acts())()
        except (TrackerError, NoResultFound):
            db.session.rollback()

    def acts(self) -> list[Callable[[], object]]:
        """Return what may be done; nothing but a finding while there is no issue."""
        if len(self.issues) < 2:
            return [self.found]
        steps = {S.REGISTERED: flows.assign, S.ASSIGNED: flows.accept, S.RECTIFYING: flows.submit,
                 S.SUBMITTED: flows.verify, S.VERIFIED: flows.sign_off}  # fmt: skip
        step = steps.get(self.here.issue.state, flows.assign)
        return [
            self.found, *[lambda: step(self.here)] * 6, self.progress, self.annotate, self.letter,
            self.letter_back, self.instruct,
            self.rename, self.move, self.holiday, self.no_holiday, self.hide, lambda: flows.suspend(self.here),
        ]  # fmt: skip

    def found(self) -> None:
        made = flows.issue_in(S.REGISTERED, here=self.here, description=f"示例问题{self.n}")
        self.issues.append(made.issue)

    def progress(self) -> None:
        issue_progress(**self.here.by(self.here.assignee), note=f"示例进展{self.n}", percent=self.n % 100)

    def annotate(self) -> None:
        words = {"overdue_reason": f"示例原因{self.n}", "remark": f"示例备注{self.n}"}
        issue_annotate(**self.here.by(self.here.office), changes=words)

    def letter(self) -> None:
        self.letters.append(written(self.here, self.rng.choice((LetterKind.REMIND, LetterKind.SUPERVISE))))

    def letter_back(self) -> None:
        if self.letters:
            letter = self.rng.choice(self.letters)
            letter_withdraw(letter_id=letter.id, actor=self.here.office, at=self.at, reason="示例：发错")

    def instruct(self) -> None:
        values = InstructionValues(f"示例批示{self.n}", reply_by=local_date(self.at) + timedelta(days=5))
        instruction_give(**self.here.by(self.here.leader), values=values)

    def rename(self) -> None:
        unit = self.rng.choice((self.here.village.id, self.here.village.township_id, self.here.assignee.unit_id))
        name = f"示例新名{self.n}"
        unit_rename(unit_id=unit, name=name, full_name=name, on=local_date(self.at), actor=None, at=self.at)

    def move(self) -> None:
        unit_move(unit_id=self.here.village.id, parent_id=self.town.id, actor=None, at=self.at)

    def holiday(self) -> None:
        day = local_date(self.at) - timedelta(days=self.rng.randint(0, 4))
        correction_add(values=CorrectionValues(day, day, False, "示例", "示例"), actor=None, at=self.at)

    def no_holiday(self) -> None:
        correction_remove(day=local_date(self.at) - timedelta(days=self.rng.randint(0, 9)), actor=None, at=self.at)

    def hide(self) -> None:
        issue_set_confidential(**self.here.by(self.here.office), confidential=bool(self.n % 2))


@pytest.mark.parametrize("seed", [1])
def test_a_past_ledger_reads_as_it_read_then_whatever_came_after(app: Flask, seed: int) -> None:
    life = Life(seed)
    kept: list[tuple[datetime, str, list[list[Any]]]] = []
    for _ in range(60):
        life.act()
        if life.rng.random() < 0.3:
            at = life.at + timedelta(minutes=1)
            instant_close(at)
            name = life.rng.choice(sorted(LEDGERS))
            rows = present(on_day(life.here.office, at), LEDGERS[name])
            assert past(life.here.office, LEDGERS[name], at) == rows
            kept.append((at, name, rows))
    assert len(kept) > 10
    assert sum(len(rows) for _at, _name, rows in kept) > 20
    for at, name, rows in kept:
        assert past(life.here.leader, LEDGERS[name], at) == rows
    for chain in (LEDGER, TERMS):
        report = chain_verify(chain)
        assert report.intact
        assert report.checked > 1


def test_what_somebody_may_not_see_today_stands_in_no_past_ledger_of_theirs(sqlite_app: Flask) -> None:
    here = flows.issue_in(S.RECTIFYING)
    elsewhere = flows.issue_in(S.RECTIFYING)
    at = here.at + timedelta(minutes=1)

    def shown(actor: Actor) -> set[int]:
        return {row.issue.issue_id for row in asof_rows(Asked(actor, ALL, moment(at)))}

    assert shown(here.office) == {here.issue.id, elsewhere.issue.id}
    assert shown(here.assignee) == {here.issue.id}
    assert shown(here.secretary) == {here.issue.id}
    here.at += timedelta(hours=1)
    issue_set_confidential(**here.by(here.office), confidential=True)
    assert shown(here.secretary) == set()
    assert shown(here.assignee) == {here.issue.id}  # named as the responsible person
    assert shown(factories.actor(Role.SYSADMIN)) == set()


def test_a_document_about_several_issues_is_told_to_the_county_alone(sqlite_app: Flask) -> None:
    here = flows.issue_in(S.RECTIFYING)
    written(here, LetterKind.REMIND)
    at = here.at + timedelta(minutes=1)
    (row,) = asof_rows(Asked(here.secretary, ALL, moment(at)))
    assert len(row.beside["letters"]) == 1
    beside = db.session.scalars(select(IssueVersion.beside).where(IssueVersion.until == FAR)).one()
    assert [alone for _number, _at, alone in beside["letters"]] == [True]


def test_pages_walk_the_whole_ledger_in_every_order(sqlite_app: Flask) -> None:
    here = flows.world()
    for n in range(7):
        flows.issue_in((S.REGISTERED, S.RECTIFYING, S.SUBMITTED)[n % 3], here=here)
    for sort in ("number", "deadline", "township", "unit", "star", "group"):
        asked = Asked(here.office, ALL, moment(here.at), sort)
        whole = [row.issue.issue_id for row in asof_page(asked)[0]]
        seen, place = [], None
        while True:
            rows, place = asof_page(asked, place, size=2)
            seen += [row.issue.issue_id for row in rows]
            if place is None:
                break
        assert seen == whole
        assert len(set(seen)) == 7
    assert asof_count(Asked(here.office, IssueFilter(), moment(here.at))).number == 7


def test_an_instant_that_was_asked_for_stays_as_it_is_though_somebody_is_late(sqlite_app: Flask) -> None:
    here = flows.issue_in(S.REGISTERED)
    asked = here.at + timedelta(minutes=10)
    instant_close(asked)
    before = past(here.office, ALL, asked)
    here.at += timedelta(minutes=5)  # began before the question, and is written after it
    flows.assign(here)
    assert past(here.office, ALL, asked) == before
    assert past(here.office, ALL, asked + timedelta(seconds=1)) != before
    instant_close(asked - timedelta(days=1))
    assert past(here.office, ALL, asked) == before


def test_a_past_that_is_told_afterwards_keeps_its_instants(sqlite_app: Flask) -> None:
    """The demo county is still being told while its first visitors look at ledgers."""
    instant_close(AT + timedelta(days=9))
    with told_afterwards():
        here = flows.issue_in(S.REGISTERED)
    number = here.issue.number
    flows.issue_in(S.REGISTERED, here=here)
    assert [row[FULL.index("number")] for row in past(here.office, ALL, AT)] == [number]
    assert len(past(here.office, ALL, AT + timedelta(days=10))) == 2


def test_a_draft_and_an_act_that_changes_no_row_leave_no_version(sqlite_app: Flask) -> None:
    here = flows.issue_in(S.DRAFT)
    assert db.session.query(IssueVersion).count() == 0
    made = flows.issue_in(S.REGISTERED)
    with transaction():
        event_record(made.issue, "comment", actor=made.office, at=made.at, source="registered", dest="registered")
    with transaction():
        touch([made.issue.id, here.issue.id])
    assert db.session.query(IssueVersion).count() == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE issue_version SET description = 'x'",
        "UPDATE issue_version SET until = '2026-05-01' WHERE seq = 1",
        "DELETE FROM issue_version",
        "UPDATE ledger_term SET content = '1'",
        "DELETE FROM ledger_term",
    ],
)
def test_the_database_refuses_to_change_what_was(app: Flask, statement: str) -> None:
    here = flows.issue_in(S.ASSIGNED)
    unit = db.session.get_one(Unit, here.village.id)
    unit_rename(unit_id=unit.id, name="示例新名", full_name="示例新名", on=here.today, actor=None, at=here.at)
    with pytest.raises(DatabaseError), transaction() as session:
        session.execute(text(statement))


def test_the_verifier_finds_a_changed_row(app: Flask) -> None:
    here = flows.issue_in(S.ASSIGNED)
    with transaction() as session:
        if db.engine.dialect.name == "sqlite":
            session.execute(text("DROP TRIGGER issue_version_no_update"))
        else:
            session.execute(text("ALTER TABLE issue_version DISABLE TRIGGER ALL"))
        session.execute(text("UPDATE issue_version SET deadline = '2027-01-01' WHERE seq = 2"))
    report = chain_verify(LEDGER)
    assert (report.intact, report.broken_at, report.fault) == (False, 2, verify.CONTENT)
    assert present_verify().strays == [here.issue.number]


def test_what_was_changed_beside_the_record_is_found(sqlite_app: Flask) -> None:
    here = flows.issue_in(S.ASSIGNED)
    other = flows.issue_in(S.ASSIGNED)
    assert (present_verify().intact, present_verify().checked) == (True, 2)
    with transaction() as session:
        session.execute(text("UPDATE issue SET deadline = '2027-01-01' WHERE id = :id"), {"id": here.issue.id})
    assert chain_verify(LEDGER).intact
    assert present_verify().strays == [here.issue.number]
    with transaction() as session:
        session.execute(text("DROP TRIGGER issue_version_ends_once"))
        session.execute(text("UPDATE issue_version SET until = '2026-04-01' WHERE seq = 1"))
    assert other.issue.number
    assert here.issue.number in present_verify().line()


def _number_of(migration: str) -> int:
    return int(next((ROOT / "migrations" / "versions").glob(f"*_{migration}.py")).name[:4])


def test_issues_that_were_there_before_begin_as_they_stood(app: Flask) -> None:
    here = flows.issue_in(S.SIGNED_OFF)
    flows.issue_in(S.RECTIFYING, here=here, description="示例：另一处")
    written(here, LetterKind.REMIND)
    db.session.remove()
    schema.downgrade(app, f"{_number_of('keep_versions') - 1:04d}")
    schema.upgrade(app)
    begun = history_begins()
    assert begun is not None
    assert chain_verify(LEDGER).checked == 2
    assert chain_verify(LEDGER).intact
    assert chain_verify(TERMS).intact
    assert present_verify().intact
    assert past(here.leader, ALL, begun) == present(on_day(here.office, begun), ALL)


@pytest.mark.parametrize("sort", ["number", "township", "unit", "star", "group"])
def test_a_page_of_the_past_is_a_walk_along_an_index(sqlite_app: Flask, sort: str) -> None:
    here = flows.issue_in(S.RECTIFYING)
    walks: list[str] = []

    def note(_conn: Any, cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if "LIMIT" in statement and "issue_version" in statement:
            plan = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
            walks.extend(step[3] for step in plan)

    event.listen(db.engine, "before_cursor_execute", note)
    rows, _place = asof_page(Asked(here.office, ALL, moment(here.at), sort))
    event.remove(db.engine, "before_cursor_execute", note)
    assert len(rows) == 1
    inner = walks[next(n for n, step in enumerate(walks) if "SUBQUERY" in step) + 1 :]
    assert any("INDEX ix_issue_version" in step for step in inner)
    assert not any("SCAN issue_version" in step and "INDEX" not in step for step in walks)
    assert not any("TEMP B-TREE" in step for step in inner[:1])
