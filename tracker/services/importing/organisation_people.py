"""Rows of people: each becomes an account without password or right; whoever has an account is left as they are."""

from __future__ import annotations

import re

from tracker.database import db
from tracker.languages import _
from tracker.logins import is_login, login_of
from tracker.models import Unit
from tracker.services.accounts import AccountValues, account_create, account_with_posts
from tracker.services.importing.notes import Level
from tracker.services.importing.organisation_line import Line
from tracker.services.importing.organisation_logins import Known
from tracker.services.importing.organisation_names import Names
from tracker.services.importing.organisation_words import person_name
from tracker.services.unit_tree import PLACES
from tracker.services.workbook_rows import RowWork

LOGIN_PROPOSED = "login_proposed"  # the note that carries a proposed login from the preview to the storing
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"(?:\(?0[0-9]{2,3}\)?[ -]?)?[2-9][0-9]{6,7}(?:-[0-9]{1,6})?")
_PHONE = re.compile(r"[0-9+() -]{5,32}")  # as the form of an account has it
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,55}")


def person_take(line: Line, work: RowWork, names: Names) -> int:
    """Make an account for whoever has none. Return the id of the person."""
    name = work.name = person_name(line.needed("name"))
    login, phone, email = _login(line), _phone(line), _email(line)
    home = names.unit(line, "home", PLACES)
    values = AccountValues(login, name, phone, email, home.id if home else None)
    known = _known(line, values, names)
    if known is not None:
        names.people.met.add(known.id)
        _differences(line, known, values)
        return 0 if line.is_stopped else known.id
    _warn(line, values, names)
    if not login and not line.is_stopped:
        values = AccountValues(_proposed(line, name, names), name, phone, email, values.home_unit_id)
    if line.is_stopped:
        return 0
    work.what = "created"
    # Without an actor it is the operator at the machine, who installs accounts the way the first ones were.
    if work.actor is None:
        return account_with_posts(values=values, posts=(), at=work.at).id
    return account_create(values=values, actor=work.actor, at=work.at).id


def login_typed(line: Line) -> str:
    """Return the login that a row states, as the table of people keeps it."""
    return login_of(line.plain("login"))


def _login(line: Line) -> str:
    login = login_typed(line)
    if login and not is_login(login):
        line.note(Level.WRONG, "login_odd", "login", login)
    return login


def _phone(line: Line) -> str | None:
    phone = " ".join(line.plain("phone").split())
    digits = phone.replace(" ", "").replace("-", "")
    if _MOBILE.fullmatch(digits):
        return digits
    if phone and not _PHONE.fullmatch(phone):
        line.note(Level.WRONG, "phone_wrong", "phone", phone)
    elif phone and not _LANDLINE.fullmatch(phone):
        line.note(Level.DOUBT, "phone_odd", "phone", phone)
    return phone or None


def _email(line: Line) -> str | None:
    email = line.plain("email")
    if email and not _EMAIL.fullmatch(email):
        line.note(Level.WRONG, "email_wrong", "email", email)
    return email or None


def _known(line: Line, values: AccountValues, names: Names) -> Known | None:
    """Return whose account a row speaks of, if it is there; what cannot be told apart is for the user to say."""
    if values.login:
        known = names.people.by_login.get(values.login)
        if known is not None and known.name != values.name:
            line.note(Level.WRONG, "login_others", "login", known.name)
        return known
    namesakes = names.people.by_name.get(values.name, ())
    verdicts = {one.is_same(values.phone, values.home_unit_id): one for one in namesakes}
    same, unclear = verdicts.get(True), verdicts.get(None)
    if same is not None and same.id in names.people.met and not (values.phone or values.home_unit_id):
        same, unclear = None, same  # Two rows with nothing but a name may well be two people.
    if same is not None:
        line.note(Level.INFO, "person_known", "name", same.login)
    elif unclear is not None:
        line.note(Level.WRONG, "person_unclear", "login", unclear.login)
    return same


def _differences(line: Line, known: Known, values: AccountValues) -> None:
    """Say what a row knows otherwise of somebody who has an account: an import corrects nobody's account."""
    if not known.is_active:
        line.note(Level.INFO, "account_disabled", "login", known.login)
    for key, was, now in (("phone", known.phone, values.phone), ("email", known.email, values.email)):
        if now and now != was:
            line.note(Level.INFO, "account_stays", key, f"{was or _('空')} → {now}")
    if values.home_unit_id and values.home_unit_id != known.home_unit_id:
        home = db.session.get_one(Unit, values.home_unit_id)
        line.note(Level.INFO, "account_stays", "home", home.name)


def _warn(line: Line, values: AccountValues, names: Names) -> None:
    """Say who has the same phone or the same name."""
    sharing = names.people.by_phone.get(values.phone or "", ())
    if sharing:
        line.note(Level.DOUBT, "phone_shared", "phone", "、".join(f"{one.name}（{one.login}）" for one in sharing[:3]))
    namesakes = names.people.by_name.get(values.name, ())
    if namesakes and not line.is_stopped:
        line.note(Level.DOUBT, "namesake", "name", "、".join(one.login for one in namesakes[:3]))


def _proposed(line: Line, name: str, names: Names) -> str:
    """Return the login that the preview has shown, or propose one."""
    login = line.proposed.get("login") or names.people.free_login(name)
    if login:
        line.note(Level.INFO, LOGIN_PROPOSED, "login", login)
    else:
        line.note(Level.WRONG, "login_needed", "login", name)
    return login
