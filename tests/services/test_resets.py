"""A reset link is good once, for a while, and only the newest."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests import factories
from tests.conftest import AT
from tests.factories import PASSWORD
from tracker.database import db
from tracker.errors import CredentialsError, GoneError, InvalidError, NotFoundError, TooManyError
from tracker.models import AuditEntry, Person, ResetLink, Role
from tracker.services.credentials import person_by_password
from tracker.services.resets import person_reset_by_operator, reset_link_find, reset_link_make, reset_link_use

pytestmark = pytest.mark.usefixtures("app")
NEW = "Willows-by-the-lake-7"


def somebody() -> Person:
    return factories.with_password(factories.post(Role.OFFICE).person)


def made(who: Person) -> str:
    return reset_link_make(person_id=who.id, actor=factories.actor(Role.SYSADMIN), at=AT)


def use(token: str, password: str = NEW, minutes: int = 1) -> Person:
    return reset_link_use(token, password=password, address="", at=AT + timedelta(minutes=minutes))


def test_a_link_sets_a_password_once() -> None:
    who = somebody()
    token, epoch = made(who), who.security_epoch
    use(token)
    assert who.security_epoch == epoch + 1
    assert person_by_password(login=who.login, password=NEW, address="", at=AT).id == who.id
    with pytest.raises(GoneError):
        use(token, "Alders-by-the-pond-7")


@pytest.mark.parametrize(("minutes", "is_good"), [(30, True), (31, False)])
def test_a_link_lives_half_an_hour(minutes: int, is_good: bool) -> None:
    token = made(somebody())
    if is_good:
        use(token, minutes=minutes)
        return
    with pytest.raises(GoneError):
        use(token, minutes=minutes)


def test_a_newer_link_makes_the_older_worthless() -> None:
    who = somebody()
    old, new = made(who), made(who)
    with pytest.raises(GoneError):
        use(old)
    use(new)


def test_the_first_link_of_an_account_lives_three_days() -> None:
    token = made(factories.person())
    use(token, minutes=3 * 24 * 60)


@pytest.mark.parametrize("token", ["", "x", "x" * 5000, "汉字"])
def test_an_unknown_link_reads_like_a_used_one(token: str) -> None:
    with pytest.raises(GoneError):
        reset_link_find(token, at=AT)


def test_a_disabled_account_gets_no_link_and_loses_the_one_it_had() -> None:
    who = somebody()
    token = made(who)
    who.is_active = False
    db.session.commit()
    with pytest.raises(GoneError):
        use(token)
    with pytest.raises(NotFoundError):
        made(who)


def test_a_weak_password_leaves_the_link_good() -> None:
    token = made(somebody())
    with pytest.raises(InvalidError):
        use(token, "12345678")
    with pytest.raises(InvalidError):
        use(token, "示例县-2026-Ab")  # the county's name
    use(token)


def test_a_used_link_lifts_the_lock() -> None:
    who = somebody()
    for _ in range(5):
        with pytest.raises(CredentialsError):
            person_by_password(login=who.login, password="wrong", address="a", at=AT)
    with pytest.raises(TooManyError):
        person_by_password(login=who.login, password=PASSWORD, address="a", at=AT)
    use(made(who))
    assert person_by_password(login=who.login, password=NEW, address="a", at=AT).id == who.id


def test_the_operator_gets_a_link_that_is_noted() -> None:
    who = somebody()
    use(person_reset_by_operator(login=who.login.upper(), at=AT))
    notes = db.session.query(AuditEntry.action, AuditEntry.actor_id).order_by(AuditEntry.seq).all()
    assert [tuple(note) for note in notes] == [("account.reset", None), ("password.reset", None)]
    with pytest.raises(NotFoundError):
        person_reset_by_operator(login="nobody", at=AT)


def test_the_table_keeps_no_link_that_could_be_used() -> None:
    token = made(somebody())
    assert token not in str(db.session.query(ResetLink).one().__dict__)
