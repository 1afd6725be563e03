"""An example county for measurements: units, stars, groups and posts, the same each time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any

from tracker import clock
from tracker.database import db
from tracker.models import GroupVillage, Person, Post, Role, Star, SupervisionGroup, Unit, UnitKind

TOWNSHIPS, VILLAGES, DEPARTMENTS, GROUPS = 16, 23, 20, 10


def days_ago(days: float) -> datetime:
    """Return the instant so many days before noon of today, Shanghai time."""
    noon = datetime.combine(clock.today(), time(4), UTC)
    return noon - timedelta(days=days)


def county() -> SimpleNamespace:
    """Store the county and commit; return what issues are made of, by name."""
    whole = _unit("示例县", UnitKind.COUNTY, None)
    towns = [_unit(f"示例{n}乡", UnitKind.TOWNSHIP, whole, position=n) for n in range(1, TOWNSHIPS + 1)]
    villages = [_unit(f"示例{n}村", UnitKind.VILLAGE, town) for town in towns for n in range(1, VILLAGES + 1)]
    departments = [_unit(f"示例{n}局", UnitKind.DEPARTMENT, whole) for n in range(1, DEPARTMENTS + 1)]
    groups = [SupervisionGroup(number=n, name=f"督导{n}组") for n in range(1, GROUPS + 1)]
    stars = [
        Star(unit_kind=UnitKind.VILLAGE, key=f"star{n}", name=name, position=n)
        for n, name in enumerate(("产业兴旺", "生态宜居", "平安法治", "文明幸福", "支部过硬"))
    ]
    db.session.add_all([*groups, *stars])
    db.session.flush()
    for n, village in enumerate(villages):
        group = groups[n % GROUPS]
        db.session.add(GroupVillage(group_id=group.id, unit_id=village.id, valid_from=date(2020, 1, 1)))
    posts = {
        "office": _post("创建办工作人员", Role.OFFICE, unit_id=whole.id),
        "signer": _post("创建办主任", Role.OFFICE, unit_id=whole.id),
        "leader": _post("县领导", Role.LEADER, unit_id=whole.id),
        "finder": _post("督导一组组长", Role.GROUP_LEAD, group_id=groups[0].id),
        "checker": _post("督导二组组长", Role.GROUP_LEAD, group_id=groups[1].id),
        "township": _post("示例1乡组织委员", Role.TOWNSHIP, unit_id=towns[0].id),
        "village": _post("示例1村书记", Role.VILLAGE, unit_id=villages[0].id),
    }
    assignees = [_post(f"{unit.name}责任人", Role.ASSIGNEE, unit_id=unit.id) for unit in departments]
    db.session.commit()
    return SimpleNamespace(
        county=whole, towns=towns, villages=villages, departments=departments, groups=groups, stars=stars,
        posts=posts, assignees=assignees,
    )  # fmt: skip


def _unit(name: str, kind: UnitKind, parent: Unit | None, **given: Any) -> Unit:
    above = parent.id if parent else None
    unit = Unit(name=name, full_name=name, kind=kind, parent_id=above, created_at=days_ago(1), **given)
    db.session.add(unit)
    db.session.flush()
    unit.path = f"{parent.path if parent else '/'}{unit.id}/"
    unit.township_id = unit.id if kind is UnitKind.TOWNSHIP else parent.township_id if parent else None
    return unit


def _post(name: str, role: Role, **where: int) -> Post:
    person = Person(login=f"p{role}{name}"[:64], name=name, created_at=days_ago(1), must_change_password=False)
    allowed = {"granted_at": days_ago(1), "approved_at": days_ago(1)}
    post = Post(person=person, role=role, valid_from=date(2020, 1, 1), **allowed, **where)
    db.session.add(post)
    db.session.flush()
    return post
