"""Posts: granted by one security administrator, approved by another, taken back at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select

from tracker.clock import local_date
from tracker.database import db, transaction
from tracker.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError, RefusedError
from tracker.languages import _
from tracker.models import ADMIN_ROLES, Person, Post, Role, SupervisionGroup, Unit, UnitKind
from tracker.policy import Actor
from tracker.services.chain import AUDIT, audit_record, chain_lock
from tracker.services.outbox import enqueue

APPROVE_WITHIN = timedelta(hours=24)
_COUNTY = frozenset({UnitKind.COUNTY, UnitKind.OFFICE, UnitKind.DEPARTMENT})
_TOWNS = frozenset({UnitKind.TOWNSHIP, UnitKind.STREET})
_VILLAGES = frozenset({UnitKind.VILLAGE, UnitKind.COMMUNITY})
GROUP_ROLES = frozenset({Role.GROUP_LEAD, Role.GROUP_MEMBER})
UNIT_KINDS: dict[Role, frozenset[UnitKind]] = {
    Role.OFFICE: _COUNTY,
    Role.LEADER: _COUNTY,
    Role.DEPARTMENT: frozenset({UnitKind.DEPARTMENT, UnitKind.OFFICE}),
    Role.ASSIGNEE: frozenset(UnitKind),
    Role.TOWNSHIP: _TOWNS,
    Role.VILLAGE: _VILLAGES,
}  # the roles that sit at a unit, and at which kinds of it


@dataclass(frozen=True)
class PostValues:
    """One role at one unit or group; ``valid_from`` ``None`` begins today, ``valid_to`` is inclusive."""

    role: Role
    unit_id: int | None = None
    group_id: int | None = None
    title: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


def place_checked(values: PostValues) -> None:
    """Raise ``InvalidError`` unless the role sits where such a role sits."""
    unit = db.session.get(Unit, values.unit_id) if values.unit_id is not None else None
    kinds = UNIT_KINDS.get(values.role)
    if values.unit_id is not None and unit is None:
        raise InvalidError({"unit_id": _("请从列表中选择单位")})
    if kinds is not None and (unit is None or unit.kind not in kinds):
        raise InvalidError({"unit_id": _("这个岗位请选择相应类别的单位")})
    if values.role in GROUP_ROLES and (
        values.group_id is None or db.session.get(SupervisionGroup, values.group_id) is None
    ):
        raise InvalidError({"group_id": _("请选择督导组")})


def post_grant(
    *, person_id: int, values: PostValues, actor: Actor, at: datetime, needs_second: bool = True
) -> Post:  # fmt: skip
    """Grant a post; it acts once a second security administrator approves it, or at once where none is needed."""
    with transaction() as session:
        chain_lock(AUDIT)
        person = session.get(Person, person_id)
        if person is None or not person.is_active:
            raise NotFoundError
        if person_id == actor.person_id:
            raise ForbiddenError(_("不能给自己授予岗位"))
        place_checked(values)
        _separate(person_id, values, at)
        post = _granted(person_id, values, actor, at)
        session.add(post)
        session.flush()
        audit_record("post.grant", actor=actor, at=at, target=f"post:{post.id}", detail=_told(post))
        if not needs_second:
            _take_effect(post, person, actor, at)
    return post


def _granted(person_id: int, values: PostValues, actor: Actor, at: datetime) -> Post:
    begin = values.valid_from or local_date(at)
    if values.valid_to is not None and values.valid_to < begin:
        raise InvalidError({"valid_to": _("结束日期不能早于开始日期")})
    unit_id = None if values.role in ADMIN_ROLES | GROUP_ROLES else values.unit_id
    return Post(
        person_id=person_id, role=values.role, unit_id=unit_id, title=values.title, valid_from=begin,
        group_id=values.group_id if values.role in GROUP_ROLES else None, valid_to=values.valid_to,
        granted_by_id=actor.person_id, granted_at=at,
    )  # fmt: skip


def _told(post: Post) -> dict[str, object]:
    return {"person": post.person_id, "role": post.role.value, "unit": post.unit_id, "group": post.group_id}


def _unended(person_id: int, at: datetime) -> list[Post]:
    today = local_date(at)
    lasting = or_(Post.valid_to.is_(None), Post.valid_to >= today)
    return list(db.session.scalars(select(Post).where(Post.person_id == person_id, lasting).order_by(Post.id)))


def _separate(person_id: int, values: PostValues, at: datetime) -> None:
    """Keep the three powers apart from each other and from all business, on the person, pending posts included."""
    held = _unended(person_id, at)
    if any((post.role, post.unit_id, post.group_id) == (values.role, values.unit_id, values.group_id) for post in held):
        raise InvalidError({"role": _("此人已有或正在申请这个岗位")})
    others = {post.role for post in held} - {values.role}
    if others and (values.role in ADMIN_ROLES or others & ADMIN_ROLES):
        raise InvalidError({"role": _("系统、安全、审计管理员三员分立，也不能兼任业务岗位")})


def _pending(post_id: int, at: datetime) -> Post:
    chain_lock(AUDIT)
    post = db.session.get(Post, post_id, populate_existing=True)
    if post is None:
        raise NotFoundError
    if post.approved_at is not None or _has_ended(post, at):
        raise ConflictError(_("这项授予已被他人处理，请刷新"))
    return post


def _has_ended(post: Post, at: datetime) -> bool:
    return post.valid_to is not None and post.valid_to < local_date(at)


def post_approve(*, post_id: int, actor: Actor, at: datetime) -> Post:
    """Approve what another security administrator granted within a day; the person's sessions end."""
    with transaction():
        post = _pending(post_id, at)
        if actor.person_id in (post.granted_by_id, post.person_id):
            raise ForbiddenError(_("授予与审批须由两名不同的安全管理员办理，且不能审批自己的岗位"))
        if at - post.granted_at > APPROVE_WITHIN:
            raise RefusedError(_("授予已超过24小时，请撤回后重新授予"))
        _take_effect(post, db.session.get_one(Person, post.person_id), actor, at)
    return post


