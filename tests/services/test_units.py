"""Units by hand: names, codes, places, ends, and the record of each change."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests import factories
from tests.conftest import AT
from tracker.database import db
from tracker.errors import ConflictError, InvalidError, NotFoundError, RefusedError
from tracker.models import AuditEntry, Issue, NameReason, Role, Unit, UnitKind, UnitName, UnitTag
from tracker.policy import Actor, visible
from tracker.services.unit_tree import unit_close, unit_merge, unit_move, unit_reopen
from tracker.services.units import (
    UnitValues,
    alias_add,
    tag_add,
    tag_end,
    unit_confirm_kind,
    unit_create,
    unit_recode,
    unit_rename,
)
from workflows.issue import IssueState

pytestmark = pytest.mark.usefixtures("app")
ON = date(2026, 4, 1)


@pytest.fixture
def office(app: object) -> Actor:
    return factories.actor(Role.OFFICE)


def town(**given: object) -> Unit:
    return factories.unit(UnitKind.TOWNSHIP, **given)


def audited() -> list[str]:
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)))


def names(unit: Unit) -> list[tuple[str, NameReason, date | None, date | None]]:
    rows = db.session.scalars(select(UnitName).where(UnitName.unit_id == unit.id).order_by(UnitName.id))
    return [(row.name, row.reason, row.valid_from, row.valid_to) for row in rows]


def test_unit_is_made_with_path_pinyin_and_audit(office: Actor) -> None:
    values = UnitValues(UnitKind.DEPARTMENT, "农业农村局", "示例县农业农村局", parent_id=factories.county().id)
    unit = unit_create(values=values, actor=office, at=AT)
    assert (unit.path, unit.initials, unit.kind_confirmed) == (f"{factories.county().path}{unit.id}/", "nyncj", True)
    assert audited() == ["unit.create"]


@pytest.mark.parametrize(
    ("kind", "parent", "field"),
    [
        (UnitKind.VILLAGE, UnitKind.COUNTY, "parent_id"),
        (UnitKind.GRID, UnitKind.TOWNSHIP, "parent_id"),
        (UnitKind.DEPARTMENT, UnitKind.VILLAGE, "parent_id"),
        (UnitKind.COUNTY, UnitKind.COUNTY, "parent_id"),
    ],
)
def test_unit_stands_only_where_its_kind_may(office: Actor, kind: UnitKind, parent: UnitKind, field: str) -> None:
    where = (
        factories.county()
        if parent is UnitKind.COUNTY
        else factories.unit(parent, parent=factories.unit(UnitKind.TOWNSHIP))
    )
    with pytest.raises(InvalidError) as raised:
        unit_create(values=UnitValues(kind, "示例", parent_id=where.id), actor=office, at=AT)
    assert field in raised.value.errors
    assert audited() == []


def test_taken_code_and_name_are_refused(office: Actor) -> None:
    parent = town()
    factories.unit(parent=parent, name="宋庄村", code="990101203201")
    for values, field in (
        (UnitValues(UnitKind.VILLAGE, "宋庄村", parent_id=parent.id), "name"),
        (UnitValues(UnitKind.VILLAGE, "李庄村", code="990101203201", parent_id=parent.id), "code"),
    ):
        with pytest.raises(InvalidError) as raised:
            unit_create(values=values, actor=office, at=AT)
        assert field in raised.value.errors


def test_rename_keeps_history_and_stale_version_is_refused(office: Actor) -> None:
    unit = factories.village(name="北街村", full_name="北街村民委员会")
    version = unit.version
    given = {"unit_id": unit.id, "full_name": "北关村民委员会", "on": ON, "actor": office, "at": AT}
    unit_rename(name="北关村", version=version, **given)  # type: ignore[arg-type]
    assert names(unit) == [
        ("北街村", NameReason.RENAMED, None, ON - timedelta(days=1)), ("北关村", NameReason.CURRENT, ON, None),
    ]  # fmt: skip
    with pytest.raises(ConflictError):
        unit_rename(name="别的村", version=version, **given)  # type: ignore[arg-type]
    with pytest.raises(InvalidError, match="2026-04-01"):
        unit_rename(name="别的村", **given | {"on": ON - timedelta(days=9)})  # type: ignore[arg-type]


def test_recode_keeps_the_former_code(office: Actor) -> None:
    unit = factories.village(code="990101203201")
    unit_recode(unit_id=unit.id, code="990101109201", on=ON, actor=office, at=AT)
    codes = list(db.session.scalars(select(UnitName.code).where(UnitName.unit_id == unit.id).order_by(UnitName.id)))
    assert (unit.code, codes) == ("990101109201", ["990101203201", "990101109201"])


def test_move_takes_everything_below_and_its_issues_along(office: Actor) -> None:
    old, new = town(), town()
    village = factories.unit(parent=old)
    grid = factories.unit(UnitKind.GRID, parent=village)
    issues = [factories.issue(location=unit) for unit in (village, grid)]
    stays = factories.issue(location=factories.unit(parent=old))
    unit_move(unit_id=village.id, parent_id=new.id, actor=office, at=AT)
    db.session.expire_all()
    assert (village.path, grid.path) == (f"{new.path}{village.id}/", f"{new.path}{village.id}/{grid.id}/")
    assert [issue.township_id for issue in (*issues, stays)] == [new.id, new.id, old.id]


def test_move_below_itself_is_refused(office: Actor) -> None:
    parent = town()
    village = factories.unit(parent=parent)
    with pytest.raises(InvalidError):
        unit_move(unit_id=parent.id, parent_id=village.id, actor=office, at=AT)


def test_merged_village_keeps_its_issues_where_its_successor_sees_them(office: Actor) -> None:
    parent = town()
    gone, into = factories.unit(parent=parent), factories.unit(parent=parent)
    grid = factories.unit(UnitKind.GRID, parent=gone)
    issue = factories.issue(location=gone)
    secretary = factories.actor(Role.VILLAGE, unit_id=into.id)
    unit_merge(unit_id=gone.id, into_id=into.id, on=ON, actor=office, at=AT)
    db.session.expire_all()
    assert (gone.closed_on, gone.successor_id, grid.parent_id) == (ON, into.id, into.id)
    assert list(db.session.scalars(select(Issue.id).where(visible(secretary)))) == [issue.id]
    assert (gone.name, NameReason.MERGED, None, ON - timedelta(days=1)) in names(into)


def test_reopened_village_stands_beside_its_successor_again(office: Actor) -> None:
    parent = town()
    gone, into = factories.unit(parent=parent), factories.unit(parent=parent)
    unit_merge(unit_id=gone.id, into_id=into.id, on=ON, actor=office, at=AT)
    unit_reopen(unit_id=gone.id, actor=office, at=AT + timedelta(days=60))
    assert (gone.closed_on, gone.successor_id, gone.path) == (None, None, f"{parent.path}{gone.id}/")
    assert names(into) == []
    assert audited() == ["unit.merge", "unit.reopen"]


def test_merge_refuses_itself_another_level_and_what_is_closed(office: Actor) -> None:
    parent = town()
    village, closed = factories.unit(parent=parent), factories.unit(parent=parent, closed_on=ON)
    for into in (village.id, parent.id, closed.id, 0):
        with pytest.raises(InvalidError):
            unit_merge(unit_id=village.id, into_id=into, on=ON, actor=office, at=AT)


def test_close_waits_for_what_is_unfinished(office: Actor) -> None:
    parent = town()
    village = factories.unit(parent=parent)
    factories.issue(location=village)
    for unit in (parent, village, factories.county()):
        with pytest.raises(RefusedError):
            unit_close(unit_id=unit.id, on=ON, actor=office, at=AT)
    free = factories.unit(parent=parent)
    factories.issue(location=free, state=IssueState.DISMISSED)
    unit_close(unit_id=free.id, on=ON, actor=office, at=AT)
    assert free.closed_on == ON
    with pytest.raises(RefusedError):
        unit_close(unit_id=free.id, on=ON, actor=office, at=AT)


def test_kinds_are_confirmed_together_or_not_at_all(office: Actor) -> None:
    parent = town()
    one, two = factories.unit(parent=parent), factories.unit(parent=parent)
    with pytest.raises(InvalidError):
        unit_confirm_kind(unit_ids=[one.id, parent.id], kind=UnitKind.COMMUNITY, actor=office, at=AT)
    db.session.expire_all()
    assert (one.kind, one.kind_confirmed) == (UnitKind.VILLAGE, False)
    assert unit_confirm_kind(unit_ids=[one.id, two.id], kind=UnitKind.COMMUNITY, actor=office, at=AT) == 2
    assert unit_confirm_kind(unit_ids=[one.id], kind=None, actor=office, at=AT) == 0
    assert (two.kind, two.kind_confirmed) == (UnitKind.COMMUNITY, True)
    with pytest.raises(NotFoundError):
        unit_confirm_kind(unit_ids=[10**6], kind=None, actor=office, at=AT)


def test_alias_and_marks(office: Actor) -> None:
    unit = factories.village(name="宋庄村")
    alias_add(unit_id=unit.id, name="老宋庄", actor=office, at=AT)
    with pytest.raises(InvalidError):
        alias_add(unit_id=unit.id, name="老宋庄", actor=office, at=AT)
    given = {"unit_ids": [unit.id], "tag": "软弱涣散", "actor": office, "at": AT}
    assert tag_add(since=ON, until=None, **given) == 1  # type: ignore[arg-type]
    assert tag_add(since=ON + timedelta(days=9), until=None, **given) == 0  # type: ignore[arg-type]
    tag = db.session.scalars(select(UnitTag)).one()
    for until in (ON - timedelta(days=1),):
        with pytest.raises(InvalidError):
            tag_end(tag_id=tag.id, until=until, actor=office, at=AT)
    tag_end(tag_id=tag.id, until=ON, actor=office, at=AT)
    with pytest.raises(RefusedError):
        tag_end(tag_id=tag.id, until=ON, actor=office, at=AT)
    assert audited() == ["unit.alias_add", "unit.tag_add", "unit.tag_end"]
