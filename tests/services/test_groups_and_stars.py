"""Groups with their rosters, stars with their leads and indicators."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests import factories
from tests.conftest import AT
from tracker.database import db
from tracker.errors import InvalidError, NotFoundError
from tracker.models import AuditEntry, GroupVillage, IndicatorKind, Star, StarLead, UnitKind
from tracker.services.groups import group_create, group_edit, roster_add, roster_copy, roster_remove
from tracker.services.stars import (
    IndicatorValues,
    StarValues,
    indicator_add,
    indicator_edit,
    lead_end,
    lead_set,
    star_create,
    star_edit,
    stars_seed,
)

pytestmark = pytest.mark.usefixtures("app")
SPRING, SUMMER = date(2026, 3, 1), date(2026, 6, 1)
DAY = timedelta(days=1)
BY = {"actor": None, "at": AT}


def roster(group_id: int) -> list[tuple[int, date, date | None]]:
    query = select(GroupVillage).where(GroupVillage.group_id == group_id).order_by(GroupVillage.valid_from)
    return [(entry.unit_id, entry.valid_from, entry.valid_to) for entry in db.session.scalars(query)]


def test_group_number_is_its_own() -> None:
    one = group_create(number=1, name="督导一组", **BY)  # type: ignore[arg-type]
    two = group_create(number=2, name="督导二组", **BY)  # type: ignore[arg-type]
    with pytest.raises(InvalidError):
        group_create(number=1, name="另一组", **BY)  # type: ignore[arg-type]
    with pytest.raises(InvalidError):
        group_edit(group_id=two.id, number=1, name="督导二组", is_active=True, **BY)  # type: ignore[arg-type]
    group_edit(group_id=two.id, number=2, name="督导二组", is_active=False, **BY)  # type: ignore[arg-type]
    assert (one.is_active, two.is_active) == (True, False)
    with pytest.raises(NotFoundError):
        group_edit(group_id=10**6, number=9, name="无", is_active=True, **BY)  # type: ignore[arg-type]


def test_roster_holds_each_village_once_a_period() -> None:
    village, other = factories.village(), factories.village()
    group = factories.group()
    add = {"group_id": group.id, "valid_to": None, **BY}
    assert roster_add(unit_ids=[village.id], valid_from=SPRING, **add) == 1  # type: ignore[arg-type]
    assert roster_add(unit_ids=[village.id, other.id], valid_from=SUMMER, **add) == 1  # type: ignore[arg-type]
    for unit_ids in ([], [village.township_id or 0], [10**6]):
        with pytest.raises(InvalidError):
            roster_add(unit_ids=unit_ids, valid_from=SPRING, **add)  # type: ignore[arg-type]
    with pytest.raises(InvalidError):
        roster_add(unit_ids=[village.id], valid_from=SUMMER, **add | {"valid_to": SPRING})  # type: ignore[arg-type]


def test_removed_village_keeps_its_past_and_loses_its_future() -> None:
    begun, planned = factories.village(), factories.village()
    group = factories.group()
    for village, first in ((begun, SPRING), (planned, SUMMER)):
        roster_add(group_id=group.id, unit_ids=[village.id], valid_from=first, valid_to=None, **BY)  # type: ignore[arg-type]
    ids = list(db.session.scalars(select(GroupVillage.id)))
    assert roster_remove(group_id=group.id, entry_ids=ids, last_day=SUMMER - DAY, **BY) == 2  # type: ignore[arg-type]
    assert roster(group.id) == [(begun.id, SPRING, SUMMER - DAY)]
    with pytest.raises(InvalidError):
        roster_remove(group_id=factories.group().id, entry_ids=ids, last_day=SUMMER, **BY)  # type: ignore[arg-type]


def test_copied_roster_follows_on() -> None:
    village = factories.village()
    group, other = factories.group(village), factories.group()
    copy = {"from_id": group.id, "day": SPRING, "valid_from": SUMMER, "valid_to": None, **BY}
    assert roster_copy(to_id=other.id, **copy) == 1  # type: ignore[arg-type]
    assert roster_copy(to_id=group.id, **copy) == 1  # type: ignore[arg-type]
    assert roster(other.id) == [(village.id, SUMMER, None)]
    assert roster(group.id) == [(village.id, date(2026, 1, 1), SUMMER - DAY), (village.id, SUMMER, None)]
    with pytest.raises(InvalidError):
        roster_copy(to_id=other.id, **copy | {"day": date(2020, 1, 1)})  # type: ignore[arg-type]


def test_stars_are_seeded_once() -> None:
    assert (stars_seed(at=AT), stars_seed(at=AT)) == (15, 0)
    villages = db.session.scalars(
        select(Star.name).where(Star.unit_kind == UnitKind.VILLAGE).order_by(Star.position)
    ).all()
    assert villages == ["产业兴旺", "生态宜居", "平安法治", "文明幸福", "支部过硬"]
    assert not db.session.scalars(select(Star).where(Star.unit_kind == UnitKind.OFFICE)).all()
    assert db.session.scalars(select(AuditEntry.action)).all() == ["star.seed"]


def test_star_is_one_of_its_kind() -> None:
    star = star_create(values=StarValues(UnitKind.OFFICE, "order", "规范有序"), **BY)  # type: ignore[arg-type]
    for values in (
        StarValues(UnitKind.OFFICE, "other", "规范有序"), StarValues(UnitKind.OFFICE, "order", "另一个"),
        StarValues(UnitKind.TOWNSHIP, "order", "规范有序"),
    ):  # fmt: skip
        with pytest.raises(InvalidError):
            star_create(values=values, **BY)  # type: ignore[arg-type]
    star_edit(star_id=star.id, name="规范高效", position=3, is_active=False, **BY)  # type: ignore[arg-type]
    assert (star.name, star.position, star.is_active) == ("规范高效", 3, False)


def test_lead_department_follows_another() -> None:
    first, second = (factories.unit(UnitKind.DEPARTMENT) for _n in range(2))
    star = factories.star(lead=first)
    lead_set(star_id=star.id, unit_id=second.id, valid_from=SPRING, valid_to=None, **BY)  # type: ignore[arg-type]
    leads = db.session.scalars(select(StarLead).order_by(StarLead.id)).all()
    assert [(lead.unit_id, lead.valid_to) for lead in leads] == [(first.id, SPRING - DAY), (second.id, None)]
    for unit_id, valid_from in ((first.id, SPRING), (factories.village().id, SUMMER)):
        with pytest.raises(InvalidError):
            lead_set(star_id=star.id, unit_id=unit_id, valid_from=valid_from, valid_to=None, **BY)  # type: ignore[arg-type]
    lead_end(lead_id=leads[1].id, valid_to=SUMMER, **BY)  # type: ignore[arg-type]
    assert leads[1].valid_to == SUMMER


def test_indicators_are_the_countys_own() -> None:
    star = factories.star()
    values = IndicatorValues(IndicatorKind.VETO, "示例否决情形")
    one = indicator_add(star_id=star.id, values=values, **BY)  # type: ignore[arg-type]
    with pytest.raises(InvalidError):
        indicator_add(star_id=star.id, values=values, **BY)  # type: ignore[arg-type]
    retired = IndicatorValues(IndicatorKind.VETO, "示例否决情形", is_active=False)
    indicator_edit(indicator_id=one.id, values=retired, **BY)  # type: ignore[arg-type]
    assert not one.is_active
