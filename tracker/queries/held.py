"""What somebody holds by a post and would leave behind: a registry, one query a kind, so that it can be counted by set.

A new register that names people adds its kind here, and how it moves in ``services/handover_moves.py``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, case, func, literal, or_, select

from tracker.database import db
from tracker.models import Consent, Extension, Issue, Letter, Post, Role, Unit, Visit
from tracker.policy import RECEIVING
from tracker.queries.people import RESPONSIBLE
from workflows.consent import ConsentState
from workflows.extension import ExtensionState
from workflows.issue import IssueState
from workflows.letter import LetterKind, LetterState

UNDER_WAY = (
    IssueState.REGISTERED, IssueState.ASSIGNED, IssueState.RECTIFYING, IssueState.SUBMITTED, IssueState.VERIFIED,
    IssueState.SUSPENDED,
)  # fmt: skip
GROUP = (Role.GROUP_LEAD, Role.GROUP_MEMBER)
GIVERS = (Role.LEADER, Role.DEPARTMENT)  # the office answers as one for what it gave
ANSWERED = (LetterState.ISSUED, LetterState.RECEIVED)
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
        issue = self.issue if self.issue is not None else literal(None, Integer)
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


def _to_answer() -> ColumnElement[bool]:
    """Match documents that name the person, or that they received for their unit and have to reply to.

    What the unit has not received yet, and what names nobody, lies with all its posts and passes by itself.
    """
    took = and_(
        Letter.recipient_id.is_(None), Letter.state == LetterState.RECEIVED,
        func.coalesce(Letter.handed_to_id, Letter.received_by_id) == Post.person_id,
    )  # fmt: skip
    mine = or_(Letter.recipient_id == Post.person_id, took)
    return and_(Letter.state.in_(ANSWERED), Letter.recipient_unit_id == Post.unit_id, mine)


def _to_follow() -> ColumnElement[bool]:
    """Match documents whose answer the person waits for: instructions of a leader, and what they issued themselves."""
    gave = case((Letter.kind == LetterKind.INSTRUCTION, Letter.leader_id), else_=Letter.made_by_id)
    waits = Letter.state.in_((*ANSWERED, LetterState.REPLIED))
    here = or_(Post.role == Role.LEADER, Letter.made_unit_id == Post.unit_id)
    return and_(waits, func.coalesce(Letter.followed_by_id, gave) == Post.person_id, here)


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
    HeldKind("letter", RECEIVING, Letter.id, None, _to_answer()),
    HeldKind("letter_given", GIVERS, Letter.id, None, _to_follow()),
    HeldKind(
        "visit", GROUP, Visit.id, None,
        and_(
            Visit.ended_at.is_(None), Visit.group_id == Post.group_id,
            func.coalesce(Visit.handed_to_id, Visit.made_by_id) == Post.person_id,
        ),
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
