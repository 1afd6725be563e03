"""A plan goes out to its groups, and comes back before anybody began; what it asks of the villages is answered for."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from tracker import labels
from tracker.clock import local_date
from tracker.database import db, transaction
from tracker.errors import InvalidError
from tracker.languages import _
from tracker.models import InspectionRound, Person, Post, Role, RoundStop
from tracker.policy import Actor
from tracker.queries.coverage import Warned, plan_burden
from tracker.services.chain import audit_record
from tracker.services.checks import SHORT, in_force, words_of
from tracker.services.outbox import enqueue
from tracker.services.round_leftovers import leftovers_return, leftovers_take
from tracker.services.rounds import facts_of, round_for_change, target
from tracker.services.transitions import round_move
from workflows.round import RoundState


@dataclass(frozen=True)
class BurdenAnswer:
    """What the office says about villages over their ceilings: it knows, and why; ``seen`` is the digest it saw."""

    is_known: bool = False
    reason: str = ""
    seen: str = ""


def burden_digest(warned: Sequence[Warned]) -> str:
    """Return what tells one set of villages and figures from another; empty where no ceiling is broken."""
    said = repr([(one.village.id, one.month, one.figures) for one in warned])
    return hashlib.sha256(said.encode()).hexdigest()[:16] if warned else ""


def round_publish(
    *, round_id: int, version: int | None, actor: Actor, at: datetime, burden: BurdenAnswer | None = None
) -> InspectionRound:
    """Publish the plan: from now on its groups see their lists, and are told so.

    Raises ``InvalidError`` where it asks more of a village than the rules allow, unless ``burden`` answers for exactly
    these villages and figures; the audit keeps them with the reason.
    """
    with transaction():
        held = round_for_change(round_id, actor, version)
        warned = plan_burden(held) if held.state is RoundState.PLANNED else []
        held.burden_reason = _answered(warned, burden or BurdenAnswer())
        round_move(
            held, "publish",
            replace(facts_of(held, actor, at), over_ceiling=len(warned), is_burden_answered=bool(held.burden_reason)),
        )  # fmt: skip
        held.published_by_id, held.published_at = actor.person_id, at
        leftovers_take(held.id)
        audit_record("round.publish", actor=actor, at=at, target=target(held), detail=_burden_detail(held, warned))
        _tell_groups(held, "round_published", at)
    return held


def _answered(warned: Sequence[Warned], burden: BurdenAnswer) -> str:
    """Return the reason why the plan may ask so much; raise ``InvalidError`` with all that is missing."""
    if not warned:
        return ""
    errors = {}
    if not burden.is_known:
        errors["burden_known"] = _("请核对超过上限的村后勾选")
    elif burden.seen != burden_digest(warned):
        errors["burden_known"] = _("超过上限的村有变化，请重新核对后勾选")
    words = words_of("burden_reason", burden.reason, SHORT)
    if not words:
        errors["burden_reason"] = labels.word(labels.REFUSAL, "round_no_reason")
    if errors:
        raise InvalidError(errors)
    return words


def _burden_detail(held: InspectionRound, warned: Sequence[Warned]) -> dict[str, Any]:
    if not warned:
        return {}
    over = [
        {
            "village": one.village.id,
            "month": f"{one.month:%Y-%m}",
            "asked": {name: list(two) for name, *two in one.figures},
        }
        for one in warned
    ]
    return {"reason": held.burden_reason, "over": over}


def round_withdraw(*, round_id: int, version: int | None, reason: str, actor: Actor, at: datetime) -> InspectionRound:
    """Take a published plan back before anybody began; its groups are told, and no longer see it."""
    with transaction():
        held = round_for_change(round_id, actor, version)
        held.note = words_of("reason", reason)
        _tell_groups(held, "round_withdrawn", at)
        round_move(held, "withdraw", facts_of(held, actor, at, has_reason=bool(held.note)))
        held.published_at = held.published_by_id = None
        held.burden_reason = ""
        leftovers_return(held.id)
        audit_record("round.withdraw", actor=actor, at=at, target=target(held), detail={"reason": held.note})
    return held


def _tell_groups(held: InspectionRound, kind: str, at: datetime) -> None:
    counted = select(RoundStop.group_id, func.count().label("n")).where(RoundStop.round_id == held.id)
    stops = {row.group_id: row.n for row in db.session.execute(counted.group_by(RoundStop.group_id))}
    for group in held.groups:
        people = (
            select(Post.person_id)
            .join(Person, Person.id == Post.person_id)
            .where(
                *in_force(local_date(at)), Post.group_id == group.group_id,
                Post.role.in_((Role.GROUP_LEAD, Role.GROUP_MEMBER)),
            )
        )  # fmt: skip
        period = f"{held.first_day.isoformat()} – {held.last_day.isoformat()}"
        context = {"name": held.name, "period": period, "n": stops.get(group.group_id, 0)}
        enqueue(
            key=f"{kind}:{held.id}:{at.isoformat()}", recipients=db.session.scalars(people).all(), kind=kind,
            context=context, at=at, subject=target(held),
        )  # fmt: skip
