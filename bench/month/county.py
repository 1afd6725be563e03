"""The county of a simulation: made up from a seed, filled in bulk, its clocks wound as the product winds them."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import insert

from tests.listeners import PASSWORD
from tracker.database import db
from tracker.models import (
    Channel,
    ChannelKind,
    GroupVillage,
    Issue,
    Person,
    PersonChannel,
    PolicyVersion,
    Post,
    Role,
    Source,
    SupervisionGroup,
    Unit,
    UnitKind,
)
from tracker.sealing import seal
from tracker.services.winding import remind_next
from workflows.issue import IssueState, Severity
from workflows.policy import Policy
from workflows.reminding import Wait

FIRST = date(2026, 9, 14)  # a Monday; the weeks after it have two holidays and two make-up days
MADE_AT = datetime(2026, 9, 13, 4, tzinfo=UTC)
DAY = timedelta(days=1)
S = IssueState
_STATES = (
    [S.RECTIFYING] * 45 + [S.ASSIGNED] * 15 + [S.SUBMITTED] * 12 + [S.REGISTERED] * 10 + [S.SUSPENDED] * 10
    + [S.VERIFIED] * 8
)  # fmt: skip
# Four policies; what is not said here is as the product has it by default. Days are working days.
POLICIES: tuple[dict[str, Any], ...] = (
    {},
    {"clock_remind_before": [2, 1, 0], "accept_days": 3, "other_group_must_recheck": True,
     "general": {"remind_before": [5, 2, 0], "red_from": 4, "late_every": 3},
     "serious": {"urgent_from": "yellow"}},
    {"recheck_days": 4, "general": {"in_digest": False, "urgent_from": "red", "red_from": 3},
     "major": {"remind_before": [3, 0], "yellow_from": 2, "red_from": 6, "urgent_from": "red"}},
    {"sign_off_days": 3, "serious": {"remind_before": [10, 5, 1], "red_from": 3, "urgent_from": "all"},
     "general": {"yellow_from": 2, "late_every": 4}},
)  # fmt: skip


@dataclass(frozen=True)
class Size:
    """How much is simulated."""

    days: int = 30  # working days
    issues: int = 10_000
    people: int = 500
    groups: int = 10
    kills: int = 1000
    schedulers: int = 3
    acts: int = 80  # a working day
    mails: int = 60  # people who get mail as well
    outages: int = 2  # times at which everything stands still for hours
    seed: int = 2026


def fill(size: Size, port: int) -> None:
    """Fill the database of the current application; mail goes to ``port``."""
    dice = random.Random(size.seed)  # noqa: S311  # chance, no secret
    county = _unit("示例县", UnitKind.COUNTY, None)
    towns = [_unit(f"示例{n}乡", UnitKind.TOWNSHIP, county) for n in range(1, 6)]
    villages = [_unit(f"示例{n}村", UnitKind.VILLAGE, towns[n % 5]) for n in range(max(4, size.people // 8))]
    offices = [_unit(f"示例{n}局", UnitKind.DEPARTMENT, county) for n in range(max(2, size.people // 4))]
    groups = [SupervisionGroup(number=n, name=f"督导{n}组") for n in range(1, size.groups + 1)]
    versions = [
        PolicyVersion(effective_on=date(2026, 1, n + 1), body=_body(given), made_at=MADE_AT)
        for n, given in enumerate(POLICIES)
    ]
    db.session.add_all([*groups, *versions])
    db.session.flush()
    for n, village in enumerate(villages):
        for group in {groups[n % len(groups)].id, groups[(n + 1) % len(groups)].id}:
            db.session.add(GroupVillage(group_id=group, unit_id=village.id, valid_from=date(2026, 1, 1)))
    holders, checkers = _people(size, dice, county, villages, offices, groups)
    _mail(size, port)
    places = (villages, groups, versions, holders, checkers)
    rows = [_issue(dice, n, places) for n in range(1, size.issues + 1)]
    for start in range(0, len(rows), 1000):
        db.session.execute(insert(Issue), rows[start : start + 1000])
    db.session.commit()


def _unit(name: str, kind: UnitKind, parent: Unit | None) -> Unit:
    unit = Unit(name=name, full_name=name, kind=kind, parent_id=parent.id if parent else None, created_at=MADE_AT)
    db.session.add(unit)
    db.session.flush()
    unit.path = f"{parent.path if parent else '/'}{unit.id}/"
    unit.township_id = unit.id if kind is UnitKind.TOWNSHIP else parent.township_id if parent else None
    return unit


def _body(given: dict[str, Any]) -> dict[str, Any]:
    body = Policy().to_dict()
    for name, value in given.items():
        body[name] = body[name] | value if isinstance(value, dict) else value
    return body


def _people(
    size: Size, dice: random.Random, county: Unit, villages: list[Unit], offices: list[Unit], groups: list[Any]
) -> tuple[list[tuple[int, int]], list[int]]:
    """Make everybody with their posts; return who may be made responsible, each with a unit, and the groups' people."""
    wanted: list[tuple[Role, dict[str, Any]]] = [(Role.OFFICE, {"unit_id": county.id})] * 4
    wanted += [(Role.LEADER, {"unit_id": county.id})] * 2
    wanted += [(Role.GROUP_LEAD, {"group_id": group.id}) for group in groups]
    wanted += [(Role.GROUP_MEMBER, {"group_id": group.id}) for group in groups for _n in range(2)]
    wanted += [(Role.VILLAGE, {"unit_id": village.id}) for village in villages]
    left = max(len(offices), size.people - len(wanted))
    wanted += [(Role.ASSIGNEE, {"unit_id": offices[n % len(offices)].id}) for n in range(left)]
    people = [Person(login=f"p{n}", name=f"示例{n}", created_at=MADE_AT) for n in range(len(wanted))]
    db.session.add_all(people)
    db.session.flush()
    holders, checkers = [], []
    for person, (role, where) in zip(people, wanted, strict=True):
        leaves = role is Role.ASSIGNEE and dice.random() < 0.03
        db.session.add(Post(
            person_id=person.id, role=role, valid_from=date(2026, 1, 1), granted_at=MADE_AT, approved_at=MADE_AT,
            valid_to=FIRST + DAY * dice.randrange(3, 40) if leaves else None, **where,
        ))  # fmt: skip
        if role in (Role.ASSIGNEE, Role.VILLAGE):
            holders.append((person.id, where["unit_id"]))
        elif role in (Role.GROUP_LEAD, Role.GROUP_MEMBER):
            checkers.append(person.id)
    db.session.flush()
    return holders, checkers


