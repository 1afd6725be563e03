"""What a calendar shows of whom: enough to be there in time, nothing that its reader may not know."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests import factories
from tests.conftest import AT
from tests.flows import World, issue_in
from tracker.clock import local_date
from tracker.database import db
from tracker.models import CalendarFeed, InspectionRound, Post, Role, RoundGroup, RoundStop
from tracker.models.round import RoundKind
from tracker.policy import Actor
from tracker.queries.calendar_days import CalendarDay, calendar_days, feed_actors
from tracker.queries.feeds import feed_by_hash, groups_to_follow
from tracker.services.feeds import feed_make, feed_revoke, feed_token_hash
from tracker.services.handovers import handover_accept, handover_propose
from workflows.issue import IssueState
from workflows.round import RoundState, StopState

S = IssueState
TODAY = local_date(AT)
pytestmark = pytest.mark.usefixtures("app")


def days_of(actor: Actor, group_id: int | None = None) -> list[CalendarDay]:
    feed = feed_by_hash(feed_token_hash(feed_make(group_id=group_id, actor=actor, at=AT)))
    assert feed is not None
    return calendar_days(feed, feed_actors(feed, TODAY))


def shown(days: list[CalendarDay]) -> list[tuple[str, date, str]]:
    return [(one.what, one.first_day, one.place) for one in days]


@pytest.mark.parametrize(
    ("state", "who", "what"),
    [
        (S.REGISTERED, "office", "to_assign"), (S.ASSIGNED, "assignee", "to_accept"),
        (S.RECTIFYING, "assignee", "to_rectify"), (S.SUBMITTED, "rechecker", "to_recheck"),
        (S.VERIFIED, "office", "to_sign_off"), (S.SUSPENDED, "office", "to_review"),
    ],
)  # fmt: skip
def test_each_state_stands_in_the_calendar_of_whose_move_it_is(state: IssueState, who: str, what: str) -> None:
    here = issue_in(state)
    due = here.issue.deadline if state is S.RECTIFYING else here.issue.move_due_on
    assert shown(days_of(getattr(here, who))) == [(what, due, here.village.name)]
    assert shown(days_of(here.secretary)) == []


def test_of_a_confidential_issue_the_calendar_says_no_more_than_the_number() -> None:
    here = issue_in(S.RECTIFYING)
    here.issue.is_confidential = True
    db.session.commit()
    (entry,) = days_of(here.assignee)
    assert (entry.place, entry.number, entry.is_confidential) == ("", here.issue.number, True)
    colleague = factories.actor(Role.ASSIGNEE, unit_id=here.assignee.unit_id, today=TODAY)
    assert days_of(colleague) == []


def round_for(here: World, state: RoundState, kind: RoundKind = RoundKind.UNANNOUNCED) -> None:
    """Make a round that goes to the village on one day."""
    made = factories.saved(
        InspectionRound(
            name="示例第一轮", kind=kind, state=state, first_day=TODAY, last_day=TODAY + timedelta(days=4), seed=1,
            made_at=AT, published_at=AT if state is RoundState.PUBLISHED else None,
        )
    )  # fmt: skip
    factories.saved(RoundGroup(round_id=made.id, group_id=here.finders.id, days=[], people=1, stops_a_day=1))
    factories.saved(
        RoundStop(
            round_id=made.id, group_id=here.finders.id, village_id=here.village.id, day=TODAY + timedelta(days=1),
            position=1, state=StopState.PLANNED,
        )
    )  # fmt: skip


@pytest.mark.parametrize(("state", "is_out"), [(RoundState.PLANNED, False), (RoundState.PUBLISHED, True)])
def test_a_round_is_shown_to_the_group_that_goes_once_it_is_published_and_to_nobody_else(
    state: RoundState, is_out: bool
) -> None:
    here = issue_in(S.DRAFT)
    round_for(here, state)
    expected = [("round", TODAY, ""), ("stop", TODAY + timedelta(days=1), here.village.name)] if is_out else []
    assert shown(days_of(here.finder)) == expected
    assert shown(days_of(here.finder, here.finders.id)) == expected
    assert shown(days_of(here.office, here.finders.id)) == expected
    township = factories.actor(Role.TOWNSHIP, unit_id=here.village.township_id, today=TODAY)
    for other in (here.rechecker, here.secretary, township, here.assignee):
        assert shown(days_of(other)) == []


def test_a_groups_calendar_is_followed_by_its_own_people_and_the_county_alone() -> None:
    here = issue_in(S.SUBMITTED)
    assert shown(days_of(here.rechecker, here.others.id)) == [("to_recheck", here.issue.move_due_on, here.village.name)]
    assert [group.id for group in groups_to_follow(here.rechecker)] == [here.others.id]
    assert groups_to_follow(here.assignee) == []
    assert {group.id for group in groups_to_follow(here.office)} == {here.finders.id, here.others.id}


def test_an_address_ends_with_the_post_with_the_account_and_with_a_new_one() -> None:
    here = issue_in(S.RECTIFYING)
    first = feed_make(actor=here.assignee, at=AT)
    second = feed_make(actor=here.assignee, at=AT)
    assert feed_by_hash(feed_token_hash(first)) is None
    feed = feed_by_hash(feed_token_hash(second))
    assert feed is not None
    assert second not in (feed.token_hash, feed.scope)
    post = db.session.get_one(Post, here.assignee.post_id)
    post.valid_to = TODAY - timedelta(days=1)
    db.session.commit()
    assert feed_actors(feed, TODAY) == []
    post.valid_to, post.person.is_active = None, False
    db.session.commit()
    assert feed_actors(feed, TODAY) == []
    assert feed_revoke(actor=here.assignee, at=AT)
    assert not feed_revoke(actor=here.assignee, at=AT)


def test_a_handover_ends_the_calendars_of_who_gives() -> None:
    here = issue_in(S.DRAFT)
    feed_make(actor=here.finder, at=AT)
    feed_make(group_id=here.finders.id, actor=here.finder, at=AT)
    feed_make(actor=here.office, at=AT)
    successor = factories.actor(Role.GROUP_MEMBER, group_id=here.finders.id, today=TODAY)
    (made,) = handover_propose(
        post_id=here.finder.post_id or 0, receivers={"draft": successor.person_id}, actor=here.finder, at=AT
    )
    handover_accept(handover_id=made.id, actor=successor, at=AT)
    assert [feed.person_id for feed in db.session.query(CalendarFeed)] == [here.office.person_id]