def posts_approve(*, post_ids: Sequence[int], actor: Actor, at: datetime) -> int:
    """Approve several grants at once, all of them or none; return how many. Each is judged as if it were alone."""
    with transaction():
        for post_id in dict.fromkeys(post_ids):
            post_approve(post_id=post_id, actor=actor, at=at)
    return len(dict.fromkeys(post_ids))


def _take_effect(post: Post, person: Person, actor: Actor, at: datetime) -> None:
    post.approved_by_id, post.approved_at = actor.person_id, at
    person.security_epoch += 1
    audit_record("post.approve", actor=actor, at=at, target=f"post:{post.id}", detail=_told(post))
    enqueue(
        key=f"post.approve:{post.id}", recipients=[person.id], kind="post_approved",
        context={"role": post.role.value, "title": post.title}, at=at,
    )  # fmt: skip


def post_withdraw(*, post_id: int, actor: Actor, at: datetime) -> Post:
    """Drop a grant that is not approved; it never acts."""
    with transaction():
        post = _pending(post_id, at)
        post.valid_to = min(local_date(at), post.valid_from) - timedelta(days=1)
        audit_record("post.withdraw", actor=actor, at=at, target=f"post:{post.id}", detail=_told(post))
    return post


def post_revoke(*, post_id: int, actor: Actor, at: datetime) -> Post:
    """Take a post back at once, ending the person's sessions; one of each kind of administrator stays.

    One security administrator is enough: to take a right away must not wait for a second.
    """
    with transaction() as session:
        chain_lock(AUDIT)
        post = session.get(Post, post_id, populate_existing=True)
        if post is None or post.approved_at is None:
            raise NotFoundError
        if _has_ended(post, at):
            raise ConflictError(_("这个岗位已经结束，请刷新"))
        if post.person_id == actor.person_id:
            raise ForbiddenError(_("不能撤销自己的岗位"))
        last_admin_kept(post.person_id, post.role, at)
        post.valid_to = local_date(at) - timedelta(days=1)
        session.get_one(Person, post.person_id).security_epoch += 1
        audit_record("post.revoke", actor=actor, at=at, target=f"post:{post.id}", detail=_told(post))
    return post


def last_admin_kept(person_id: int, role: Role | None, at: datetime) -> None:
    """Raise ``RefusedError`` if without this person (in ``role``, or at all) a kind of administrator would be gone."""
    today = local_date(at)
    lasting = or_(Post.valid_to.is_(None), Post.valid_to >= today)
    in_force = (Post.approved_at.is_not(None), Post.valid_from <= today, lasting)
    wanted = ADMIN_ROLES if role is None else ADMIN_ROLES & {role}
    query = select(Post.role, Post.person_id).join(Person, Person.id == Post.person_id)
    holders = db.session.execute(query.where(Post.role.in_(wanted), Person.is_active, *in_force)).all()
    held = {one for one, holder in holders if holder == person_id}
    if held - {one for one, holder in holders if holder != person_id}:
        raise RefusedError(_("系统、安全、审计管理员各至少保留一名"))
