"""Ad-hoc visits 临时走访: those of a group outside every round, and where it may go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from tracker.clock import ZONE
from tracker.database import db
from tracker.models import GroupVillage, InspectionRound, Issue, RoundStop, Unit, UnitKind, Visit, VisitFinding
from tracker.policy import Actor
from tracker.policy.rounds import visible_stops
from tracker.policy.visits import readable_visits
from tracker.queries.groups import on_roster
from workflows.round import WALKABLE, StopState

PLACES = (UnitKind.VILLAGE, UnitKind.COMMUNITY)
DAYS_SHOWN = 30
_MOST = 50
_WAITING = (StopState.PLANNED, StopState.STARTED)


@dataclass(frozen=True)
class AdHocVisits:
    """The group's visits outside rounds: those that go on, and those of the last ``DAYS_SHOWN`` days."""

    going_on: Sequence[Visit]
    ended: Sequence[Visit]


def ad_hoc_visits(actor: Actor) -> AdHocVisits:
    """Return the latest ad-hoc visits that the actor's group made, newest first."""
    since = datetime.combine(actor.today - timedelta(days=DAYS_SHOWN), time(), ZONE)
    query = (
        select(Visit)
        .where(Visit.stop_id.is_(None), Visit.group_id == actor.group_id, readable_visits(actor))
        .where(Visit.ended_at.is_(None) | (Visit.started_at >= since))
        .options(joinedload(Visit.village).joinedload(Unit.township))
        .order_by(Visit.ended_at.is_not(None), Visit.started_at.desc(), Visit.id.desc())
        .limit(_MOST)
    )
    found = db.session.scalars(query).all()
    return AdHocVisits(
        [one for one in found if one.ended_at is None], [one for one in found if one.ended_at is not None]
    )


def is_on_roster(actor: Actor, village_id: int) -> bool:
    """Tell whether a village itself stands on the roster of the actor's group today."""
    query = select(GroupVillage.id).where(
        GroupVillage.group_id == actor.group_id, GroupVillage.unit_id == village_id, on_roster(actor.today)
    )
    return db.session.scalar(query.limit(1)) is not None


def stop_waiting(actor: Actor, village_id: int) -> RoundStop | None:
    """Return the stop by which a round of the actor's group still goes, or is going, to a village."""
    query = (
        select(RoundStop)
        .join(RoundStop.round)
        .where(
            RoundStop.village_id == village_id, RoundStop.group_id == actor.group_id, visible_stops(actor),
            RoundStop.state.in_(_WAITING), InspectionRound.state.in_(WALKABLE),
        )
        .options(contains_eager(RoundStop.round))
        .order_by(RoundStop.day, RoundStop.id)
        .limit(1)
    )  # fmt: skip
    return db.session.scalars(query).first()


def visit_of_issue(actor: Actor, issue: Issue) -> Visit | None:
    """Return the ad-hoc visit of the actor's group that an issue was found during, or that goes on where it lies."""
    found = select(VisitFinding.visit_id).where(VisitFinding.issue_id == issue.id)
    above = select(Unit.parent_id).where(Unit.id == issue.location_id)
    here = Visit.village_id.in_([issue.location_id]) | Visit.village_id.in_(above)
    query = select(Visit).where(
        Visit.group_id == actor.group_id, Visit.stop_id.is_(None), readable_visits(actor),
        Visit.id.in_(found) | (Visit.ended_at.is_(None) & here),
    )  # fmt: skip
    return db.session.scalars(query.options(joinedload(Visit.village)).order_by(Visit.id.desc()).limit(1)).first()
