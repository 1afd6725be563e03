"""Accounts: made without any right, shut without losing what they did."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests import factories
from tests.conftest import AT
from tests.factories import PASSWORD
from tracker.database import db
from tracker.errors import CredentialsError, ForbiddenError, InvalidError, NotFoundError, RefusedError
from tracker.models import AuditEntry, Person, Role, SignIn
from tracker.policy import Actor
from tracker.services import accounts
from tracker.services.accounts import AccountValues
from tracker.services.credentials import person_by_password
from tracker.services.passwords import password_hash
from tracker.services.posts import PostValues
from tracker.services.sign_ins import posts_in_force, sign_in_open

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def admin() -> Actor:
    return factories.actor(Role.SYSADMIN)


def test_a_new_account_can_do_nothing(admin: Actor) -> None:
    who = accounts.account_create(values=AccountValues(" LiHua ", "示例"), actor=admin, at=AT)
    assert (who.login, who.password_hash, posts_in_force(who.id, AT)) == ("lihua", None, [])
    assert db.session.scalars(select(AuditEntry.action)).all() == ["account.create"]
    with pytest.raises(CredentialsError):
        person_by_password(login="lihua", password="", address="", at=AT)


def test_a_login_belongs_to_one(admin: Actor) -> None:
    taken, other = factories.person(login="lihua"), factories.person()
    with pytest.raises(InvalidError) as refused:
        accounts.account_create(values=AccountValues("LIHUA", "示例"), actor=admin, at=AT)
    assert set(refused.value.errors) == {"login"}
    with pytest.raises(InvalidError):
        accounts.account_edit(person_id=other.id, values=AccountValues("lihua", "示例"), actor=admin, at=AT)
    accounts.account_edit(person_id=taken.id, values=AccountValues("lihua", "改名"), actor=admin, at=AT)
    assert taken.name == "改名"


def test_a_home_must_exist(admin: Actor) -> None:
    with pytest.raises(InvalidError) as refused:
        accounts.account_create(values=AccountValues("lihua", "示例", home_unit_id=999999), actor=admin, at=AT)
    assert set(refused.value.errors) == {"home_unit_id"}
    assert db.session.scalars(select(Person).where(Person.login == "lihua")).first() is None


def test_a_disabled_account_is_out_at_once_and_can_come_back(admin: Actor) -> None:
    who = factories.with_password(factories.post(Role.OFFICE).person)
    epoch = who.security_epoch
    accounts.account_disable(person_id=who.id, actor=admin, at=AT)
    assert who.security_epoch == epoch + 1
    with pytest.raises(CredentialsError):
        person_by_password(login=who.login, password=PASSWORD, address="", at=AT)
    accounts.account_enable(person_id=who.id, actor=admin, at=AT)
    assert person_by_password(login=who.login, password=PASSWORD, address="", at=AT).id == who.id


@pytest.mark.parametrize("role", [Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR])
def test_the_last_administrator_of_a_kind_stays_open(role: Role) -> None:
    last = factories.post(role)
    actor = Actor(person_id=factories.person().id, name="示例", role=Role.SYSADMIN, today=AT.date())
    with pytest.raises(RefusedError, match="至少保留一名"):
        accounts.account_disable(person_id=last.person_id, actor=actor, at=AT)
    factories.post(role)
    accounts.account_disable(person_id=last.person_id, actor=actor, at=AT)


def test_nobody_shuts_their_own_account(admin: Actor) -> None:
    factories.post(Role.SYSADMIN)
    with pytest.raises(ForbiddenError):
        accounts.account_disable(person_id=admin.person_id, actor=admin, at=AT)


def test_a_lock_is_lifted_by_hand(admin: Actor) -> None:
    who = factories.with_password(factories.person())
    for _ in range(5):
        with pytest.raises(CredentialsError):
            person_by_password(login=who.login, password="wrong", address="a", at=AT)
    accounts.account_unlock(person_id=who.id, actor=admin, at=AT)
    assert person_by_password(login=who.login, password=PASSWORD, address="a", at=AT).id == who.id


def test_sessions_of_others_are_ended(admin: Actor) -> None:
    post, other = factories.post(Role.OFFICE), factories.post(Role.OFFICE)
    for one in (post, other):
        sign_in_open(person=one.person, post=one, at=AT)
    accounts.account_end_sessions(person_id=post.person_id, actor=admin, at=AT)
    assert db.session.scalars(select(SignIn.person_id)).all() == [other.person_id]


def test_a_lost_phone_is_forgotten_but_not_by_its_owner(admin: Actor) -> None:
    who = factories.person(totp_secret="A" * 32, totp_last_step=1)
    accounts.account_drop_totp(person_id=who.id, actor=admin, at=AT)
    assert (who.totp_secret, who.totp_last_step, who.security_epoch) == (None, None, 1)
    with pytest.raises(ForbiddenError):
        accounts.account_drop_totp(person_id=admin.person_id, actor=admin, at=AT)


def test_people_correct_their_own_contact_but_not_their_home(admin: Actor) -> None:
    accounts.contact_set(phone="0391-1", email=None, actor=admin, at=AT)
    assert db.session.get_one(Person, admin.person_id).phone == "0391-1"
    assert "home_unit_id" not in accounts.contact_set.__annotations__


def test_the_installer_makes_an_account_that_works() -> None:
    unit = factories.unit()
    post = PostValues(Role.ASSIGNEE, unit_id=unit.id)
    who = accounts.account_with_posts(values=AccountValues("a1", "示例"), posts=[post], at=AT, password=PASSWORD)
    assert person_by_password(login="a1", password=PASSWORD, address="", at=AT).id == who.id
    assert [one.unit_id for one in posts_in_force(who.id, AT)] == [unit.id]
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "account.install")).one()
    assert entry.actor_id is None
    shared = password_hash(PASSWORD)
    for n in range(2):
        accounts.account_with_posts(values=AccountValues(f"b{n}", "示例"), posts=[], at=AT, password_hash=shared)
    with pytest.raises(InvalidError):
        accounts.account_with_posts(values=AccountValues("c1", "示例"), posts=[PostValues(Role.VILLAGE)], at=AT)
    assert db.session.scalars(select(Person).where(Person.login == "c1")).first() is None


@pytest.mark.parametrize(
    "act", [accounts.account_disable, accounts.account_enable, accounts.account_unlock, accounts.account_drop_totp]
)  # fmt: skip
def test_an_unknown_account_is_not_found(admin: Actor, act: object) -> None:
    with pytest.raises(NotFoundError):
        act(person_id=999999, actor=admin, at=AT)  # type: ignore[operator]
