"""A ledger that the demo's office has handed out."""

from __future__ import annotations

from datetime import datetime, timedelta

from tracker.clock import local, local_date
from tracker.demo.people import World
from tracker.models import LedgerKind, LedgerMedium
from tracker.policy import actor_of
from tracker.queries.asof import asof_rows
from tracker.queries.asof_filter import Asked
from tracker.queries.filters import IssueFilter, Timing
from tracker.queries.ledger_columns import LEDGERS
from tracker.queries.moments import moment
from tracker.services.issued_ledgers import Layout, Tally, ledger_keep


def ledger_print(world: World, at: datetime) -> None:
    """Put out the overdue ledger of a week ago, on paper."""
    actor = actor_of(world.people["demo-office"], local_date(at))
    then = moment(at.replace(microsecond=0) - timedelta(days=7))
    asked = Asked(actor, IssueFilter(states=("all",), timing=Timing.OVERDUE), then, "deadline")
    tally = Tally()
    for _row in tally.watch(asof_rows(asked)):
        pass
    query = f"view=overdue&at={local(then.at):%Y-%m-%dT%H:%M:%S}"
    layout = Layout(LedgerKind.OVERDUE, LEDGERS[LedgerKind.OVERDUE], "", query, "")
    ledger_keep(asked=asked, layout=layout, medium=LedgerMedium.PAPER, tally=tally, made_for=actor.unit_name, at=at)
