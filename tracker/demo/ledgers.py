"""Ledgers that the demo's office has handed out: on paper, and as a file that is kept for some days."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from flask import Flask, current_app

from tracker import labels
from tracker.clock import local, local_date
from tracker.demo.people import World
from tracker.exporting.run import export_work
from tracker.models import ExportKind, ExportMedium, LedgerKind, LedgerMedium
from tracker.policy import actor_of
from tracker.queries.asof import asof_rows
from tracker.queries.asof_filter import Asked
from tracker.queries.filters import IssueFilter, Timing
from tracker.queries.ledger_columns import LEDGERS
from tracker.queries.moments import moment
from tracker.services.exports import ExportWish, export_order
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


def ledger_export(world: World, at: datetime) -> None:
    """Leave the ledger of issues among the office's exported files."""
    actor = actor_of(world.people["demo-office"], local_date(at))
    given = {"ledgers": [{"query": "view=issues", "words": ""}], "made_for": actor.unit_name}
    name = f"{labels.word(labels.LEDGER_TITLE, LedgerKind.ISSUES)}{local(at):%Y%m%d%H%M}.xlsx"
    wish = ExportWish(ExportKind.LEDGERS, ExportMedium.XLSX, name, given, at.replace(microsecond=0))
    export = export_order(wish=wish, actor=actor, at=at, most=1)
    export_work(cast("Flask", current_app._get_current_object()), export.id)  # type: ignore[attr-defined]
