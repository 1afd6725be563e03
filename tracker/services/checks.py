"""What services ask of the values they are given, in the user's words and by field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import ColumnElement, or_, select

from tracker import labels
from tracker.database import db, memo
from tracker.errors import InvalidError
from tracker.languages import _
from tracker.models import Person, Post, Role, Unit, UnitKind

LONG, SHORT = 4000, 200
FIRST_YEAR = 2000
YEARS_AHEAD = 10
RECTIFIERS = (Role.ASSIGNEE, Role.VILLAGE)  # the posts that may rectify


def words_of(field: str, words: str, limit: int = LONG) -> str:
    """Return ``words`` stripped; raise ``InvalidError`` where they are too long or hold what no table can."""
    stripped = words.strip()
    if len(stripped) > limit:
        raise InvalidError({field: _("最多 {n} 个字").format(n=limit)})
    if any(c == "\x00" or 0xD800 <= ord(c) <= 0xDFFF for c in stripped):
        raise InvalidError({field: _("内容含有无法识别的字符，请删除后重试")})
    return stripped


def words_needed(field: str, words: str, code: str, limit: int = LONG) -> str:
    """Return ``words`` stripped; raise ``InvalidError`` with the words of refusal ``code`` where there are none."""
    stripped = words_of(field, words, limit)
    if not stripped:
        raise InvalidError({field: labels.word(labels.REFUSAL, code)})
    return stripped


def all_words(given: Mapping[str, tuple[str, int]]) -> dict[str, str]:
    """Return every text stripped, or raise ``InvalidError`` with all the errors at once; field → (text, limit)."""
    clean: dict[str, str] = {}
    errors: dict[str, str] = {}
    for field, (words, limit) in given.items():
        try:
            clean[field] = words_of(field, words, limit)
        except InvalidError as error:
            errors |= error.errors
    if errors:
        raise InvalidError(errors)
    return clean


def day_ahead(field: str, day: date | None, today: date, code: str = "deadline_in_past") -> date | None:
    """Return ``day`` unless it lies before ``today`` or absurdly far ahead."""
    if day is None:
        return None
    if day < today:
        raise InvalidError({field: labels.word(labels.REFUSAL, code)})
    if day.year > today.year + YEARS_AHEAD:
        raise InvalidError({field: _("日期过远，请检查年份")})
    return day


def day_behind(field: str, day: date | None, today: date) -> date | None:
    """Return ``day`` unless it lies after ``today`` or absurdly far back."""
    if day is None:
        return None
    if day > today:
        raise InvalidError({field: _("日期不能晚于今天")})
    if day.year < FIRST_YEAR:
        raise InvalidError({field: _("日期过早，请检查年份")})
    return day


def unit_open(field: str, unit_id: int | None, today: date) -> Unit:
    """Return the unit; raise ``InvalidError`` where there is none, or where it was closed, naming its successor."""
    # Kept for the transaction: the session alone would let go of it, and read it again for the index and the message.
    unit = memo(f"unit:{unit_id}", lambda: db.session.get(Unit, unit_id)) if in_range(unit_id) else None
    if unit is None:
        raise InvalidError({field: _("没有这个单位，请重新选择")})
    if unit.closed_on is None or unit.closed_on > today:
        return unit
    if unit.successor is None:
        raise InvalidError({field: _("“{name}”已撤销，请选择其他单位").format(name=unit.name)})
    words = _("“{name}”已撤并，请选择“{successor}”")
    raise InvalidError({field: words.format(name=unit.name, successor=unit.successor.name)})


def in_range(number: int | None) -> bool:
    """Tell whether ``number`` can be the id of a row."""
    return number is not None and 0 < number < 2**31


def in_force(today: date) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions under which a post acts on ``today`` and its person is still there."""
    return (
        Person.is_active.is_(True),
        Post.approved_at.is_not(None),
        Post.valid_from <= today,
        or_(Post.valid_to.is_(None), Post.valid_to >= today),
    )


def person_at(field: str, person_id: int | None, unit: Unit, today: date) -> Person:
    """Return the person who may rectify for ``unit``: by a post there, for a grid also its village's secretary."""
    places = [unit.id, unit.parent_id] if unit.kind is UnitKind.GRID else [unit.id]
    person = _holder(person_id, today, Post.role.in_(RECTIFIERS), Post.unit_id.in_(places))
    if person is None:
        words = _("该同志在“{unit}”没有在任岗位，请选择该单位的责任人，或先请安全管理员授予岗位")
        raise InvalidError({field: words.format(unit=unit.name)})
    return person


def leader_of(field: str, person_id: int, today: date) -> Person:
    """Return the county leader with that id, in office today."""
    person = _holder(person_id, today, Post.role == Role.LEADER)
    if person is None:
        raise InvalidError({field: _("请选择在任的县领导")})
    return person


def _holder(person_id: int | None, today: date, *conditions: ColumnElement[bool]) -> Person | None:
    if not in_range(person_id):
        return None
    query = select(Person).join(Post, Post.person_id == Person.id).where(Person.id == person_id)
    return db.session.scalars(query.where(*in_force(today), *conditions).limit(1)).first()
