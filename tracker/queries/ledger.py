"""The rows of the ledgers 台账 as they go into Excel: every column, in batches, without holding them all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import aliased

from tracker.database import db
from tracker.models import (
    AssistingUnit,
    Comment,
    CommentKind,
    Evidence,
    Indicator,
    Issue,
    IssueEvent,
    LookBack,
    Measure,
    Notice,
    Person,
    Phase,
    Star,
    SupervisionGroup,
    Unit,
)
from tracker.policy import Actor
from tracker.queries.filters import IssueFilter
from tracker.queries.home import last_workday_before, newly_overdue
from tracker.queries.issues import PLACE, RESPONSIBLE, TOWNSHIP, UNIT, every_issue
from tracker.queries.lateness import Lateness, reckoner
from tracker.queries.letters import letters_taken
from tracker.queries.paging import Order
from workflows.look_back import SETTLED

BATCH = 500
_NOTHING: Mapping[str, Any] = MappingProxyType({})
Rows = Select[*tuple[Any, ...]]
CREATED, SPONSOR, VERIFIED, SIGNED = (
    aliased(Person, name=name) for name in ("creator", "sponsor", "verifier", "signer")
)


class LedgerRow(NamedTuple):
    """One issue, what belongs to it, and how late it is; ``photos`` by column, where columns of them are shown."""

    issue: Any
    late: Lateness | None
    beside: Mapping[str, Any] = _NOTHING
    photos: Mapping[str, Sequence[Any]] = _NOTHING


def _statement() -> Rows:
    return (
        select(
            Issue.id, Issue.number, Issue.state, Issue.state_since, Issue.severity, Issue.source, Issue.source_ref,
            Issue.found_on, Issue.found_by, Issue.is_long_term, Issue.category, Issue.spot, Issue.description,
            Issue.goal, Issue.assigned_at, Issue.accepted_at, Issue.first_deadline, Issue.deadline,
            Issue.deadline_words, Issue.extensions, Issue.progress_percent, Issue.progress_note, Issue.progress_at,
            Issue.returns, Issue.recurrences, Issue.verified_at, Issue.recheck_finding, Issue.signed_off_at,
            Issue.overdue_reason, Issue.remark, Issue.policy_version_id,
            Star.name.label("star"), Indicator.name.label("indicator"),
            PLACE.name.label("place"), TOWNSHIP.name.label("township"), UNIT.name.label("unit"),
            RESPONSIBLE.name.label("responsible"), SPONSOR.name.label("sponsor"), CREATED.name.label("creator"),
            SupervisionGroup.name.label("group"), VERIFIED.name.label("verifier"), SIGNED.name.label("signer"),
        )
        .outerjoin(PLACE, PLACE.id == Issue.location_id)
        .outerjoin(TOWNSHIP, TOWNSHIP.id == Issue.township_id)
        .outerjoin(Star, Star.id == Issue.star_id)
        .outerjoin(Indicator, Indicator.id == Issue.indicator_id)
        .outerjoin(UNIT, UNIT.id == Issue.responsible_unit_id)
        .outerjoin(RESPONSIBLE, RESPONSIBLE.id == Issue.responsible_id)
        .outerjoin(SPONSOR, SPONSOR.id == Issue.sponsor_id)
        .outerjoin(CREATED, CREATED.id == Issue.created_by_id)
        .outerjoin(SupervisionGroup, SupervisionGroup.id == Issue.found_by_group_id)
        .outerjoin(VERIFIED, VERIFIED.id == Issue.verified_by_id)
        .outerjoin(SIGNED, SIGNED.id == Issue.signed_off_by_id)
    )  # fmt: skip


def full_ledger(actor: Actor, chosen: IssueFilter, order: Order) -> Iterator[LedgerRow]:
    """Yield the rows of the full ledger, with measures, assisting units and the number of pieces of evidence."""
    return _rows(every_issue(_statement(), actor, chosen, order), actor, _beside_full)


def overdue_ledger(actor: Actor, chosen: IssueFilter, order: Order, *, newly: bool = False) -> Iterator[LedgerRow]:
    """Yield the rows of the overdue ledger, with what was done to urge and what leaders wrote."""
    statement = _statement()
    if newly:
        statement = statement.where(newly_overdue(actor.today, last_workday_before(actor.today)))
    return _rows(every_issue(statement, actor, chosen, order), actor, partial(_beside_overdue, actor=actor))


def _rows(found: Iterable[Row[Any]], actor: Actor, beside: Any) -> Iterator[LedgerRow]:
    late = reckoner(actor.today)
    rest = iter(found)
    while some := list(islice(rest, BATCH)):
        more = beside([row.id for row in some])
        for row in some:
            yield LedgerRow(row, late.lateness(row), {name: known.get(row.id) for name, known in more.items()})


def _beside_full(ids: Sequence[int]) -> dict[str, dict[int, Any]]:
    evidence = select(Evidence.issue_id, func.count()).where(Evidence.issue_id.in_(ids), Evidence.phase == Phase.AFTER)
    measures = select(Measure.issue_id, Measure.words).where(Measure.issue_id.in_(ids)).order_by(Measure.position)
    looked = select(LookBack.issue_id, LookBack.done_on, LookBack.state).where(
        LookBack.issue_id.in_(ids), LookBack.state.in_(SETTLED)
    )
    units = select(AssistingUnit.issue_id, Unit.name).join(Unit, Unit.id == AssistingUnit.unit_id)
    return {
        "evidence": {row[0]: row[1] for row in db.session.execute(evidence.group_by(Evidence.issue_id))},
        "measures": _collected(measures),
        "look_backs": _grouped(looked.order_by(LookBack.id)),
        "assisting": _collected(units.where(AssistingUnit.issue_id.in_(ids)).order_by(Unit.id)),
    }


def _beside_overdue(ids: Sequence[int], *, actor: Actor) -> dict[str, dict[int, Any]]:
    urged = select(IssueEvent.issue_id, IssueEvent.at).where(IssueEvent.issue_id.in_(ids), IssueEvent.trigger == "urge")
    notices = select(Notice.issue_id, Notice.number, Notice.issued_at).where(Notice.issue_id.in_(ids))
    written = select(Comment.issue_id, Comment.words).where(
        Comment.issue_id.in_(ids), Comment.kind == CommentKind.INSTRUCTION
    )
    return {
        "urged": _collected(urged.order_by(IssueEvent.seq)),
        "notices": _grouped(notices.order_by(Notice.id)),
        "letters": letters_taken(ids, actor),
        "instructions": _collected(written.order_by(Comment.id)),
    }


def _collected(query: Any) -> dict[int, list[Any]]:
    return {key: [row[1] for row in rows] for key, rows in _grouped(query).items()}


def _grouped(query: Any) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in db.session.execute(query):
        found.setdefault(row[0], []).append(row)
    return found
