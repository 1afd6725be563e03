"""Valid records; a test names only what it is about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tracker import clock
from tracker.database import db
from tracker.models import (
    GroupVillage,
    Issue,
    Person,
    Post,
    Role,
    Source,
    Star,
    StarLead,
    SupervisionGroup,
    Unit,
    UnitKind,
)
from tracker.policy import Actor, actor_of
from tracker.services.passwords import password_hash
from tracker.services.sign_ins import sign_in_open
from workflows.issue import IssueState, Severity

EPOCH = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
_number = count(1)


def saved(record: Any) -> Any:
    """Store ``record`` and return it."""
    db.session.add(record)
    db.session.commit()
    return record


def unit(kind: UnitKind = UnitKind.VILLAGE, parent: Unit | None = None, **given: Any) -> Unit:
    """Return a unit below ``parent``; without one below the county, which is made when it is missing."""
    n = next(_number)
    if parent is None and kind is not UnitKind.COUNTY:
        parent = county()
    defaults = {"name": f"示例单位{n}", "full_name": f"示例单位{n}全称", "created_at": EPOCH, "kind": kind}
    made = saved(Unit(**defaults | given, parent_id=parent.id if parent else None))
    made.path = f"{parent.path if parent else '/'}{made.id}/"
    towns = (UnitKind.TOWNSHIP, UnitKind.STREET)
    made.township_id = made.id if kind in towns else parent.township_id if parent else None
    return saved(made)


def county() -> Unit:
    """Return the county, made when it is missing."""
    found = db.session.query(Unit).filter_by(kind=UnitKind.COUNTY).first()
    return found or unit(UnitKind.COUNTY, name="示例县", code="990000000000")


def village(**given: Any) -> Unit:
    """Return a village in a township of its own."""
    return unit(UnitKind.VILLAGE, parent=given.pop("parent", None) or unit(UnitKind.TOWNSHIP), **given)


def group(*villages: Unit, **given: Any) -> SupervisionGroup:
    """Return a supervision group with these villages on its roster since 2026-01-01."""
    n = next(_number)
    made = saved(SupervisionGroup(**{"number": n, "name": f"督导{n}组"} | given))
    for one in villages:
        saved(GroupVillage(group_id=made.id, unit_id=one.id, valid_from=date(2026, 1, 1)))
    return made


def star(lead: Unit | None = None, **given: Any) -> Star:
    """Return a star of villages, led by ``lead``."""
    n = next(_number)
    made = saved(Star(**{"unit_kind": UnitKind.VILLAGE, "key": f"star{n}", "name": f"示例星{n}"} | given))
    if lead:
        saved(StarLead(star_id=made.id, unit_id=lead.id, valid_from=date(2026, 1, 1)))
    return made


def person(**given: Any) -> Person:
    """Return a person without a post; they cannot sign in by password until one is set."""
    n = next(_number)
    defaults = {"login": f"u{n}", "name": f"示例人员{n}", "created_at": EPOCH, "must_change_password": False}
    return saved(Person(**defaults | given))


def post(role: Role, *, who: Person | None = None, **given: Any) -> Post:
    """Return an approved post in force since 2026-01-01; office and leader sit at the county."""
    who = who or person()
    if role in (Role.OFFICE, Role.LEADER) and "unit_id" not in given:
        given["unit_id"] = county().id
    defaults = {
        "person_id": who.id, "role": role, "valid_from": date(2026, 1, 1), "granted_at": EPOCH, "approved_at": EPOCH,
    }  # fmt: skip
    return saved(Post(**defaults | given))


def actor(role: Role, *, today: date = TODAY, **given: Any) -> Actor:
    """Return somebody who acts in a new post of that role."""
    return actor_of(post(role, **given), today)


def issue(**given: Any) -> Issue:
    """Return a registered issue in a village of its own; a draft or a later state on demand."""
    n = next(_number)
    where = given.pop("location", None) or village()
    defaults: dict[str, Any] = {
        "number": f"SL-2026-{n:05d}",
        "state": IssueState.REGISTERED,
        "state_since": EPOCH,
        "severity": Severity.GENERAL,
        "source": Source.SUPERVISION,
        "category": "环境卫生",
        "description": "示例：村口垃圾未清运",
        "found_on": date(2026, 1, 5),
        "created_at": EPOCH,
        "location_id": where.id,
        "township_id": where.township_id,
    }
    if given.get("deadline"):
        defaults["first_deadline"] = given["deadline"]
    return saved(Issue(**defaults | given))


def sign_in(client: FlaskClient, who: Post, *, ago: timedelta = timedelta(0)) -> FlaskClient:
    """Sign ``who`` in with ``client``, as if by password and, where asked for, code; return the client."""
    token = sign_in_open(person=who.person, post=who, at=clock.now() - ago)
    client.set_cookie("tracker_sid", token)
    return client


PASSWORD = "Reeds-by-the-river-7"
_stored: dict[str, str] = {}


def with_password(who: Person, password: str = PASSWORD) -> Person:
    """Give ``who`` a password; each is hashed once, for the hash is slow on purpose."""
    who.password_hash = _stored.get(password) or _stored.setdefault(password, password_hash(password))
    return saved(who)


def form_token(client: FlaskClient, page: str) -> str:
    """Return the CSRF token that ``page`` carries."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
    assert found, f"no form on {page}"
    return found.group(1)


def send(client: FlaskClient, path: str, given: Mapping[str, Any], *, page: str = "", **more: Any) -> TestResponse:
    """Send a form as a browser does, with the token of the ``page`` it stands on, or else of ``path``."""
    token = form_token(client, page or path)
    return client.post(path, data={**given, "csrf_token": token}, **more)


def bare(page: str) -> str:
    """Return a page without its CSRF tokens, which differ each time."""
    return re.sub(r'(name="csrf_token" value=")[^"]+', r"\1", page)
