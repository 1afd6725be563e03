"""The office's hand in a plan: moving, adding, removing stops; the rules of the generator hold here too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select

from tracker import labels
from tracker.database import db, transaction
from tracker.errors import InvalidError, NotFoundError, RefusedError
from tracker.languages import _
from tracker.models import InspectionRound, Issue, RoundGroup, RoundLeftOut, RoundStop, RoundTask
from tracker.policy import Actor
from tracker.queries.round_rules import days_of, other_group_looks, round_rules
from tracker.services.chain import audit_record
from tracker.services.checks import words_needed
from tracker.services.planning.keep import reckon, task
from tracker.services.rounds import require_settled, round_for_change, target
from workflows.issue import IssueState
from workflows.planning.plan import Due
from workflows.planning.terms import LeftOutWhy, Parameters, TaskKind


def stop_place(
    *, round_id: int, stop_id: int, group_id: int, day: date, position: int, actor: Actor, at: datetime
) -> RoundStop:
    """Move a stop to a group, a day and a position from 1; it is locked there.

    Raises ``RefusedError`` with the rule that forbids it.
    """
    with transaction():
        held, stop = _stop(round_id, stop_id, actor)
        issues = [one.issue_id for one in stop.tasks if one.issue_id is not None]
        _permit(held, group_id, stop.village_id, day, issues, besides=stop)
        was = (stop.group_id, stop.day)
        stop.group_id, stop.day, stop.is_locked = group_id, day, True
        db.session.flush()
        _order(held.id, *was)
        _order(held.id, group_id, day, stop, position)
        detail = {"stop": stop.id, "from": [was[0], was[1].isoformat()], "to": [group_id, day.isoformat(), position]}
        audit_record("round.stop_move", actor=actor, at=at, target=target(held), detail=detail)
    return stop


def stop_release(*, round_id: int, stop_id: int, is_locked: bool, actor: Actor, at: datetime) -> RoundStop:
    """Lock a stop where it is, or let the generator move it again."""
    with transaction():
        held, stop = _stop(round_id, stop_id, actor)
        stop.is_locked = is_locked
        detail = {"stop": stop.id, "locked": is_locked}
        audit_record("round.stop_lock", actor=actor, at=at, target=target(held), detail=detail)
    return stop


def stop_remove(*, round_id: int, stop_id: int, reason: str, actor: Actor, at: datetime) -> None:
    """Take a stop out of the plan; what was due there is listed as left out, with the reason."""
    words = words_needed("reason", reason, "round_no_reason", 200)
    with transaction() as session:
        held, stop = _stop(round_id, stop_id, actor)
        for one in stop.tasks:
            session.add(
                RoundLeftOut(
                    round_id=held.id, village_id=stop.village_id, issue_id=one.issue_id, kind=one.kind,
                    reason=one.reason, params=one.params, need=one.need, why=LeftOutWhy.REMOVED,
                    group_id=stop.group_id, note=words,
                )
            )  # fmt: skip
            session.delete(one)
        session.flush()
        session.delete(stop)
        session.flush()
        _order(held.id, stop.group_id, stop.day)
        detail = {"village": stop.village_id, "group": stop.group_id, "reason": words}
        audit_record("round.stop_remove", actor=actor, at=at, target=target(held), detail=detail)


def stop_add(
    *, round_id: int, village_id: int, group_id: int, day: date, note: str, actor: Actor, at: datetime
) -> RoundStop:
    """Put a village into the plan by hand, at the end of the group's day, with everything due there that it may do."""
    words = words_needed("note", note, "round_no_reason", 200)
    with transaction() as session:
        held = round_for_change(round_id, actor)
        require_settled(held)
        _permit(held, group_id, village_id, day, [])
        stop = RoundStop(
            round_id=held.id, group_id=group_id, village_id=village_id, day=day, position=999, is_locked=True, tasks=[]
        )
        session.add(stop)
        stop.tasks.append(task(Due(village_id, TaskKind.BY_HAND, "by_hand", 1, None, {"note": words})))
        _take_over(held, stop)
        reckon(stop)
        session.flush()
        _order(held.id, group_id, day)
        detail = {"village": village_id, "group": group_id, "day": day.isoformat(), "note": words}
        audit_record("round.stop_add", actor=actor, at=at, target=target(held), detail=detail)
    return stop


