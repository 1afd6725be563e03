"""The first minutes of an installation: its county, its campaign, its three administrators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from tracker.database import db, transaction
from tracker.errors import InvalidError, NotFoundError
from tracker.languages import _
from tracker.logins import login_of
from tracker.models import Person, Role, Setting, Unit, UnitKind
from tracker.services import passwords
from tracker.services.accounts import AccountValues, account_with_posts
from tracker.services.chain import AUDIT, audit_record, chain_lock
from tracker.services.posts import PostValues
from tracker.services.units import UnitValues, unit_create

ADMINS = (Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR)
CAMPAIGN = "campaign_name"


@dataclass(frozen=True)
class AdminValues:
    """One of the three administrators."""

    login: str
    name: str
    password: str


def is_set_up() -> bool:
    """Tell whether anybody has an account here."""
    return db.session.scalar(select(Person.id).limit(1)) is not None


def county_root() -> Unit | None:
    """Return the county if it is there, by an earlier import of its tree."""
    return db.session.scalars(select(Unit).where(Unit.parent_id.is_(None)).order_by(Unit.id)).first()


def setup_run(
    *, county: str, code: str | None, campaign: str, admins: Mapping[Role, AdminValues], at: datetime
) -> None:  # fmt: skip
    """Make the county, the campaign's name and the three administrators, all in one transaction.

    Raises ``NotFoundError`` once anybody has an account, ``InvalidError`` by field. Whoever installs knows the three
    passwords, so each administrator changes theirs at the first sign-in.
    """
    _checked(county, admins)
    with transaction() as session:
        chain_lock(AUDIT)
        if is_set_up():
            raise NotFoundError
        if county_root() is None:
            unit_create(values=UnitValues(UnitKind.COUNTY, county, code=code), actor=None, at=at)
        session.merge(Setting(key=CAMPAIGN, value=campaign))
        for role, values in admins.items():
            account_with_posts(
                values=AccountValues(values.login, values.name), posts=[PostValues(role)], at=at,
                password=values.password, must_change=True,
            )  # fmt: skip
        audit_record("setup", actor=None, at=at, detail={"county": county, "campaign": campaign})


def _checked(county: str, admins: Mapping[Role, AdminValues]) -> None:
    errors: dict[str, str] = {}
    logins: set[str] = set()
    for role, values in admins.items():
        login = login_of(values.login)
        if login in logins:
            errors[f"{role.value}_login"] = _("三名管理员须使用不同的账号")
        logins.add(login)
        weak = passwords.password_weaknesses(values.password, login=login, name=values.name, county=county)
        if weak:
            errors[f"{role.value}_password"] = "；".join(weak)
    if len({values.password for values in admins.values()}) < len(admins):
        errors.setdefault("auditor_password", _("三名管理员须使用不同的密码"))
    if errors:
        raise InvalidError(errors)
