"""Inspection rounds: made, changed, put away; every act is audited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from tracker.clock import local_date
from tracker.database import db, transaction
from tracker.errors import ConflictError, InvalidError, NotFoundError, RefusedError
from tracker.languages import _
from tracker.models import InspectionRound, RoundGroup, RoundKind, RoundStop, SupervisionGroup
from tracker.policy import Actor
from tracker.policy.rounds import round_capacities, visible_rounds
from tracker.services.chain import AUDIT, audit_record, chain_lock
from tracker.services.checks import words_of
from tracker.services.refusals import refused
from tracker.services.request_keys import request_answer, request_answered
from tracker.services.transitions import LARGEST_ID, round_move
from workflows.planning.terms import Parameters
from workflows.round import RoundFacts, RoundState, StopState

LONGEST = 120  # days


@dataclass(frozen=True)
class GroupValues:
    """A group with the days it goes out, how many people it has and how many stops it makes on each."""

    group_id: int
    days: tuple[date, ...]
    people: int
    stops_a_day: int


@dataclass(frozen=True)
class RoundValues:
    """What the office sets; the days are inclusive."""

    name: str
    kind: RoundKind
    first_day: date
    last_day: date
    seed: int
    terms: Parameters
    groups: Sequence[GroupValues]


def round_create(*, values: RoundValues, client_key: str = "", actor: Actor, at: datetime) -> InspectionRound:
    """Make a round that waits for its plan; ``plan_work`` makes it.

    A form that is sent twice, with the same ``client_key``, makes one round.
    """
    _check(values)
    with transaction() as session:
        chain_lock(AUDIT)
        known = request_answer(actor, client_key)
        if known is not None:
            return session.get_one(InspectionRound, known)
        held = InspectionRound(made_by_id=actor.person_id, made_at=at, planning_since=at, seed=0, groups=[])
        _set(held, values)
        session.add(held)
        session.flush()
        request_answered(actor, client_key, made=held.id, body=f"{values}", at=at)
        audit_record("round.create", actor=actor, at=at, target=target(held))
    return held


def round_change(
    *, round_id: int, version: int | None, values: RoundValues, actor: Actor, at: datetime
) -> InspectionRound:
    """Change a round that is being planned and have its plan made anew.

    What was locked by hand stays only as far as its group still goes out on its day.
    """
    _check(values)
    with transaction() as session:
        held = round_for_change(round_id, actor, version)
        require_planned(held)
        _set(held, values)
        held.planning_since, held.planning_step, held.failure = at, 0, ""
        days = {group.group_id: group.days for group in held.groups}
        for stop in session.scalars(select(RoundStop).where(RoundStop.round_id == held.id, RoundStop.is_locked)):
            stop.is_locked = stop.day.isoformat() in days.get(stop.group_id, ())
        session.flush()
        audit_record("round.edit", actor=actor, at=at, target=target(held))
    return held


def _check(values: RoundValues) -> None:
    errors = {}
    if values.last_day < values.first_day:
        errors["last_day"] = _("结束日期不能早于开始日期")
    elif (values.last_day - values.first_day).days > LONGEST:
        errors["last_day"] = _("一轮最长 {n} 天").format(n=LONGEST)
    if not values.groups:
        errors["group_ids"] = _("请至少选择一个督导组")
    known = {group.group_id for group in values.groups}
    found = db.session.scalar(select(func.count()).where(SupervisionGroup.id.in_(known)))
    if found != len(known):
        errors["group_ids"] = _("请选择在用的督导组")
    outside = [day for group in values.groups for day in group.days if not values.first_day <= day <= values.last_day]
    if outside:
        errors["days"] = _("{day} 不在本轮期间").format(day=outside[0].isoformat())
    if errors:
        raise InvalidError(errors)


def _set(held: InspectionRound, values: RoundValues) -> None:
    held.name, held.kind = words_of("name", values.name, 80), values.kind
    held.first_day, held.last_day, held.seed = values.first_day, values.last_day, values.seed
    held.parameters = values.terms.to_dict()
    old = {group.group_id: group for group in held.groups}
    for given in values.groups:
        group = old.pop(given.group_id, None)
        if group is None:
            group = RoundGroup(group_id=given.group_id)
            held.groups.append(group)
        group.days = [day.isoformat() for day in sorted(given.days)]
        group.people, group.stops_a_day = given.people, given.stops_a_day
    for group in old.values():
        held.groups.remove(group)
        db.session.delete(group)


def round_archive(*, round_id: int, version: int | None, reason: str, actor: Actor, at: datetime) -> InspectionRound:
    """Put a reported round away, or give up one that is still being planned, which needs a reason."""
    with transaction():
        held = round_for_change(round_id, actor, version)
        trigger = "give_up" if held.state is RoundState.PLANNED else "archive"
        words = words_of("reason", reason)
        round_move(held, trigger, facts_of(held, actor, at, has_reason=bool(words)))
        held.note, held.archived_at = words or held.note, at
        audit_record(f"round.{trigger}", actor=actor, at=at, target=target(held), detail={"reason": words})
    return held


def round_for_change(round_id: int, actor: Actor, version: int | None = None) -> InspectionRound:
    """Return the round, fresh and locked, inside the caller's transaction.

    Raises ``NotFoundError`` where there is none or none the actor may learn of, ``ConflictError`` when it is no longer
    the ``version`` that the user saw.
    """
    chain_lock(AUDIT)
    if not 0 < round_id <= LARGEST_ID:
        raise NotFoundError
    query = select(InspectionRound).where(InspectionRound.id == round_id, visible_rounds(actor)).with_for_update()
    held = db.session.execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()
    if held is None:
        raise NotFoundError
    if version is not None and held.version != version:
        raise ConflictError
    return held


def require_planned(held: InspectionRound) -> None:
    """Raise unless the plan may still be changed."""
    if held.state is not RoundState.PLANNED:
        raise RefusedError(_("计划已发布，请先撤回再修改"))


def require_settled(held: InspectionRound) -> None:
    """Raise unless stops may be changed by hand: a plan in the making would be kept over what was changed meanwhile."""
    require_planned(held)
    if held.planning_since is not None:
        raise refused("round_being_planned")


def facts_of(held: InspectionRound, actor: Actor, at: datetime, *, has_reason: bool = False) -> RoundFacts:
    """Return what the law asks about a round."""
    today = local_date(at)
    stops = select(func.count()).where(RoundStop.round_id == held.id)
    walked = stops.where(RoundStop.state.in_((StopState.STARTED, StopState.DONE, StopState.MISSED)))
    return RoundFacts(
        capacities=round_capacities(actor),
        has_stops=bool(db.session.scalar(stops)),
        is_being_planned=held.planning_since is not None,
        has_begun=bool(db.session.scalar(walked)),
        is_over=held.last_day < today,
        first_day_came=held.first_day <= today,
        has_reason=has_reason,
        open_groups=sum(group.reported_at is None for group in held.groups),
    )


def target(held: InspectionRound) -> str:
    """Return how the audit names a round: by its number alone, for its name may be nobody else's business."""
    return f"round:{held.id}"
