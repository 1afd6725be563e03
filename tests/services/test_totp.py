"""A code is good once, and not for long."""

from __future__ import annotations

from datetime import datetime, timedelta

import pyotp
import pytest

from tests import factories
from tests.conftest import AT
from tracker.database import db
from tracker.errors import CredentialsError, InvalidError, TooManyError
from tracker.models import AuditEntry, Person
from tracker.services.totp import totp_check, totp_enrol, totp_picture, totp_secret

pytestmark = pytest.mark.usefixtures("app")
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code(at: datetime) -> str:
    return pyotp.TOTP(SECRET).at(int(at.timestamp()))


def enrolled() -> Person:
    return factories.person(totp_secret=SECRET)


def check(who: Person, given: str, at: datetime = AT) -> None:
    totp_check(person=who, code=given, address="", at=at)


def test_a_code_is_taken_once() -> None:
    who = enrolled()
    check(who, code(AT))
    with pytest.raises(CredentialsError):
        check(who, code(AT))
    check(who, code(AT + timedelta(seconds=30)), AT + timedelta(seconds=30))


@pytest.mark.parametrize(("seconds", "is_good"), [(-90, False), (-30, True), (0, True), (30, True), (90, False)])
def test_a_phone_may_be_half_a_minute_off(seconds: int, is_good: bool) -> None:
    who, given = enrolled(), code(AT + timedelta(seconds=seconds))
    if is_good:
        check(who, given)
        return
    with pytest.raises(CredentialsError):
        check(who, given)


def test_an_older_code_is_refused_after_a_newer_one() -> None:
    who = enrolled()
    check(who, code(AT))
    with pytest.raises(CredentialsError):
        check(who, code(AT - timedelta(seconds=30)))


@pytest.mark.parametrize("given", ["", "000000000", "abc", "１２３４５６", "汉字", "12 34"])
def test_what_is_no_code_is_refused(given: str) -> None:
    with pytest.raises(CredentialsError):
        check(enrolled(), given)


def test_guessing_codes_locks() -> None:
    who = enrolled()
    wrong = "000000" if code(AT) != "000000" else "000001"
    for _ in range(5):
        with pytest.raises(CredentialsError):
            check(who, wrong)
    with pytest.raises(TooManyError):
        check(who, code(AT))
    assert db.session.query(AuditEntry).filter_by(action="sign_in.lock").count() == 1


def test_enrolment_asks_for_a_first_code_and_uses_it_up() -> None:
    who = factories.person()
    with pytest.raises(InvalidError):
        totp_enrol(person_id=who.id, secret=SECRET, code="1", actor=None, at=AT)
    assert who.totp_secret is None
    totp_enrol(person_id=who.id, secret=SECRET, code=code(AT), actor=None, at=AT)
    assert who.totp_secret == SECRET
    with pytest.raises(CredentialsError):
        check(who, code(AT))


def test_the_picture_is_drawn_here_and_each_secret_is_new() -> None:
    assert totp_secret() != totp_secret()
    assert totp_picture(secret=SECRET, login="lihua", issuer="示例").startswith("data:image/svg+xml")
