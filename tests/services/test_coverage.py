"""Who was last where, and what was asked of a village: by scope, by Shanghai month, against the ceilings."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from tests import factories
from tests.conftest import AT
from tracker.database import db
from tracker.errors import InvalidError, NotFoundError
from tracker.models import (
    AuditEntry,
    InspectionRound,
    Role,
    RoundGroup,
    RoundKind,
    RoundStop,
    SupervisionGroup,
    Unit,
    UnitKind,
    Visit,
)
from tracker.queries.coverage import Burden, coverage, plan_burden, village_burden
from tracker.services.round_publishing import BurdenAnswer, burden_digest, round_publish, round_withdraw
from workflows.policy import Policy
from workflows.round import RoundState

TODAY = factories.TODAY
NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)


def visited(group: SupervisionGroup, village: Unit, at: datetime, *, ended: bool = True, forms: int = 0) -> Visit:
    return factories.saved(
        Visit(
            group_id=group.id,
            village_id=village.id,
            started_at=at,
            ended_at=at if ended else None,
            forms_asked=forms,
            photos_asked=1,
        )  # fmt: skip
    )


def planned(group: SupervisionGroup, village: Unit, day: date, state: RoundState) -> InspectionRound:
    held = factories.saved(
        InspectionRound(
            name="示例", kind=RoundKind.UNANNOUNCED, state=state, first_day=day, last_day=day, seed=1, made_at=NOON,
            published_at=None if state is RoundState.PLANNED else NOON,
        )
    )  # fmt: skip
    factories.saved(RoundGroup(round_id=held.id, group_id=group.id, days=[str(day)], people=2, stops_a_day=3))
    factories.saved(RoundStop(round_id=held.id, group_id=group.id, village_id=village.id, day=day, position=1))
    return held


def test_never_visited_first_then_longest_unvisited(app: Flask) -> None:
    town = factories.unit(UnitKind.TOWNSHIP)
    never, long_ago, lately, elsewhere = (factories.village(parent=town) for _ in range(4))
    group, others = factories.group(never, long_ago, lately), factories.group(elsewhere, lately)
    visited(group, long_ago, NOON - timedelta(days=60))
    visited(group, lately, NOON - timedelta(days=9))
    visited(others, lately, NOON)
    visited(others, elsewhere, NOON - timedelta(days=90))
    seen = coverage(factories.actor(Role.GROUP_MEMBER, group_id=group.id))
    assert [line.village.id for line in seen] == [never.id, long_ago.id, lately.id]
    assert [line.days for line in seen] == [None, 61, 1]
    last = seen[-1].last
    assert last is not None
    assert last.group_id == others.id
    assert seen[-1].groups == [group.name, others.name]
    office = factories.actor(Role.OFFICE)
    assert [line.village.id for line in coverage(office, group_id=others.id)] == [elsewhere.id, lately.id]


@pytest.mark.parametrize(
    ("at", "counts"),
    [(datetime(2026, 2, 28, 16, tzinfo=UTC), 1), (datetime(2026, 2, 28, 15, 59, tzinfo=UTC), 0)],
)
def test_a_month_begins_at_midnight_in_shanghai(app: Flask, at: datetime, counts: int) -> None:
    village = factories.village()
    visited(factories.group(village), village, at, forms=3)
    page = village_burden(factories.actor(Role.OFFICE), village.id, TODAY)
    assert (page.burden.visits, page.burden.forms, len(page.visits)) == (counts, 3 * counts, counts)


def test_a_village_sees_its_own_burden_once_a_visit_is_over(sqlite_app: Flask) -> None:
    village, other = factories.village(), factories.village()
    group = factories.group(village)
    visited(group, village, NOON)
    visited(group, village, NOON + timedelta(hours=1), ended=False)
    secretary = factories.actor(Role.VILLAGE, unit_id=village.id)
    assert village_burden(secretary, village.id, TODAY).burden == Burden(1, 0, 1)
    with pytest.raises(NotFoundError):
        village_burden(secretary, other.id, TODAY)


def test_a_plan_is_warned_of_before_it_breaks_a_ceiling(app: Flask) -> None:
    village, quiet = factories.village(), factories.village()
    group, most = factories.group(village, quiet), Policy().visits_per_month
    for n in range(most - 1):
        visited(group, village, NOON + timedelta(hours=n))
    held = planned(group, village, TODAY, RoundState.PLANNED)
    planned(group, quiet, TODAY, RoundState.PLANNED)
    assert plan_burden(held) == []
    unpublished = planned(factories.group(village), village, TODAY, RoundState.PLANNED)
    assert plan_burden(held) == []
    unpublished.published_at = NOON
    db.session.commit()
    (warned,) = plan_burden(held)
    assert (warned.village.id, warned.over, warned.burden.coming) == (village.id, ["visits_per_month"], 2)
    assert warned.figures == [("visits_per_month", most + 1, most)]


def test_a_plan_over_a_ceiling_goes_out_with_an_answer_for_just_these_villages(app: Flask) -> None:
    village, most = factories.village(), Policy().visits_per_month
    group, office = factories.group(village), factories.actor(Role.OFFICE)
    for n in range(most):
        visited(group, village, NOON + timedelta(hours=n))
    held = planned(group, village, TODAY, RoundState.PLANNED)
    act = {"round_id": held.id, "version": None, "actor": office, "at": AT}
    seen, reason = burden_digest(plan_burden(held)), "示例：上级专项检查"
    for burden, fields in (
        (None, {"burden_known", "burden_reason"}),
        (BurdenAnswer(True, " ", seen), {"burden_reason"}),
        (BurdenAnswer(True, reason, "older"), {"burden_known"}),
    ):
        with pytest.raises(InvalidError) as refusal:
            round_publish(**act, burden=burden)
        assert set(refusal.value.errors) == fields
    round_publish(**act, burden=BurdenAnswer(True, reason, seen))
    said = db.session.query(AuditEntry).filter_by(action="round.publish").one().detail
    asked = {"village": village.id, "month": "2026-03", "asked": {"visits_per_month": [most + 1, most]}}
    assert said == {"reason": reason, "over": [asked]}
    assert db.session.get_one(InspectionRound, held.id).burden_reason == reason
    round_withdraw(**act, reason="示例")
    assert db.session.get_one(InspectionRound, held.id).burden_reason == ""
