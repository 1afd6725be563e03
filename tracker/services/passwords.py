"""Passwords: kept as argon2id, chosen well, changed by their owner."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select

from tracker.database import db
from tracker.languages import _
from tracker.models import PasswordRecord, Person, Unit, UnitKind
from tracker.pinyin import spellings

KEPT = 5  # the previous ones that may not come back
SHORT, LONG = 10, 16  # from LONG on the kinds of characters do not matter
_RUNS = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_RUN = 5
_USUAL = ("password", "passw0rd", "admin", "letmein", "welcome", "iloveyou", "woaini")
_hasher = PasswordHasher()


def password_hash(password: str) -> str:
    """Return the argon2id hash of the whole password, however long."""
    return _hasher.hash(_normal(password))


def matches(stored: str | None, password: str) -> bool:
    """Tell whether ``password`` is the one of ``stored``; takes as long where nothing is stored."""
    try:
        return _hasher.verify(stored or _nobody(), _normal(password)) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    """Tell whether a hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def _normal(password: str) -> str:
    return unicodedata.normalize("NFC", password)  # keyboards differ in how they compose a letter


@cache
def _nobody() -> str:
    return password_hash("nobody has this password")


def password_weaknesses(password: str, *, login: str = "", name: str = "", county: str = "") -> list[str]:
    """Return in the user's words what is wrong with a password; empty for a good one."""
    low = _normal(password).casefold()
    checks = (
        (_is_short(password), _("密码至少 10 位并含大写、小写、数字、符号中的 3 类，或不少于 16 位")),
        (_has_run(low), _("密码不能含有连续或重复的字符，如 12345、aaaaa")),
        (any(word in low for word in _USUAL), _("密码过于常见，请换一个")),
        (_holds(low, login) or _holds(low, name), _("密码不能含有账号或姓名")),
        (_names_place(low, county), _("密码不能含有县名")),
    )
    return [words for is_weak, words in checks if is_weak]


def _is_short(password: str) -> bool:
    kinds = {_kind(character) for character in password}
    return len(password) < SHORT or (len(password) < LONG and len(kinds) < 3)


def _kind(character: str) -> str:
    if character.isascii() and character.isalpha():
        return "lower" if character.islower() else "upper"
    return "digit" if character.isdigit() else "other"


def _has_run(low: str) -> bool:
    pieces = {low[i : i + _RUN] for i in range(len(low) - _RUN + 1)}
    runs = [run for row in _RUNS for run in (row, row[::-1])]
    return any(len(set(piece)) == 1 or any(piece in run for run in runs) for piece in pieces)


def _holds(low: str, word: str) -> bool:
    return len(word) >= 2 and word.casefold() in low


def _names_place(low: str, county: str) -> bool:
    bare = county.rstrip("县市区旗")
    return len(bare) >= 2 and (bare in low or any(one in low for one in spellings(bare)[0].split()))


def password_refusal(person: Person, password: str) -> str:
    """Return why ``person`` may not take ``password``, or nothing."""
    county = db.session.scalar(select(Unit.name).where(Unit.kind == UnitKind.COUNTY, Unit.parent_id.is_(None))) or ""
    weak = password_weaknesses(password, login=person.login, name=person.name, county=county)
    if not weak and any(matches(old, password) for old in _earlier(person)):
        weak = [_("不能使用最近 5 次用过的密码")]
    return "；".join(weak)


def _earlier(person: Person) -> list[str]:
    mine = select(PasswordRecord.password_hash).where(PasswordRecord.person_id == person.id)
    return list(db.session.scalars(mine.order_by(PasswordRecord.id.desc()).limit(KEPT)))


def password_store(person: Person, stored: str, at: datetime, *, must_change: bool = False) -> None:
    """Give ``person`` the hash ``stored``, remember it, and end every session; joins the caller's transaction."""
    person.password_hash = stored
    person.must_change_password = must_change
    person.security_epoch += 1
    db.session.add(PasswordRecord(person_id=person.id, password_hash=stored, set_at=at))
