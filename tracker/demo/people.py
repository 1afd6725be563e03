"""The people of the demo county, each named by their post; all share one password, which only the demo has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from itertools import cycle, islice

from sqlalchemy import select

from tracker.database import db
from tracker.models import GroupVillage, Person, Post, Role, Star, StarLead, SupervisionGroup, Unit, UnitKind
from tracker.policy import Actor, actor_of
from tracker.services.passwords import password_hash
from tracker.services.units import UnitValues, unit_create

DEMO_PASSWORD = "Demo-2026-wuzhi"  # noqa: S105  # the demo's own, printed for everyone
GROUPS = 10
_MEMBERS = "甲乙丙丁"
# Key of the star → the department that leads it in the demo.
_DEPARTMENTS = {
    "industry": "县农业农村局",
    "livable": "县住房和城乡建设局",
    "safe": "县委政法委",
    "civil": "县委宣传部",
    "branch": "县委组织部",
}
_LOGINS = {
    "demo-office": "创建办",
    "demo-group": "督导一组组长",
    "demo-member": "督导一组组员",
    "demo-assignee": "责任单位（乡镇责任人）",
    "demo-village": "村（社区）书记",
    "demo-township": "乡镇（街道）组织委员",
    "demo-department": "牵头部门",
    "demo-leader": "县领导",
    "demo-reporter": "网格员",
    "demo-sysadmin": "系统管理员",
    "demo-secadmin": "安全管理员",
    "demo-auditor": "审计管理员",
}


def demo_logins() -> list[tuple[str, str]]:
    """Return (login, post) for one person of each role."""
    return list(_LOGINS.items())


@dataclass
class World:
    """Everybody who acts in the demo, ready to be asked for by role or place."""

    since: date
    at: datetime
    secret: str
    people: dict[str, Post]
    secretaries: dict[int, Post]
    handlers: dict[int, Post]
    groups: list[list[Post]]
    group_of: dict[int, int]
    stars: dict[tuple[UnitKind, str], Star]

    def actor(self, post: Post, day: date) -> Actor:
        """Return ``post`` acting on ``day``."""
        return actor_of(post, day)


def settle(county: Unit, *, since: date, at: datetime) -> World:
    """Make the departments, the people with their posts, the ten groups with their rosters."""
    world = World(since, at, password_hash(DEMO_PASSWORD), {}, {}, {}, [], {}, _stars())
    _administrators(world)
    _county_people(world, county)
    townships = _children(county, (UnitKind.TOWNSHIP, UnitKind.STREET))
    for township in townships:
        _township_people(world, township)
    _groups(world, [village for township in townships for village in _children(township)])
    db.session.flush()
    return world


def _stars() -> dict[tuple[UnitKind, str], Star]:
    """Return the five stars of villages and of communities, under the same five keys in the same order."""
    found: dict[tuple[UnitKind, str], Star] = {}
    for kind in (UnitKind.VILLAGE, UnitKind.COMMUNITY):
        query = select(Star).where(Star.unit_kind == kind).order_by(Star.position)
        found |= {(kind, key): star for key, star in zip(_DEPARTMENTS, db.session.scalars(query), strict=True)}
    return found


def _children(unit: Unit, kinds: tuple[UnitKind, ...] = ()) -> list[Unit]:
    query = select(Unit).where(Unit.parent_id == unit.id).order_by(Unit.position, Unit.code, Unit.id)
    return [child for child in db.session.scalars(query) if not kinds or child.kind in kinds]


def _post(world: World, role: Role, login: str, name: str, **where: int | None) -> Post:
    person = Person(
        login=login, name=name, password_hash=world.secret, must_change_password=False, created_at=world.at,
    )  # fmt: skip
    post = Post(
        person=person, role=role, valid_from=world.since, granted_at=world.at, approved_at=world.at, **where,
    )  # fmt: skip
    db.session.add(post)
    world.people[login] = post
    return post


def _unit(world: World, county: Unit, kind: UnitKind, name: str) -> Unit:
    return unit_create(values=UnitValues(kind=kind, name=name, parent_id=county.id), actor=None, at=world.at)


def _administrators(world: World) -> None:
    titles = {Role.SYSADMIN: "系统管理员", Role.SECADMIN: "安全管理员", Role.AUDITOR: "审计管理员"}
    for role, title in titles.items():
        _post(world, role, f"demo-{role.value}", f"{title}一")
        _post(world, role, f"demo-{role.value}2", f"{title}二")


def _county_people(world: World, county: Unit) -> None:
    office = _unit(world, county, UnitKind.OFFICE, "县创建办")
    _post(world, Role.OFFICE, "demo-office", "创建办主任", unit_id=office.id)
    for n, ordinal in enumerate("一二三", start=2):
        _post(world, Role.OFFICE, f"demo-office{n}", f"创建办工作人员{ordinal}", unit_id=office.id)
    _post(world, Role.LEADER, "demo-leader", "县委分管领导", unit_id=county.id)
    _post(world, Role.LEADER, "demo-leader2", "县政府分管领导", unit_id=county.id)
    for n, (key, name) in enumerate(_DEPARTMENTS.items()):
        unit = _unit(world, county, UnitKind.DEPARTMENT, name)
        login = "demo-department" if n == 0 else f"demo-department{n + 1}"
        _post(world, Role.DEPARTMENT, login, f"{name}联络员", unit_id=unit.id)
        world.handlers[unit.id] = _post(world, Role.ASSIGNEE, f"dept{n + 1}", f"{name}责任人", unit_id=unit.id)
        for star in (found for (_kind, name_), found in world.stars.items() if name_ == key):
            db.session.add(StarLead(star_id=star.id, unit_id=unit.id, valid_from=world.since))


def _township_people(world: World, township: Unit) -> None:
    first = "demo-township" not in world.people
    code = (township.code or str(township.id))[6:9]
    officer = "demo-township" if first else f"town{code}"
    handler = "demo-assignee" if first else f"handler{code}"
    _post(world, Role.TOWNSHIP, officer, f"{township.name}组织委员", unit_id=township.id)
    world.handlers[township.id] = _post(world, Role.ASSIGNEE, handler, f"{township.name}责任人", unit_id=township.id)
    for village in _children(township):
        login = "demo-village" if not world.secretaries else f"v{(village.code or str(village.id))[6:12]}"
        world.secretaries[village.id] = _post(world, Role.VILLAGE, login, f"{village.name}书记", unit_id=village.id)
    if first:
        _post(world, Role.REPORTER, "demo-reporter", f"{township.name}网格员", unit_id=township.id)


def _groups(world: World, villages: list[Unit]) -> None:
    ordinals = "一二三四五六七八九十"
    for n in range(GROUPS):
        group = SupervisionGroup(number=n + 1, name=f"督导{ordinals[n]}组")
        db.session.add(group)
        db.session.flush()
        login = "demo-group" if n == 0 else f"group{n + 1}"
        members = [_post(world, Role.GROUP_LEAD, login, f"{group.name}组长", group_id=group.id)]
        for m, ordinal in enumerate(islice(cycle(_MEMBERS), 4 if n < 4 else 3)):
            login = "demo-member" if n == m == 0 else f"group{n + 1}m{m + 1}"
            members.append(_post(world, Role.GROUP_MEMBER, login, f"{group.name}组员{ordinal}", group_id=group.id))
        world.groups.append(members)
        for village in villages[n * len(villages) // GROUPS : (n + 1) * len(villages) // GROUPS]:
            world.group_of[village.id] = n
            db.session.add(GroupVillage(group_id=group.id, unit_id=village.id, valid_from=world.since))
