"""Accounts and the audit are found the same way on both backends."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests import factories
from tests.conftest import AT
from tracker.database import transaction
from tracker.errors import NotFoundError
from tracker.models import Person, Role
from tracker.queries import accounts
from tracker.queries.accounts import AccountFilter, account_find, account_page, demo_logins
from tracker.queries.audit import AuditFilter, audit_page, target_names
from tracker.services.chain import audit_record
from tracker.services.sign_ins import sign_in_open

pytestmark = pytest.mark.usefixtures("app")
TODAY = date(2026, 3, 2)


def logins(**given: object) -> list[str]:
    return [person.login for person in account_page(AccountFilter(**given), today=TODAY).people]  # type: ignore[arg-type]


def test_accounts_are_narrowed_by_words_role_and_state() -> None:
    factories.post(Role.OFFICE, who=factories.person(login="a", name="示例甲", phone="0391-1"))
    factories.post(Role.OFFICE, who=factories.person(login="b", name="示例乙"), approved_at=None)
    factories.post(Role.OFFICE, who=factories.person(login="c", name="50%_\\"), valid_to=date(2026, 3, 1))
    factories.person(login="d", is_active=False)
    assert logins() == ["a", "b", "c", "d"]
    assert logins(words="甲") == logins(words="0391") == logins(role=Role.OFFICE) == ["a"]
    assert logins(words="%") == logins(words="_") == logins(words="\\") == ["c"]
    assert logins(state="pending") == ["b"]
    assert logins(state="bare") == ["b", "c"]
    assert logins(state="disabled") == ["d"]
    assert logins(state="active") == ["a", "b", "c"]


def test_accounts_are_paged_by_login(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "PAGE", 2)
    for login in "abcde":
        factories.person(login=login)
    seen, after = [], ""
    while True:
        page = account_page(AccountFilter(), today=TODAY, after=after)
        seen += [person.login for person in page.people]
        assert page.total == 5
        if not page.next_login:
            break
        after = page.next_login
    assert seen == list("abcde")


def test_what_the_pages_of_accounts_ask_for() -> None:
    post = factories.post(Role.SECADMIN)
    pending = factories.post(Role.OFFICE, approved_at=None)
    sign_in_open(person=post.person, post=post, at=AT)
    assert [one.id for one in accounts.posts_pending(TODAY)] == [pending.id]
    assert accounts.secadmins_in_force(TODAY) == 1
    assert accounts.names_of({post.person_id, None}) == {post.person_id: post.person.name}
    assert len(accounts.sign_ins_of(post.person, since=AT - timedelta(minutes=1))) == 1
    assert not accounts.sign_ins_of(post.person, since=AT)
    assert account_find(post.person_id).posts == [post]
    with pytest.raises(NotFoundError):
        account_find(999999)


def test_a_unit_is_known_by_its_name_only_if_there_is_one() -> None:
    only = factories.unit(name="东村")
    for _ in range(2):
        factories.unit(name="西村")
    assert accounts.unit_by_words("东村") == only.id
    assert accounts.unit_by_words("西村") is accounts.unit_by_words("无") is None


def test_the_demo_offers_one_login_a_role() -> None:
    group = factories.group()
    for login, role, given in (
        ("demo-group", Role.GROUP_LEAD, {"group_id": group.id}),
        ("demo-group2", Role.GROUP_LEAD, {"group_id": group.id}),
        ("other", Role.AUDITOR, {}), ("demo-gone", Role.LEADER, {"valid_to": date(2026, 3, 1)}),
    ):  # fmt: skip
        factories.post(role, who=factories.person(login=login), **given)
    assert [(one.login, one.role, one.place) for one in demo_logins(TODAY)] == [
        ("demo-group", Role.GROUP_LEAD, group.name)
    ]


@pytest.fixture
def entries() -> Person:
    who = factories.person(login="lihua", name="示例甲")
    acts = (
        (Role.OFFICE, "unit.create", "done", f"person:{who.id}"), (Role.AUDITOR, "audit.verify", "done", ""),
        (Role.SYSADMIN, "account.reset", "denied", "person:999999"),
    )  # fmt: skip
    for n, (role, action, outcome, target) in enumerate(acts):
        with transaction():
            actor = factories.actor(role, who=who if role is Role.OFFICE else None)
            audit_record(action, actor=actor, at=AT + timedelta(days=n), outcome=outcome, target=target)
    with transaction():
        audit_record("sign_in", actor=None, at=AT + timedelta(days=3), outcome="failed")
    return who


def found(role: Role = Role.AUDITOR, before: int | None = None, **given: object) -> list[int]:
    page = audit_page(AuditFilter(**given), actor=factories.actor(role), before=before)  # type: ignore[arg-type]
    return [entry.seq for entry in page.entries]


def test_the_audit_is_narrowed_and_nobody_reads_their_own_kind(entries: Person) -> None:
    assert found() == [4, 3, 1]
    assert found(Role.SECADMIN) == [2]
    assert found(who="甲") == found(who="LIHUA") == found(action="unit") == [1]
    assert found(outcome="denied") == [3]
    assert found(since=date(2026, 3, 4)) == [4, 3]
    assert found(until=date(2026, 3, 2)) == [1]
    assert found(before=4) == [3, 1]


def test_targets_are_named(entries: Person) -> None:
    page = audit_page(AuditFilter(), actor=factories.actor(Role.AUDITOR))
    assert target_names(page.entries) == {f"person:{entries.id}": "示例甲"}
