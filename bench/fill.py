"""Fills a migrated database with a county of example issues, in bulk: the same rows each time for the same number."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from types import SimpleNamespace
from typing import Any

from sqlalchemy import insert, update

from tracker import clock
from tracker.database import db
from tracker.models import (
    ChainHead,
    Counter,
    GroupVillage,
    Issue,
    IssueEvent,
    OutboxMessage,
    Person,
    Post,
    Role,
    Source,
    Star,
    SupervisionGroup,
    Unit,
    UnitKind,
)
from tracker.services.chain import event_fields, link_hash
from tracker.services.search_index import refresh_all
from workflows.issue import IssueState, Severity

TOWNSHIPS, VILLAGES, DEPARTMENTS, GROUPS = 16, 23, 20, 10
BATCH = 2000
DAY = timedelta(days=1)
S = IssueState
# Of 100 issues: most are done, some hundreds at any time are not, as in a county after some years.
STATES = (
    [S.SIGNED_OFF] * 68 + [S.RECTIFYING] * 14 + [S.ASSIGNED] * 3 + [S.SUBMITTED] * 4 + [S.VERIFIED] * 3
    + [S.REGISTERED] * 3 + [S.SUSPENDED] * 2 + [S.DISMISSED] * 3
)  # fmt: skip
PATH = (S.DRAFT, S.REGISTERED, S.ASSIGNED, S.RECTIFYING, S.SUBMITTED, S.VERIFIED, S.SIGNED_OFF)
TRIGGERS = ("register", "assign", "accept", "submit", "verify", "sign_off")
WHERE = ("村口", "主街", "排水沟", "文化广场", "党群服务中心", "村小学门前", "河堤", "沿街商铺", "养殖场", "老旧房屋")
WHAT = (
    "垃圾未清运", "路灯不亮", "台账缺失", "公示栏内容过期", "乱搭乱建", "消防器材失效", "围墙开裂", "污水外流",
    "制度未上墙", "线缆低垂",
)  # fmt: skip
HOW = ("群众多次反映", "已存在一个多月", "雨后更为明显", "影响出行", "有安全隐患", "责任人不明确")


def fill(issues: int, seed: int = 2026) -> SimpleNamespace:
    """Fill the database of the current application; return the ids that the measurements use."""
    # Repeatable examples, not secrets.
    dice = random.Random(seed)  # noqa: S311
    made = _county()
    for start in range(0, issues, BATCH):
        rows = list(islice(_issues(dice, made, start + 1), min(BATCH, issues - start)))
        db.session.execute(insert(Issue), rows)
        _events(rows, made)
        db.session.commit()
        refresh_all(row["id"] for row in rows)
        db.session.commit()
    db.session.execute(insert(Counter), [{"name": f"issue:{clock.today().year}", "value": issues}])
    db.session.commit()
    _settle(issues)
    return made


def _unit(name: str, kind: UnitKind, parent: Unit | None, **given: Any) -> Unit:
    above = parent.id if parent else None
    unit = Unit(name=name, full_name=name, kind=kind, parent_id=above, created_at=_at(1), **given)
    db.session.add(unit)
    db.session.flush()
    unit.path = f"{parent.path if parent else '/'}{unit.id}/"
    unit.township_id = unit.id if kind is UnitKind.TOWNSHIP else parent.township_id if parent else None
    return unit


def _at(days_ago: float) -> datetime:
    noon = datetime.combine(clock.today(), time(4), UTC)
    return noon - timedelta(days=days_ago)


def _county() -> SimpleNamespace:
    county = _unit("示例县", UnitKind.COUNTY, None)
    towns = [_unit(f"示例{n}乡", UnitKind.TOWNSHIP, county, position=n) for n in range(1, TOWNSHIPS + 1)]
    villages = [_unit(f"示例{n}村", UnitKind.VILLAGE, town) for town in towns for n in range(1, VILLAGES + 1)]
    departments = [_unit(f"示例{n}局", UnitKind.DEPARTMENT, county) for n in range(1, DEPARTMENTS + 1)]
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
        "office": _post("创建办工作人员", Role.OFFICE, unit_id=county.id),
        "signer": _post("创建办主任", Role.OFFICE, unit_id=county.id),
        "leader": _post("县领导", Role.LEADER, unit_id=county.id),
        "finder": _post("督导一组组长", Role.GROUP_LEAD, group_id=groups[0].id),
        "checker": _post("督导二组组长", Role.GROUP_LEAD, group_id=groups[1].id),
        "township": _post("示例1乡组织委员", Role.TOWNSHIP, unit_id=towns[0].id),
        "village": _post("示例1村书记", Role.VILLAGE, unit_id=villages[0].id),
    }
    assignees = [_post(f"{unit.name}责任人", Role.ASSIGNEE, unit_id=unit.id) for unit in departments]
    db.session.commit()
    return SimpleNamespace(
        county=county, towns=towns, villages=villages, departments=departments, groups=groups, stars=stars,
        posts=posts, assignees=assignees, head=SimpleNamespace(seq=0, hash="0" * 64),
    )  # fmt: skip


def _post(name: str, role: Role, **where: int) -> Post:
    person = Person(login=f"p{role}{name}"[:64], name=name, created_at=_at(1), must_change_password=False)
    post = Post(person=person, role=role, valid_from=date(2020, 1, 1), granted_at=_at(1), approved_at=_at(1), **where)
    db.session.add(post)
    db.session.flush()
    return post


def _issues(dice: random.Random, made: SimpleNamespace, first: int) -> Iterator[dict[str, Any]]:
    number = first
    while True:
        yield _issue(dice, made, number)
        number += 1


def _issue(dice: random.Random, made: SimpleNamespace, number: int) -> dict[str, Any]:
    state = dice.choice(STATES)
    closed = state in (S.SIGNED_OFF, S.DISMISSED)
    age = dice.uniform(40, 900) if closed else dice.uniform(2, 90)
    village, assignee, posts = dice.choice(made.villages), dice.choice(made.assignees), made.posts
    assigned = state not in (S.REGISTERED, S.DISMISSED)
    deadline = clock.today() - DAY * int(age - dice.choice((10, 20, 30, 60, 100))) if assigned else None
    verified = state in (S.VERIFIED, S.SIGNED_OFF)
    submitted = verified or state is S.SUBMITTED
    return {
        "id": number, "number": f"SL-2026-{number:06d}", "state": state, "state_since": _at(age / 4), "version": 1,
        "severity": dice.choices(tuple(Severity), (75, 20, 5))[0], "source": dice.choice(tuple(Source)),
        "is_long_term": False, "is_confidential": False, "source_ref": "", "found_by": "",
        "found_on": clock.today() - DAY * int(age), "found_by_group_id": dice.choice(made.groups).id,
        "created_by_id": posts["finder"].person_id, "created_at": _at(age), "location_id": village.id,
        "township_id": village.township_id, "spot": dice.choice(WHERE), "star_id": dice.choice(made.stars).id,
        "category": "", "description": f"示例：{dice.choice(WHERE)}{dice.choice(WHAT)}，{dice.choice(HOW)}。",
        "goal": "示例：限期整改到位", "responsible_unit_id": assignee.unit_id if assigned else None,
        "responsible_id": assignee.person_id if assigned else None, "assigned_at": _at(age - 1) if assigned else None,
        "accepted_at": None, "first_deadline": deadline, "deadline": deadline, "deadline_words": "", "extensions": 0,
        "progress_percent": dice.randrange(0, 100, 5), "progress_note": "示例：正在整改" if assigned else "",
        "progress_at": None, "result": "示例：已整改" if submitted else "", "cycle": 0,
        "returns": dice.choice((0, 0, 0, 1)), "recurrences": 0, "submitted_at": _at(age / 3) if submitted else None,
        "submitted_by_id": assignee.person_id if submitted else None,
        "submitted_unit_id": assignee.unit_id if submitted else None,
        "verified_at": _at(age / 3.5) if verified else None,
        "verified_by_id": posts["checker"].person_id if verified else None, "recheck_finding": "",
        "signed_off_at": _at(age / 4) if state is S.SIGNED_OFF else None,
        "signed_off_by_id": posts["signer"].person_id if state is S.SIGNED_OFF else None,
        "review_on": clock.today() + DAY * 30 if state is S.SUSPENDED else None,
        "move_due_on": deadline or clock.today() - DAY * int(age - 3), "remark": "",
    }  # fmt: skip


def _events(rows: list[dict[str, Any]], made: SimpleNamespace) -> None:
    """Write the history of these issues, chained as the services chain it."""
    head, links = made.head, []
    names = [column.key for column in IssueEvent.__table__.columns if column.key != "id"]
    for row in rows:
        last = PATH.index(row["state"]) if row["state"] in PATH else 3
        for step in range(last):
            event = IssueEvent(
                seq=head.seq + 1, issue_id=row["id"], actor_id=made.posts["office"].person_id, acting_as="office",
                at=row["created_at"] + DAY * step / 4, trigger=TRIGGERS[step], source=PATH[step], dest=PATH[step + 1],
                detail={}, prev_hash=head.hash,
            )  # fmt: skip
            event.hash = link_hash(head.hash, event_fields(event))
            head.seq, head.hash = event.seq, event.hash
            links.append({name: getattr(event, name) for name in names})
    db.session.execute(insert(IssueEvent), links)
    db.session.execute(update(ChainHead).where(ChainHead.name == "issue").values(seq=head.seq, hash=head.hash))


def _settle(issues: int) -> None:
    """Let the database look at what it holds, as it does by itself in the course of a day."""
    person = db.session.query(Person.id).order_by(Person.id).first()
    messages = [
        {
            "key": f"bench:{n}", "recipient_id": person[0], "channel": "inbox", "kind": "assigned", "context": {},
            "created_at": _at(n), "sent_at": _at(n), "attempts": 0, "error": "", "issue_id": 1,
        }
        for n in range(min(issues, 200))
    ]  # fmt: skip
    db.session.execute(insert(OutboxMessage), messages)
    db.session.commit()
    commands = ["ANALYZE"]
    if db.engine.dialect.name == "postgresql":
        # The rows came with ids of their own; the next one follows them.
        follow = "SELECT setval(pg_get_serial_sequence('issue', 'id'), (SELECT max(id) FROM issue))"
        commands = [follow, "VACUUM ANALYZE"]
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for command in commands:
            connection.exec_driver_sql(command)
