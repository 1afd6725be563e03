"""Handing over what a post holds 交接: stated by one, accepted by another, moved in one act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from tracker import labels
from tracker.clock import local_date
from tracker.database import db, transaction
from tracker.errors import ConflictError, InvalidError, NotFoundError
from tracker.models import Handover, Issue, Person, Post
from tracker.policy import Actor, actor_of
from tracker.policy.handovers import handover_capacities, visible_handovers
from tracker.queries.handovers import is_gone, pending_for, post_for, successors
from tracker.queries.held import Held, held_by
from tracker.services.chain import ISSUES, audit_record, chain_lock, events_record
from tracker.services.checks import in_range, words_of
from tracker.services.feeds import feeds_end
from tracker.services.handover_moves import MOVERS, issues_named, numbers_of
from tracker.services.outbox import enqueue
from tracker.services.refusals import refused
from tracker.services.transitions import handover_move
from workflows.handover import HandoverFacts, HandoverState, handover_request_refusal

MOVED, GONE = "moved", "gone"
_FIELDS = {
    "no_reason": "reason", "handover_to_yourself": "receiver_id", "handover_misfit": "receiver_id",
    "handover_empty": "receiver_id",
}  # fmt: skip


def handover_propose(
    *, post_id: int, receivers: Mapping[str, int], reason: str = "", actor: Actor, at: datetime
) -> list[Handover]:
    """State what passes to whom: ``receivers`` maps kinds to people; one handover comes of it for each person.

    A kind of which nothing is held, or that is not named, is left out. Raises ``InvalidError`` for a person who cannot
    take over or a missing reason, ``RefusedError`` where one of the kinds waits for an answer already.
    """
    with transaction():
        chain_lock(ISSUES)
        post = post_for(post_id, actor)
        words = words_of("reason", reason, 1000)
        held = held_by(post)
        by_person: dict[int, list[str]] = {}
        for kind in dict.fromkeys(one.kind for one in held):
            if kind in receivers:
                by_person.setdefault(receivers[kind], []).append(kind)
        if not by_person:
            raise InvalidError({"receiver_id": _said("handover_empty" if not held else "handover_misfit")})
        return [_proposed(post, person, kinds, held, words, actor, at) for person, kinds in by_person.items()]


def _said(code: str) -> str:
    return labels.word(labels.REFUSAL, code)


def _proposed(
    post: Post, receiver_id: int, kinds: Sequence[str], held: Sequence[Held], reason: str, actor: Actor, at: datetime
) -> Handover:
    pending = {kind for one in pending_for(post.id) for kind in one.kinds}
    facts = _facts(post, receiver_id, actor, at, has_reason=bool(reason), is_pending=not pending.isdisjoint(kinds))
    code = handover_request_refusal(facts)
    if code in _FIELDS:
        raise InvalidError({_FIELDS[code]: _said(code)})
    if code:
        raise refused(code)
    handover = Handover(
        state=HandoverState.PROPOSED, post_id=post.id, giver_id=post.person_id, receiver_id=receiver_id,
        group_id=post.group_id, unit_id=post.unit_id, kinds=list(kinds), reason=reason,
        content=[_row(one) for one in held if one.kind in kinds], proposed_by_id=actor.person_id, proposed_at=at,
    )  # fmt: skip
    db.session.add(handover)
    db.session.flush()
    audit_record("handover.propose", actor=actor, at=at, target=_target(handover), detail=_told(handover))
    _tell("handover_proposed", handover, [receiver_id, post.person_id], len(handover.content), actor, at)
    return handover


def handover_accept(*, handover_id: int, actor: Actor, at: datetime, version: int | None = None) -> Handover:
    """Take over everything of these kinds that is held now, in one act; what came since the statement comes along."""
    with transaction():
        handover, post = _for_change(handover_id, actor, version)
        handover_move(handover, "accept", _facts(post, handover.receiver_id, actor, at, handover=handover))
        held = held_by(post, handover.kinds)
        stays = _moved(handover, held, _receiver(handover, post, local_date(at)))
        handover.result = _result(handover, held, stays)
        handover.decided_by_id, handover.decided_at = actor.person_id, at
        db.session.flush()
        gone = [one for one in held if (one.kind, one.key) not in stays]
        _record(handover, gone, actor, at)
        feeds = feeds_end(handover.giver_id)
        counts = {"moved": len(gone), "stayed": len(stays), "feeds": feeds}
        detail = _told(handover) | numbers_of(gone) | counts
        audit_record("handover.accept", actor=actor, at=at, target=_target(handover), detail=detail)
        _tell("handover_accepted", handover, _parties(handover), _count(handover, MOVED), actor, at)
    return handover


def handover_decline(
    *, handover_id: int, opinion: str, actor: Actor, at: datetime, version: int | None = None
) -> Handover:
    """Send a handover back with a reason; nothing moves."""
    with transaction():
        handover, post = _for_change(handover_id, actor, version)
        words = words_of("opinion", opinion, 1000)
        facts = _facts(post, handover.receiver_id, actor, at, handover=handover, has_reason=bool(words))
        _ended(handover, "decline", facts, words, actor, at)
        _tell("handover_declined", handover, _parties(handover), len(handover.content), actor, at, words)
    return handover


def handover_withdraw(*, handover_id: int, actor: Actor, at: datetime, version: int | None = None) -> Handover:
    """Take a statement back before it is accepted; nothing moves."""
    with transaction():
        handover, post = _for_change(handover_id, actor, version)
        facts = _facts(post, handover.receiver_id, actor, at, handover=handover)
        _ended(handover, "withdraw", facts, "", actor, at)
        _tell("handover_withdrawn", handover, _parties(handover), len(handover.content), actor, at)
    return handover


def _ended(handover: Handover, trigger: str, facts: HandoverFacts, opinion: str, actor: Actor, at: datetime) -> None:
    handover_move(handover, trigger, facts)
    handover.decided_by_id, handover.decided_at, handover.opinion = actor.person_id, at, opinion
    db.session.flush()
    audit_record(f"handover.{trigger}", actor=actor, at=at, target=_target(handover), detail=_told(handover))


def _for_change(handover_id: int, actor: Actor, version: int | None) -> tuple[Handover, Post]:
    chain_lock(ISSUES)
    query = select(Handover).where(Handover.id == handover_id, visible_handovers(actor))
    found = db.session.scalars(query, execution_options={"populate_existing": True}).first()
    if not in_range(handover_id) or found is None:
        raise NotFoundError
    if version is not None and found.version != version:
        raise ConflictError
    return found, db.session.get_one(Post, found.post_id)


def _facts(
    post: Post, receiver_id: int, actor: Actor, at: datetime, *, handover: Handover | None = None,
    has_reason: bool = True, is_pending: bool = False,
) -> HandoverFacts:  # fmt: skip
    today = local_date(at)
    return HandoverFacts(
        capacities=handover_capacities(
            actor, giver_id=post.person_id, group_id=post.group_id, receiver_id=receiver_id if handover else None
        ),
        giver_is_gone=is_gone(post, today),
        receiver_fits=receiver_id in {one.person_id for one in successors(post, today)},
        receiver_is_actor=receiver_id == actor.person_id,
        actor_proposed=handover is not None and handover.proposed_by_id == actor.person_id,
        is_pending=is_pending,
        holds_something=True,
        has_reason=has_reason,
    )


def _receiver(handover: Handover, post: Post, today: date) -> Actor:
    """Return the receiver in the post by which they may take over, whichever they act in."""
    fits = next(one for one in successors(post, today) if one.person_id == handover.receiver_id)
    return actor_of(fits, today)


def _moved(handover: Handover, held: Sequence[Held], to: Actor) -> dict[tuple[str, int], str]:
    """Move everything that can move; return what stays and why."""
    stays: dict[tuple[str, int], str] = {}
    for kind in handover.kinds:
        ids = [one.key for one in held if one.kind == kind]
        stays |= {(kind, key): code for key, code in MOVERS[kind](ids, to).items()} if ids else {}
    return stays


def _row(one: Held) -> dict[str, Any]:
    return {"kind": one.kind, "id": one.key, "issue_id": one.issue_id}


def _result(handover: Handover, held: Sequence[Held], stays: Mapping[tuple[str, int], str]) -> list[dict[str, Any]]:
    """Return what became of everything stated, and of what appeared since."""
    stated = {(row["kind"], row["id"]): row for row in handover.content}
    now = {(one.kind, one.key) for one in held}
    rows = [
        _row(one) | {"fate": stays.get((one.kind, one.key), MOVED), "is_new": (one.kind, one.key) not in stated}
        for one in held
    ]
    return rows + [row | {"fate": GONE, "is_new": False} for key, row in stated.items() if key not in now]


def _record(handover: Handover, gone: Sequence[Held], actor: Actor, at: datetime) -> None:
    """Append one event to each issue of which something moved."""
    kinds = issues_named(gone)
    states = dict(db.session.execute(select(Issue.id, Issue.state).where(Issue.id.in_(list(kinds)))).all())
    names = _names(handover)
    told = {"handover_id": handover.id, "from_id": handover.giver_id, "from": names[0], "to_id": handover.receiver_id,
            "to": names[1]}  # fmt: skip
    rows = [
        (issue_id, {"source": states[issue_id], "dest": states[issue_id], "detail": told | {"held": sorted(what)}})
        for issue_id, what in sorted(kinds.items())
    ]
    events_record(rows, "handover", actor=actor, at=at)


def _names(handover: Handover) -> tuple[str, str]:
    query = select(Person.id, Person.name).where(Person.id.in_((handover.giver_id, handover.receiver_id)))
    names = dict(db.session.execute(query).all())
    return names[handover.giver_id], names[handover.receiver_id]


def _count(handover: Handover, fate: str) -> int:
    return sum(row["fate"] == fate for row in handover.result)


def _target(handover: Handover) -> str:
    return f"handover:{handover.id}"


def _told(handover: Handover) -> dict[str, Any]:
    return {"from": handover.giver_id, "to": handover.receiver_id, "post": handover.post_id, "kinds": handover.kinds,
            "stated": len(handover.content)}  # fmt: skip


def _parties(handover: Handover) -> list[int]:
    return [handover.giver_id, handover.receiver_id, handover.proposed_by_id]


def _tell(
    kind: str, handover: Handover, recipients: Sequence[int], n: int, actor: Actor, at: datetime, words: str = ""
) -> None:
    giver, receiver = _names(handover)
    enqueue(
        key=f"handover:{handover.id}:{kind}", recipients=set(recipients) - {actor.person_id}, kind=kind, at=at,
        context={"giver": giver, "receiver": receiver, "n": n, "who": actor.name, "words": words[:80]},
        subject=f"handover:{handover.id}",
    )  # fmt: skip
