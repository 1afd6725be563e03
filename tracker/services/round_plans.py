"""Making the plan of a round: asked for, made in the background, kept; made again where a process died over it."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, select, update

from tracker.clock import local_date
from tracker.database import db, transaction
from tracker.errors import TrackerError
from tracker.languages import _
from tracker.models import InspectionRound
from tracker.policy import Actor
from tracker.services.chain import audit_record
from tracker.services.planning.gather import plan_input
from tracker.services.planning.keep import plan_keep
from tracker.services.planning.solver import solve
from tracker.services.rounds import require_planned, round_for_change, target
from workflows.planning.plan import make_plan
from workflows.round import RoundState

_LOG = logging.getLogger(__name__)
LEASE = timedelta(seconds=60)
STEPS = 3


def plan_request(*, round_id: int, version: int | None, actor: Actor, at: datetime) -> InspectionRound:
    """Note that the plan is to be made anew; what is locked by hand stays. ``plan_work`` does it."""
    with transaction():
        held = round_for_change(round_id, actor, version)
        require_planned(held)
        held.planning_since, held.planning_step, held.failure = at, 0, ""
        audit_record("round.plan", actor=actor, at=at, target=target(held))
    return held


def plan_work(round_id: int, at: datetime) -> None:
    """Make the plan that was asked for, unless somebody is at it already; a failure is told on the round's page."""
    if not _step(round_id, 0, 1):
        return
    try:
        _make(round_id, at)
    except TrackerError as error:
        db.session.rollback()
        _fail(round_id, error.message)
    except BaseException:
        db.session.rollback()
        _LOG.exception("round %s: planning failed", round_id)
        _fail(round_id, _("处理时发生意外错误，请重试；仍不成功请联系系统管理员"))
        raise


def _make(round_id: int, at: datetime) -> None:
    held = db.session.get_one(InspectionRound, round_id, populate_existing=True)
    since = held.planning_since
    given = plan_input(held, local_date(at))
    db.session.rollback()  # the solver must not keep a reading transaction open
    _step(round_id, 1, 2)
    plan = make_plan(given, solve)
    _step(round_id, 2, STEPS)
    with transaction() as session:
        query = select(InspectionRound).where(InspectionRound.id == round_id).with_for_update()
        held = session.execute(query, execution_options={"populate_existing": True}).scalar_one()
        # Somebody asked again meanwhile, or it was published: then this plan is nobody's.
        if held.state is RoundState.PLANNED and held.planning_since == since:
            plan_keep(held, plan, at)


def _step(round_id: int, here: int, there: int) -> bool:
    with transaction() as session:
        moved = session.execute(
            update(InspectionRound)
            .where(
                InspectionRound.id == round_id, InspectionRound.planning_since.is_not(None),
                InspectionRound.planning_step == here,
            )
            .values(planning_step=there)
        )  # fmt: skip
    return isinstance(moved, CursorResult) and moved.rowcount == 1


def _fail(round_id: int, words: str) -> None:
    with transaction() as session:
        session.execute(
            update(InspectionRound)
            .where(InspectionRound.id == round_id)
            .values(planning_since=None, failure=words)
        )  # fmt: skip


def plans_resume(at: datetime) -> int:
    """Make the plans that a process left behind when it died; return how many."""
    left = (InspectionRound.planning_since.is_not(None), InspectionRound.planning_since < at - LEASE)
    found = list(db.session.scalars(select(InspectionRound.id).where(*left).order_by(InspectionRound.id)))
    for round_id in found:
        with transaction() as session:
            again = update(InspectionRound).where(InspectionRound.id == round_id, *left)
            session.execute(again.values(planning_since=at, planning_step=0))
        plan_work(round_id, at)
    return len(found)
