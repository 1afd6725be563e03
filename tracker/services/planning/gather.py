"""Gathers what a plan depends on, all in one reading."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from tracker.database import db
from tracker.models import InspectionRound, RoundLeftOut, RoundStop
from tracker.queries.round_due import Search, due_items
from tracker.queries.round_rules import days_of, orphans, places_of, round_rules
from workflows.planning.plan import PlanInput, PlannedStop, Team
from workflows.planning.terms import LeftOutWhy, Parameters


def plan_input(held: InspectionRound, today: date) -> PlanInput:
    """Return the input of the plan of a round; what is due is judged as of ``today``."""
    terms, rules = Parameters.from_dict(held.parameters), round_rules(held)
    teams = [Team(group.group_id, days_of(group), group.stops_a_day) for group in held.groups]
    locked = [
        PlannedStop(stop.group_id, stop.village_id, stop.day, stop.position, is_locked=True)
        for stop in db.session.scalars(
            select(RoundStop).where(RoundStop.round_id == held.id, RoundStop.is_locked).order_by(RoundStop.id)
        )
    ]
    # A county's whole list of due items would say little where only some groups go out: theirs, and nobody's.
    wanted = {village for _group, village in rules.roster} | {stop.village for stop in locked} | orphans()
    places = places_of(wanted)
    room = sum(group.capacity for group in held.groups)
    search = Search(held, today, terms, frozenset(places), rules.units, room)
    return PlanInput(
        due_items(search), places, teams, rules.roster, rules.barred, locked, removed_villages(held.id),
        terms.visits_a_village,
    )  # fmt: skip


def removed_villages(round_id: int) -> frozenset[int]:
    """Return the villages that the office took out of the plan by hand and did not put back."""
    taken = (RoundLeftOut.round_id == round_id, RoundLeftOut.why == LeftOutWhy.REMOVED)
    there = select(RoundStop.village_id).where(RoundStop.round_id == round_id, RoundStop.is_locked)
    return frozenset(
        db.session.scalars(select(RoundLeftOut.village_id).where(*taken, RoundLeftOut.village_id.not_in(there)))
    )
