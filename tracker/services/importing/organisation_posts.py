"""Rows of posts: each is granted by the security administrator who brings the file, and waits for a second one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import or_, select

from tracker.database import db
from tracker.errors import ForbiddenError
from tracker.languages import _
from tracker.models import ADMIN_ROLES, Post, Role
from tracker.services.importing.notes import Level
from tracker.services.importing.organisation_line import Line
from tracker.services.importing.organisation_logins import Known
from tracker.services.importing.organisation_names import Names
from tracker.services.importing.organisation_people import login_typed
from tracker.services.importing.organisation_words import person_name, role_words
from tracker.services.posts import GROUP_ROLES, UNIT_KINDS, PostValues, post_grant
from tracker.services.workbook_rows import RowWork


def post_take(line: Line, work: RowWork, names: Names) -> int:
    """Grant a post that its person does not have yet. Return the id of the post."""
    if work.actor is None:
        raise ForbiddenError(_("岗位须由安全管理员授予、另一名安全管理员审批，请登录后在网页上导入"))
    line.needed("login")
    line.needed("role")
    person = _person(line, names)
    values = _values(line, work.on, names)
    if line.is_stopped or person is None or values is None:
        return 0
    work.name = person.name
    held = _held(person.id, values, work.on)
    if held is not None:
        if held.approved_at is None:
            line.note(Level.INFO, "post_waits", "role")
        return held.id
    work.what = "created"
    if values.valid_from is None:
        values = replace(values, valid_from=line.day_shown("valid_from", work.on))
        line.note(Level.INFO, "post_from_today", "valid_from", f"{values.valid_from}")
    return post_grant(person_id=person.id, values=values, actor=work.actor, at=work.at, needs_second=True).id


def _person(line: Line, names: Names) -> Known | None:
    login, name = login_typed(line), person_name(line.text("name"))
    known = names.people.by_login.get(login)
    if login and known is None:
        line.note(Level.WRONG, "login_unknown", "login", login)
    if known is not None and not known.is_active:
        line.note(Level.WRONG, "login_disabled", "login", login)
    if known is not None and name and known.name != name:
        line.note(Level.WRONG, "name_differs", "name", known.name)
    return known


def _values(line: Line, today: date, names: Names) -> PostValues | None:
    """Return the post that a row describes; where a role sits at no unit or in no group, none is looked for."""
    role = line.word("role", role_words(), "role_unknown")
    first = line.day("valid_from")
    last = line.day("valid_to", first or today)
    title = line.text("title")
    if role is None:
        return None
    if last is not None and last < today:
        line.note(Level.WRONG, "post_over", "valid_to", last.isoformat())
    at_unit = role not in ADMIN_ROLES | GROUP_ROLES
    unit = names.unit(line, "unit", UNIT_KINDS.get(role, ())) if at_unit else None
    group = names.group(line, "number") if role in GROUP_ROLES else None
    _tell_unused(line, role, at_unit=at_unit)
    return PostValues(role, unit.id if unit else None, group.id if group else None, title, first, last)


def _tell_unused(line: Line, role: Role, *, at_unit: bool) -> None:
    for key, is_used in (("unit", at_unit), ("number", role in GROUP_ROLES)):
        if not is_used and line.text(key):
            line.note(Level.INFO, "post_without", key, line.text(key))


def _held(person_id: int, values: PostValues, today: date) -> Post | None:
    """Return the post if its person holds it, or waits for it, and it has not ended."""
    query = select(Post).where(
        Post.person_id == person_id, Post.role == values.role, Post.unit_id == values.unit_id,
        Post.group_id == values.group_id, or_(Post.valid_to.is_(None), Post.valid_to >= today),
    )  # fmt: skip
    return db.session.scalars(query.order_by(Post.id).limit(1)).first()
