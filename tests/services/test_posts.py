"""The three powers stay apart, and no right comes from one person alone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from tests import factories
from tests.conftest import AT
from tracker.database import db
from tracker.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError, RefusedError, TrackerError
from tracker.models import AuditEntry, OutboxMessage, Person, Post, Role, UnitKind
from tracker.policy import Actor
from tracker.services.posts import PostValues, post_approve, post_grant, post_revoke, post_withdraw, posts_approve
from tracker.services.sign_ins import is_in_force

pytestmark = pytest.mark.usefixtures("app")
TODAY = date(2026, 3, 2)


@pytest.fixture
def first() -> Actor:
    return factories.actor(Role.SECADMIN)


@pytest.fixture
def second() -> Actor:
    return factories.actor(Role.SECADMIN)


def grant(actor: Actor, who: Person, role: Role = Role.ASSIGNEE, **given: object) -> Post:
    if role is Role.ASSIGNEE and "unit_id" not in given:
        given["unit_id"] = factories.unit().id
    two = bool(given.pop("needs_second", True))
    values = PostValues(role, **given)  # type: ignore[arg-type]
    return post_grant(person_id=who.id, values=values, actor=actor, at=AT, needs_second=two)


def test_a_post_acts_once_a_second_person_has_approved_it(first: Actor, second: Actor) -> None:
    who = factories.person()
    post = grant(first, who)
    assert not is_in_force(post, AT)
    epoch = who.security_epoch
    post_approve(post_id=post.id, actor=second, at=AT)
    assert is_in_force(post, AT)
    assert who.security_epoch == epoch + 1
    assert (post.granted_by_id, post.approved_by_id) == (first.person_id, second.person_id)
    actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)).all()
    assert actions == ["post.grant", "post.approve"]
    assert db.session.scalars(select(OutboxMessage.recipient_id)).all() == [who.id]


def test_the_granter_does_not_approve(first: Actor) -> None:
    post = grant(first, factories.person())
    with pytest.raises(ForbiddenError):
        post_approve(post_id=post.id, actor=first, at=AT)
    assert post.approved_at is None


def test_nobody_grants_or_approves_for_themselves(first: Actor, second: Actor) -> None:
    with pytest.raises(ForbiddenError):
        grant(first, db.session.get_one(Person, first.person_id))
    own = factories.post(Role.SECADMIN, who=db.session.get_one(Person, second.person_id), approved_at=None)
    own.granted_by_id = first.person_id
    db.session.commit()
    with pytest.raises(ForbiddenError):
        post_approve(post_id=own.id, actor=second, at=AT)


def test_a_grant_waits_a_day(first: Actor, second: Actor) -> None:
    post = grant(first, factories.person())
    with pytest.raises(RefusedError):
        post_approve(post_id=post.id, actor=second, at=AT + timedelta(hours=24, seconds=1))
    post_approve(post_id=post.id, actor=second, at=AT + timedelta(hours=24))


def test_a_small_county_may_do_with_one(first: Actor) -> None:
    assert is_in_force(grant(first, factories.person(), needs_second=False), AT)


def test_approving_twice_tells_that_somebody_was_first(first: Actor, second: Actor) -> None:
    post = grant(first, factories.person())
    post_approve(post_id=post.id, actor=second, at=AT)
    with pytest.raises(ConflictError):
        post_approve(post_id=post.id, actor=factories.actor(Role.SECADMIN), at=AT)


def test_a_withdrawn_grant_never_acts(first: Actor, second: Actor) -> None:
    post = grant(first, factories.person(), valid_from=TODAY + timedelta(days=30))
    post_withdraw(post_id=post.id, actor=second, at=AT)
    with pytest.raises(ConflictError):
        post_approve(post_id=post.id, actor=second, at=AT)
    assert grant(first, post.person).id != post.id


@pytest.mark.parametrize("held", [Role.SYSADMIN, Role.SECADMIN, Role.OFFICE, Role.REPORTER])
@pytest.mark.parametrize("wanted", [Role.AUDITOR])
def test_administrators_hold_nothing_else(first: Actor, held: Role, wanted: Role) -> None:
    who = factories.post(held).person
    with pytest.raises(InvalidError) as refused:
        grant(first, who, wanted)
    assert set(refused.value.errors) == {"role"}


def test_a_pending_administrator_counts_already(first: Actor) -> None:
    who = factories.person()
    grant(first, who, Role.AUDITOR)
    with pytest.raises(InvalidError):
        grant(first, who, Role.LEADER, unit_id=factories.county().id)


def test_business_posts_go_together(first: Actor) -> None:
    who = factories.post(Role.OFFICE).person
    assert grant(first, who, Role.LEADER, unit_id=factories.county().id).role is Role.LEADER


def test_the_same_post_is_not_given_twice(first: Actor) -> None:
    who, unit = factories.person(), factories.unit()
    grant(first, who, unit_id=unit.id)
    with pytest.raises(InvalidError):
        grant(first, who, unit_id=unit.id)


@pytest.mark.parametrize(
    ("role", "kind", "field"),
    [
        (Role.OFFICE, UnitKind.VILLAGE, "unit_id"), (Role.VILLAGE, UnitKind.TOWNSHIP, "unit_id"),
        (Role.TOWNSHIP, UnitKind.VILLAGE, "unit_id"), (Role.DEPARTMENT, UnitKind.COUNTY, "unit_id"),
        (Role.ASSIGNEE, None, "unit_id"), (Role.GROUP_LEAD, None, "group_id"),
    ],
)  # fmt: skip
def test_a_role_sits_where_such_a_role_sits(first: Actor, role: Role, kind: UnitKind | None, field: str) -> None:
    unit = factories.county() if kind is UnitKind.COUNTY else factories.unit(kind) if kind else None
    with pytest.raises(InvalidError) as refused:
        grant(first, factories.person(), role, unit_id=unit.id if unit else None)
    assert set(refused.value.errors) == {field}


@pytest.mark.parametrize("given", [{"unit_id": 999999}, {"valid_from": TODAY, "valid_to": TODAY - timedelta(days=1)}])
def test_odd_places_and_periods_are_refused(first: Actor, given: dict[str, object]) -> None:
    with pytest.raises(InvalidError):
        grant(first, factories.person(), **given)
    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == 0


def test_a_revoked_post_ends_at_once_with_the_sessions(first: Actor) -> None:
    post = factories.post(Role.OFFICE)
    epoch = post.person.security_epoch
    post_revoke(post_id=post.id, actor=first, at=AT)
    assert not is_in_force(post, AT)
    assert post.person.security_epoch == epoch + 1
    with pytest.raises(ConflictError):
        post_revoke(post_id=post.id, actor=first, at=AT)


@pytest.mark.parametrize("role", [Role.SYSADMIN, Role.AUDITOR])
def test_the_last_administrator_of_a_kind_stays(first: Actor, role: Role) -> None:
    last = factories.post(role)
    with pytest.raises(RefusedError, match="至少保留一名"):
        post_revoke(post_id=last.id, actor=first, at=AT)
    factories.post(role)
    post_revoke(post_id=last.id, actor=first, at=AT)


def test_a_disabled_administrator_does_not_count_as_one(first: Actor) -> None:
    last = factories.post(Role.AUDITOR)
    factories.post(Role.AUDITOR, who=factories.person(is_active=False))
    with pytest.raises(RefusedError):
        post_revoke(post_id=last.id, actor=first, at=AT)


def test_nobody_revokes_their_own_post(first: Actor) -> None:
    factories.post(Role.SECADMIN)
    with pytest.raises(ForbiddenError):
        post_revoke(post_id=first.post_id or 0, actor=first, at=AT)


def test_a_disabled_or_unknown_person_gets_no_post(first: Actor) -> None:
    for who in (factories.person(is_active=False), Person(id=999999)):
        with pytest.raises(NotFoundError):
            grant(first, who)


@pytest.mark.parametrize("act", [post_approve, post_withdraw, post_revoke])
def test_an_unknown_post_is_not_found(first: Actor, act: object) -> None:
    with pytest.raises(TrackerError) as refused:
        act(post_id=999999, actor=first, at=AT)  # type: ignore[operator]
    assert refused.value.status == 404


def test_several_grants_are_approved_at_once_or_not_at_all(first: Actor, second: Actor) -> None:
    granted = [
        factories.post(Role.LEADER, approved_at=None, granted_by_id=first.person_id, granted_at=AT) for _n in "ab"
    ]
    own = factories.post(Role.LEADER, approved_at=None, granted_by_id=second.person_id, granted_at=AT)
    with pytest.raises(ForbiddenError):
        posts_approve(post_ids=[granted[0].id, own.id], actor=second, at=AT)
    db.session.expire_all()
    assert granted[0].approved_at is None
    assert posts_approve(post_ids=[granted[0].id, granted[1].id, granted[0].id], actor=second, at=AT) == 2
    assert [one.approved_by_id for one in granted] == [second.person_id] * 2