def _take_over(held: InspectionRound, stop: RoundStop) -> None:
    """Move what had been left out in this village into the stop, as far as this group may do it."""
    left = select(RoundLeftOut).where(RoundLeftOut.round_id == held.id, RoundLeftOut.village_id == stop.village_id)
    for one in db.session.scalars(left.order_by(RoundLeftOut.id)):
        if one.issue_id is not None and _barred(held, stop.group_id, [one.issue_id]):
            continue
        stop.tasks.append(
            RoundTask(kind=one.kind, issue_id=one.issue_id, reason=one.reason, params=one.params, need=one.need)
        )
        db.session.delete(one)


def _stop(round_id: int, stop_id: int, actor: Actor) -> tuple[InspectionRound, RoundStop]:
    held = round_for_change(round_id, actor)
    stop = db.session.get(RoundStop, stop_id, populate_existing=True)
    if stop is None or stop.round_id != held.id:
        raise NotFoundError
    require_settled(held)
    return held, stop


def _permit(
    held: InspectionRound, group_id: int, village_id: int, day: date, issues: Sequence[int],
    besides: RoundStop | None = None,
) -> None:  # fmt: skip
    """Raise where a rule forbids this group to go to this village on this day."""
    group = next((one for one in held.groups if one.group_id == group_id), None)
    if group is None:
        raise InvalidError({"group_id": _("请选择参加本轮的督导组")})
    if day not in days_of(group):
        raise InvalidError({"day": _("该组这一天不出组，请另选日期")})
    _permit_pair(held, group_id, village_id, day, issues)
    _permit_room(held, group, village_id, day, besides)


def _permit_pair(held: InspectionRound, group_id: int, village_id: int, day: date, issues: Sequence[int]) -> None:
    rules = round_rules(held)
    pair = (group_id, village_id)
    if day not in rules.roster.get(pair, ()):
        raise _against(LeftOutWhy.NO_GROUP)
    if pair in rules.barred:
        raise _against(rules.barred[pair])
    why = _barred(held, group_id, issues)
    if why is not None:
        raise _against(why)


def _permit_room(
    held: InspectionRound, group: RoundGroup, village_id: int, day: date, besides: RoundStop | None
) -> None:
    own = besides.id if besides is not None else None
    stops = [
        stop for stop in db.session.scalars(select(RoundStop).where(RoundStop.round_id == held.id)) if stop.id != own
    ]
    here = [stop for stop in stops if stop.village_id == village_id]
    if any(stop.group_id == group.group_id for stop in here):
        raise RefusedError(_("该组本轮已有这个村（社区）"))
    if len(here) >= Parameters.from_dict(held.parameters).visits_a_village:
        raise RefusedError(_("这个村（社区）本轮的走访次数已到上限，请先移出另一组的走访点"))
    if sum((stop.group_id, stop.day) == (group.group_id, day) for stop in stops) >= group.stops_a_day:
        raise RefusedError(_("该组这一天已排满 {n} 个走访点，请另选日期或先移出一个").format(n=group.stops_a_day))


def _barred(held: InspectionRound, group_id: int, issues: Sequence[int]) -> LeftOutWhy | None:
    """Return why the group may not do one of these issues: its own unit's, or by policy what it found or re-checked."""
    if not issues:
        return None
    units = round_rules(held).units.get(group_id, frozenset())
    other = Parameters.from_dict(held.parameters).other_group_rechecks
    looks = other_group_looks(held)
    query = select(Issue.responsible_unit_id, Issue.found_by_group_id, Issue.verified_group_id, Issue.state)
    for unit, finder, verifier, state in db.session.execute(query.where(Issue.id.in_(issues))):
        if unit in units:
            return LeftOutWhy.OWN_UNIT
        if other and finder == group_id and state is IssueState.SUBMITTED:
            return LeftOutWhy.FINDER
        if looks and verifier == group_id and state is IssueState.SIGNED_OFF:
            return LeftOutWhy.VERIFIER
    return None


def _against(why: LeftOutWhy) -> RefusedError:
    return RefusedError(_("不能这样安排：{why}").format(why=labels.word(labels.LEFT_OUT, why)), why.value)


def _order(round_id: int, group_id: int, day: date, moved: RoundStop | None = None, position: int = 0) -> None:
    """Number a group's day from 1; ``moved`` takes the position it was given, as far as the day reaches."""
    query = select(RoundStop).where(
        RoundStop.round_id == round_id, RoundStop.group_id == group_id, RoundStop.day == day
    )
    stops = [s for s in db.session.scalars(query.order_by(RoundStop.position, RoundStop.id)) if s is not moved]
    if moved is not None:
        stops.insert(min(max(position - 1, 0), len(stops)), moved)
    for number, stop in enumerate(stops, 1):
        if stop.position != number:
            stop.position = number
    db.session.flush()
