"""What makes a password, and that nobody takes an old one back."""

from __future__ import annotations

import pytest

from tests import factories
from tests.conftest import AT
from tests.factories import PASSWORD
from tracker.database import db, transaction
from tracker.errors import InvalidError, TooManyError
from tracker.models import AuditEntry, PasswordRecord
from tracker.services import passwords
from tracker.services.credentials import password_change, person_by_password

GOOD = ("Reeds-by-the-7", "垂柳与芦苇A1b2-c", "sixteen letters!!", "汉字 与空格🙂 " * 25)
BAD = (
    "", "12345678", "Short-7", "onlylowercase",
    "lower123lower", "Aa1-abcdef", "Xy-54321-xy", "Aaaaaa-1-bb", "Qwerty-uio-9",
    "Password-9-x", "Admin-9-xyzw", "Lihua-99-xyz", "李华-Ab-99-xy", "示例-Ab-99-xyz", "Shili@2026-x",
)  # fmt: skip


@pytest.mark.parametrize("password", GOOD)
def test_a_good_password_is_taken(password: str) -> None:
    assert not passwords.password_weaknesses(password, login="lihua", name="李华", county="示例县")


@pytest.mark.parametrize("password", BAD)
def test_a_weak_password_is_refused_with_words(password: str) -> None:
    assert passwords.password_weaknesses(password, login="lihua", name="李华", county="示例县")


def test_the_stored_hash_is_argon2id_and_fits_only_its_password() -> None:
    stored = passwords.password_hash(PASSWORD)
    assert stored.startswith("$argon2id$")
    assert passwords.matches(stored, PASSWORD)
    assert not passwords.matches(stored, PASSWORD + " ")
    assert not passwords.matches(None, PASSWORD)
    assert not passwords.matches("no hash at all", PASSWORD)


def test_one_password_counts_the_same_however_its_letters_are_composed() -> None:
    assert passwords.matches(passwords.password_hash("Cafe\u0301-am-See-1"), "Caf\u00e9-am-See-1")


@pytest.fixture
def somebody(app: object):
    who = factories.with_password(factories.post(factories.Role.OFFICE).person)
    with transaction():
        passwords.password_store(who, who.password_hash, AT)
    return who


def change(who, old: str, new: str) -> None:
    password_change(person=who, old=old, new=new, actor=None, address="", at=AT)


def test_the_last_five_passwords_do_not_come_back(somebody) -> None:
    used = [PASSWORD, *(f"Reeds-by-the-river-{n}{n}" for n in range(1, 7))]
    for old, new in zip(used, used[1:], strict=False):
        change(somebody, old, new)
    for again in used[-5:]:
        with pytest.raises(InvalidError) as refused:
            change(somebody, used[-1], again)
        assert set(refused.value.errors) == {"new_password"}
    change(somebody, used[-1], used[0])


def test_a_changed_password_ends_every_session_and_is_noted(somebody) -> None:
    before = somebody.security_epoch
    change(somebody, PASSWORD, "Willows-by-the-lake-7")
    assert somebody.security_epoch == before + 1
    assert db.session.query(AuditEntry).filter_by(action="password.change", outcome="done").count() == 1


def test_guessing_the_old_password_locks_like_signing_in(somebody) -> None:
    for _ in range(5):
        with pytest.raises(InvalidError) as refused:
            change(somebody, "wrong", "Willows-by-the-lake-7")
        assert set(refused.value.errors) == {"old_password"}
    with pytest.raises(TooManyError):
        change(somebody, PASSWORD, "Willows-by-the-lake-7")
    assert passwords.matches(somebody.password_hash, PASSWORD)


def test_a_refused_password_changes_nothing(somebody) -> None:
    with pytest.raises(InvalidError):
        change(somebody, PASSWORD, "12345678")
    assert db.session.query(PasswordRecord).count() == 1


def test_a_hash_of_older_parameters_is_renewed_at_sign_in(somebody, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", passwords.PasswordHasher(time_cost=2, memory_cost=64, parallelism=1))
    assert passwords.is_outdated(somebody.password_hash)
    person_by_password(login=somebody.login, password=PASSWORD, address="", at=AT)
    db.session.refresh(somebody)
    assert not passwords.is_outdated(somebody.password_hash)
    assert passwords.matches(somebody.password_hash, PASSWORD)
