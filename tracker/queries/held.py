"""What somebody holds by a post and would leave behind: a registry, one query a kind, so that it can be counted by set.

A new register that names people adds its kind here, and how it moves in ``services/handover_moves.py``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from tracker.database import db
from tracker.models import Consent, Extension, Issue, Post, Role, Unit
from tracker.queries.people import RESPONSIBLE
from workflows.consent import ConsentState
from workflows.extension import ExtensionState
from workflows.issue import IssueState

UNDER_WAY = (
    IssueState.REGISTERED, IssueState.ASSIGNED, IssueState.RECTIFYING, IssueState.SUBMITTED, IssueState.VERIFIED,
    IssueState.SUSPENDED,
)  # fmt: skip
GROUP = (Role.GROUP_LEAD, Role.GROUP_MEMBER)
FINDERS = (Role.OFFICE, *GROUP, Role.TOWNSHIP, Role.VILLAGE, Role.REPORTER)


@dataclass(frozen=True)
class HeldKind:
    """One kind of thing that a post can hold; ``on`` joins ``Post`` to the table of ``key`` for posts of ``roles``."""

    code: str
    roles: tuple[Role, ...]
    key: Any
    issue: Any
    on: ColumnElement[bool]

    def query(self) -> Select[Any]:
        """Return (post, key, issue or nothing) of what posts of these roles hold."""
        issue = self.issue if self.issue is not None else func.coalesce(None)
        return (
            select(Post.id.label("post_id"), self.key.label("key"), issue.label("issue_id"))
            .join_from(Post, self.key.class_, self.on)
            .where(Post.role.in_(self.roles))
        )


@dataclass(frozen=True)
class Held:
    """One thing that is held; ``key`` is its id among its kind."""

    kind: str
    key: int
    issue_id: int | None


def _at_own_unit() -> ColumnElement[bool]:
    """Match issues of the post's unit, and of the grids below its village."""
    grids = select(Unit.id).where(Unit.parent_id == Post.unit_id).correlate(Post)
    return or_(Issue.responsible_unit_id == Post.unit_id, Issue.responsible_unit_id.in_(grids))


def _found_here() -> ColumnElement[bool]:
    """Match what was found for the post's group, or for none by a post outside the groups."""
    return or_(
        Issue.found_by_group_id == Post.group_id, and_(Issue.found_by_group_id.is_(None), Post.group_id.is_(None))
    )


def waits_for(request: type[Extension] | type[Consent]) -> ColumnElement[int]:
    """Return who waits for the answer to a request: who asked, or who took it over."""
    return func.coalesce(request.handed_to_id, request.asked_by_id)


KINDS: tuple[HeldKind, ...] = (
    HeldKind(
        "responsible", RESPONSIBLE, Issue.id, Issue.id,
        and_(Issue.responsible_id == Post.person_id, Issue.state.in_(UNDER_WAY), _at_own_unit()),
    ),
    HeldKind(
        "sponsored", (Role.LEADER,), Issue.id, Issue.id,
        and_(Issue.sponsor_id == Post.person_id, Issue.state.in_(UNDER_WAY)),
    ),
    HeldKind(
        "draft", FINDERS, Issue.id, Issue.id,
        and_(Issue.created_by_id == Post.person_id, Issue.state == IssueState.DRAFT, _found_here()),
    ),
    HeldKind(
        "extension", RESPONSIBLE, Extension.id, Extension.issue_id,
        and_(
            waits_for(Extension) == Post.person_id, Extension.state == ExtensionState.REQUESTED,
            Extension.asked_unit_id == Post.unit_id,
        ),
    ),
    HeldKind(
        "consent", (Role.OFFICE, *GROUP), Consent.id, Consent.issue_id,
        and_(waits_for(Consent) == Post.person_id, Consent.state == ConsentState.REQUESTED),
    ),
)  # fmt: skip


def held_counts(posts: Iterable[Post]) -> dict[int, dict[str, int]]:
    """Return post → kind → how many of it the post holds; kinds and posts without anything are left out."""
    found: dict[int, dict[str, int]] = {}
    given = list(posts)
    for kind in KINDS:
        ids = [post.id for post in given if post.role in kind.roles]
        if not ids:
            continue
        held = kind.query().where(Post.id.in_(ids)).subquery()
        for post_id, n in db.session.execute(select(held.c.post_id, func.count()).group_by(held.c.post_id)):
            found.setdefault(post_id, {})[kind.code] = n
    return found


def held_totals(posts: Iterable[Post]) -> dict[int, int]:
    """Return post → how much of any kind it holds; posts without anything are left out."""
    return {post_id: sum(kinds.values()) for post_id, kinds in held_counts(posts).items()}


def held_by(post: Post, kinds: Collection[str] | None = None) -> list[Held]:
    """Return everything a post holds, of these kinds or of all, in the order of the kinds and of the ids."""
    wanted = [kind for kind in KINDS if post.role in kind.roles and (kinds is None or kind.code in kinds)]
    return [
        Held(kind.code, row.key, row.issue_id)
        for kind in wanted
        for row in db.session.execute(kind.query().where(Post.id == post.id).order_by(kind.key))
    ]
