"""The report of a group on its round; with the last one the round is reported."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from tracker.clock import local_date
from tracker.database import db, transaction
from tracker.errors import InvalidError, NotFoundError, RefusedError
from tracker.languages import _
from tracker.models import InspectionRound, Person, Post, Role, RoundGroup, RoundStop
from tracker.policy import Actor
from tracker.services.chain import audit_record
from tracker.services.checks import LONG, SHORT, in_force, words_needed, words_of
from tracker.services.outbox import enqueue
from tracker.services.refusals import refused
from tracker.services.rounds import facts_of, round_for_change, target
from tracker.services.transitions import round_move
from tracker.services.visit_stops import round_begin
from tracker.services.visits import stop_missed
from workflows.engine import NOT_BY_YOU, NOT_FROM_HERE
from workflows.round import WALKABLE, StopState


def group_report(*, round_id: int, words: str, why_missed: str, actor: Actor, at: datetime) -> RoundGroup:
    """Hand in the group's report; what it has not visited by then is missed, with ``why_missed``.

    Raises ``RefusedError`` while a visit goes on or when the report was handed in before.
    """
    with transaction():
        held = round_for_change(round_id, actor)
        mine = next((one for one in held.groups if one.group_id == actor.group_id), None)
        if mine is None:
            raise NotFoundError
        if actor.role is not Role.GROUP_LEAD:
            raise refused(NOT_BY_YOU)
        if held.state not in WALKABLE or mine.reported_at is not None:
            raise refused(NOT_FROM_HERE)
        text = words_of("words", words, LONG)
        if not text:
            raise InvalidError({"words": _("请写明本轮巡查情况")})
        round_begin(held, actor, at)
        _miss_the_rest(mine, why_missed, actor, at)
        _hand_in(held, mine, text, actor, at)
        detail = {"group": mine.group_id}
        audit_record("round.group_report", actor=actor, at=at, target=target(held), detail=detail)
        _tell_office(held, mine, actor, at)
        return mine


def group_close(*, round_id: int, group_id: int, reason: str, actor: Actor, at: datetime) -> RoundGroup:
    """Close a round that is over for a group that hands in no report; the office does, and its reason is the report.

    What was not visited, or whose visit never ended, is missed with that reason.
    """
    with transaction():
        held = round_for_change(round_id, actor)
        owing = next((one for one in held.groups if one.group_id == group_id), None)
        if owing is None:
            raise NotFoundError
        if actor.role is not Role.OFFICE:
            raise refused(NOT_BY_YOU)
        if held.state not in WALKABLE or owing.reported_at is not None:
            raise refused(NOT_FROM_HERE)
        if held.last_day >= local_date(at):
            raise RefusedError(_("本轮还没有结束，报告由督导组组长提交"))
        words = words_needed("reason", reason, "round_no_reason", SHORT)
        round_begin(held, actor, at)
        for stop in _stops_of(owing):
            if stop.state in (StopState.PLANNED, StopState.STARTED):
                stop_missed(stop, words, actor, at)
        _hand_in(held, owing, words, actor, at)
        detail = {"group": group_id, "reason": words}
        audit_record("round.group_close", actor=actor, at=at, target=target(held), detail=detail)
        return owing


def _hand_in(held: InspectionRound, mine: RoundGroup, words: str, actor: Actor, at: datetime) -> None:
    mine.report, mine.reported_by_id, mine.reported_at = words, actor.person_id, at
    db.session.flush()
    if all(one.reported_at is not None for one in held.groups):
        round_move(held, "report", facts_of(held, actor, at))
        held.reported_at = at


def _stops_of(mine: RoundGroup) -> Sequence[RoundStop]:
    query = select(RoundStop).where(RoundStop.round_id == mine.round_id, RoundStop.group_id == mine.group_id)
    return db.session.scalars(query.order_by(RoundStop.id)).all()


def _miss_the_rest(mine: RoundGroup, why: str, actor: Actor, at: datetime) -> None:
    stops = _stops_of(mine)
    going_on = [stop.village.name for stop in stops if stop.state is StopState.STARTED]
    if going_on:
        raise RefusedError(_("{names} 的走访还没有结束，请先结束走访").format(names=_("、").join(going_on)))
    left = [stop for stop in stops if stop.state is StopState.PLANNED]
    reason = words_of("why_missed", why, SHORT)
    if left and not reason:
        raise InvalidError({"why_missed": _("还有 {n} 个村没有走访，请写明原因").format(n=len(left))})
    for stop in left:
        stop_missed(stop, reason, actor, at)


def _tell_office(held: InspectionRound, mine: RoundGroup, actor: Actor, at: datetime) -> None:
    office = (
        select(Post.person_id)
        .join(Person, Person.id == Post.person_id)
        .where(*in_force(local_date(at)), Post.role == Role.OFFICE)
    )
    enqueue(
        key=f"round_group_reported:{mine.id}", recipients=db.session.scalars(office).all(),
        kind="round_group_reported", context={"name": held.name, "group": mine.group.name}, at=at,
        subject=target(held),
    )  # fmt: skip
