"""One issue with everything its page shows, in a handful of statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from tracker.database import db
from tracker.errors import NotFoundError
from tracker.models import (
    AssistingUnit,
    Consent,
    Evidence,
    Extension,
    Issue,
    IssueEvent,
    Measure,
    Notice,
    Person,
    Stage,
    Unit,
    UnitKind,
)
from tracker.policy import Actor, visible
from tracker.queries.evidence import evidence_elsewhere, evidence_list
from tracker.queries.notices import notice_list
from workflows.consent import ConsentState
from workflows.extension import ExtensionState
from workflows.issue import IssueState

_FEW = (Issue.star, Issue.indicator, Issue.found_by_group, Issue.verified_group, Issue.policy_version)
_UNITS = ("location", "township", "responsible_unit")
_PEOPLE = ("created_by", "responsible", "sponsor", "submitted_by", "verified_by", "signed_off_by")
_JUDGED = (IssueState.SUBMITTED, IssueState.VERIFIED)
_SPOTS = (UnitKind.VILLAGE, UnitKind.COMMUNITY, UnitKind.TOWNSHIP, UnitKind.STREET)


@dataclass(frozen=True)
class IssuePage:
    """What a page of one issue is made of; every list is in the order in which things happened."""

    issue: Issue
    original: Issue | None
    duplicates: Sequence[Issue]
    assisting: Sequence[Unit]
    measures: Sequence[Measure]
    stages: Sequence[Stage]
    events: Sequence[IssueEvent]
    extensions: Sequence[Extension]
    consents: Sequence[Consent]
    evidence: Sequence[Evidence]
    notices: Sequence[Notice]
    elsewhere: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Return where it is, from the township down."""
        issue = self.issue
        here = issue.location
        above = here.parent if here and here.parent and here.parent.kind in _SPOTS else None
        names = [unit.name for unit in (issue.township, above, here) if unit is not None]
        return " ".join(dict.fromkeys(names))

    @property
    def extension_pending(self) -> Extension | None:
        """Return the request for more time that waits for its decision."""
        return next((one for one in self.extensions if one.state is ExtensionState.REQUESTED), None)

    @property
    def consents_pending(self) -> tuple[Consent, ...]:
        """Return the requests for a leader's consent that wait for their decision."""
        return tuple(one for one in self.consents if one.state is ConsentState.REQUESTED)


def issue_page(issue_id: int, actor: Actor) -> IssuePage:
    """Return the page of an issue; raise ``NotFoundError`` where there is none, or none the actor may see."""
    issue = issue_seen(issue_id, actor)
    return IssuePage(
        issue=issue,
        original=_original(issue, actor),
        duplicates=_all(select(Issue).where(Issue.duplicate_of_id == issue_id, visible(actor)).order_by(Issue.id)),
        assisting=_of(Unit, issue_id),
        measures=_of(Measure, issue_id),
        stages=_of(Stage, issue_id) if issue.is_long_term else (),
        events=_of(IssueEvent, issue_id),
        extensions=_of(Extension, issue_id),
        consents=_of(Consent, issue_id),
        evidence=evidence_list(issue_id, actor),
        notices=notice_list(issue_id, actor),
        elsewhere=evidence_elsewhere(issue_id, actor) if issue.state in _JUDGED else {},
    )


def issue_seen(issue_id: int, actor: Actor) -> Issue:
    """Return one issue with whom and what it names; raise ``NotFoundError`` where the actor may see none."""
    query = select(Issue).where(Issue.id == issue_id, visible(actor)).options(*map(joinedload, _FEW))
    issue = db.session.scalars(query, execution_options={"populate_existing": True}).first()
    if issue is None:
        raise NotFoundError
    _gather(issue)
    return issue


def _gather(issue: Issue) -> None:
    """Load the units that ``issue`` names at once, and its people at once.

    In the statement of the issue itself these would be nine joins more, which PostgreSQL takes 20 ms to plan.
    """
    units = _by_id(_units(), ids=_ids(issue, _UNITS), below=issue.location_id)
    people = _by_id(_people(), ids=_ids(issue, _PEOPLE))
    for name in _UNITS:
        set_committed_value(issue, name, units.get(getattr(issue, f"{name}_id")))
    for name in _PEOPLE:
        set_committed_value(issue, name, people.get(getattr(issue, f"{name}_id")))
    if issue.location is not None:
        set_committed_value(issue.location, "parent", units.get(issue.location.parent_id))


# Statements that depend on nothing but ids are made once: making them took as long as asking.
@cache
def _units() -> Select[Unit]:
    above = select(Unit.parent_id).where(Unit.id == bindparam("below"))
    named = or_(Unit.id.in_(bindparam("ids", expanding=True)), Unit.id.in_(above))
    return select(Unit).where(named).order_by(Unit.id)


@cache
def _people() -> Select[Person]:
    return select(Person).where(Person.id.in_(bindparam("ids", expanding=True))).order_by(Person.id)


@cache
def _belonging() -> Mapping[Any, Select[Any]]:
    """Return what belongs to an issue, by what it is: in its order, with the people it names."""

    def of(model: Any, order: Any, *people: Any) -> Select[Any]:
        found = select(model).where(model.issue_id == bindparam("issue_id"))
        return found.options(*map(joinedload, people)).order_by(order)

    assisting = select(Unit).join(AssistingUnit, AssistingUnit.unit_id == Unit.id)
    return {
        Unit: assisting.where(AssistingUnit.issue_id == bindparam("issue_id")).order_by(Unit.id),
        Measure: of(Measure, Measure.position),
        Stage: of(Stage, Stage.position),
        IssueEvent: of(IssueEvent, IssueEvent.seq, IssueEvent.actor),
        Extension: of(Extension, Extension.id, Extension.asked_by, Extension.decided_by),
        Consent: of(Consent, Consent.id, Consent.asked_by, Consent.decided_by),
    }


def _of(model: Any, issue_id: int) -> Sequence[Any]:
    return db.session.scalars(_belonging()[model], {"issue_id": issue_id}).all()


def _ids(issue: Issue, names: Sequence[str]) -> list[int]:
    found = (getattr(issue, f"{name}_id") for name in names)
    return [*{one for one in found if one is not None}]


def _by_id(query: Any, **given: Any) -> dict[int | None, Any]:
    return {record.id: record for record in db.session.scalars(query, given)}


def issue_numbered(number: str, actor: Actor) -> int | None:
    """Return the id of the issue with that number, if the actor may see it."""
    return db.session.scalar(select(Issue.id).where(Issue.number == number.strip(), visible(actor)))


def _original(issue: Issue, actor: Actor) -> Issue | None:
    if issue.duplicate_of_id is None:
        return None
    return db.session.scalars(select(Issue).where(Issue.id == issue.duplicate_of_id, visible(actor))).first()


def _all(query: Any) -> Sequence[Any]:
    return db.session.scalars(query).all()


def issue_of(model: type[Extension] | type[Consent], record_id: int, actor: Actor) -> int:
    """Return the id of the issue a request belongs to; raise ``NotFoundError`` where the actor may not see it."""
    query = select(Issue.id).join(model, model.issue_id == Issue.id).where(model.id == record_id, visible(actor))
    found = db.session.scalar(query)
    if found is None:
        raise NotFoundError
    return found
