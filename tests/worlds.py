"""Small counties with everybody in them, for tests that play a whole story through the pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from tests import factories
from tracker import clock
from tracker.database import db
from tracker.models import PolicyVersion, Role, Setting, Unit, UnitKind
from tracker.services.units import UnitValues, unit_create
from workflows.policy import Policy

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai


@dataclass
class Time:
    """The clock of the application, set by hand."""

    at: datetime = MONDAY

    def go_to(self, day: date, hour: int = 9) -> None:
        """Let it be ``hour`` o'clock of ``day`` in Shanghai."""
        self.at = datetime(day.year, day.month, day.day, hour, tzinfo=clock.ZONE).astimezone(UTC)

    def pass_by(self, **given: float) -> None:
        """Let some time go by."""
        self.at += timedelta(**given)


def hold_time(patch: pytest.MonkeyPatch, at: datetime = MONDAY) -> Time:
    """Stop the application's clock, in whatever thread it is read, and return its hands."""
    time = Time(at)
    patch.setattr(clock, "now", lambda: time.at)
    return time


def story_county(at: datetime = MONDAY) -> None:
    """Make a county of one village, on the rosters of two groups, whose re-check is the other group's."""
    since = at - timedelta(days=60)

    def unit(kind: UnitKind, name: str, parent: Unit | None) -> Unit:
        values = UnitValues(kind=kind, name=name, parent_id=parent.id if parent else None)
        return unit_create(values=values, actor=None, at=since)

    county = unit(UnitKind.COUNTY, "示例县", None)
    town = unit(UnitKind.TOWNSHIP, "青石镇", county)
    village = unit(UnitKind.VILLAGE, "柳林村", town)
    unit(UnitKind.VILLAGE, "柳沟村", town)
    office = unit(UnitKind.OFFICE, "县创建办", county)
    department = unit(UnitKind.DEPARTMENT, "县农业农村局", county)
    groups = [factories.group(village, name=name) for name in ("督导一组", "督导二组")]
    factories.star(department, name="产业兴旺星")
    factories.star(department, name="生态宜居星")
    db.session.add(Setting(key="number_prefix", value="SL"))
    rules = Policy(other_group_must_recheck=True).to_dict()
    db.session.add(PolicyVersion(effective_on=date(2026, 1, 1), body=rules, note="示例规则", made_at=since))
    _people(county, office, department, [group.id for group in groups])
    db.session.commit()


def _people(county: Unit, office: Unit, department: Unit, groups: list[int]) -> None:
    who = (
        ("group", "督导一组组长", Role.GROUP_LEAD, {"group_id": groups[0]}),
        ("others", "督导二组组长", Role.GROUP_LEAD, {"group_id": groups[1]}),
        ("office", "创建办主任", Role.OFFICE, {"unit_id": office.id}),
        ("assignee", "农业农村局责任人", Role.ASSIGNEE, {"unit_id": department.id}),
        ("leader", "县委分管领导", Role.LEADER, {"unit_id": county.id}),
    )
    for login, name, role, where in who:
        person = factories.with_password(factories.person(login=login, name=name))
        factories.post(role, who=person, **where)