def _mail(size: Size, port: int) -> None:
    given = {"host": "127.0.0.1", "port": port, "security": "starttls", "sender": "duban@example.org", "user": "duban"}
    sealed = seal({"password": PASSWORD}, current_app.config["SECRET_KEY"])
    db.session.add(Channel(
        kind=ChannelKind.MAIL, name="示例邮件", is_on=True, settings=given, secrets=sealed, per_minute=6000,
        made_at=MADE_AT,
    ))  # fmt: skip
    people = db.session.query(Person).order_by(Person.id).all()
    for person in people[:: max(1, len(people) // size.mails)][: size.mails]:
        db.session.add(PersonChannel(
            person_id=person.id, kind=ChannelKind.MAIL, address=f"{person.login}@example.org", confirmed_at=MADE_AT
        ))  # fmt: skip


def _issue(dice: random.Random, n: int, places: Any) -> dict[str, Any]:
    villages, groups, versions, holders, checkers = places
    state, severity = dice.choice(_STATES), dice.choices(tuple(Severity), (60, 25, 15))[0]
    version, village = dice.choice(versions), dice.choice(villages)
    person, unit = dice.choice(holders)
    deadline = FIRST + DAY * dice.randrange(-25, 70)
    due = deadline if state is S.RECTIFYING else FIRST + DAY * dice.randrange(-12, 40)
    policy = Policy.from_dict(version.body)
    return {
        "id": n, "number": f"SL-2026-{n:05d}", "state": state, "state_since": MADE_AT, "version": 1,
        "severity": severity, "source": Source.SUPERVISION, "category": "示例", "description": f"示例：第{n}件",
        "found_on": date(2026, 9, 1), "created_at": MADE_AT, "location_id": village.id,
        "township_id": village.township_id, "found_by_group_id": dice.choice(groups).id,
        "is_confidential": dice.random() < 0.04, "policy_version_id": version.id, "move_due_on": due,
        "remind_at": remind_next(Wait(state, severity, due), policy, MADE_AT),
        "review_on": due if state is S.SUSPENDED else None, "escalate_on": None,
        **_assigned(state, person, unit, deadline), **_submitted(state, person, unit),
        "verified_at": MADE_AT if state is S.VERIFIED else None,
        "verified_by_id": dice.choice(checkers) if state is S.VERIFIED else None,
    }  # fmt: skip


def _assigned(state: IssueState, person: int, unit: int, deadline: date) -> dict[str, Any]:
    is_so = state is not S.REGISTERED
    given = {"responsible_unit_id": unit, "responsible_id": person, "deadline": deadline, "first_deadline": deadline,
             "assigned_at": MADE_AT}  # fmt: skip
    return {name: value if is_so else None for name, value in given.items()}


def _submitted(state: IssueState, person: int, unit: int) -> dict[str, Any]:
    is_so = state in (S.SUBMITTED, S.VERIFIED)
    given = {"submitted_at": MADE_AT, "submitted_by_id": person, "submitted_unit_id": unit}
    return {name: value if is_so else None for name, value in given.items()}
