"""Brings an existing ledger in: issues in the office's hands, with what their ledger said kept beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from tracker.clock import local_date
from tracker.database import db, transaction
from tracker.errors import InvalidError
from tracker.languages import _
from tracker.models import ImportBatch, Issue, Person, Post, Role, Source, Unit, UnitKind, UnitName
from tracker.policy import Actor
from tracker.queries.rules import policy_on
from tracker.services.chain import ISSUES, audit_record, chain_lock, event_record
from tracker.services.numbers import issue_number
from tracker.services.search_index import refresh
from tracker.services.transitions import restart_clock
from tracker.services.units import UnitValues, unit_create
from workflows.issue import IssueState, Severity


@dataclass(frozen=True)
class LedgerEntry:
    """One row of a ledger; days are Shanghai calendar days, inclusive; ``places`` (name, kind) run from
    wide to narrow."""

    key: str
    description: str
    category: str
    source_ref: str
    found_on: date | None
    found_by: str
    places: tuple[tuple[str, str], ...]
    spot: str
    responsible_unit: str
    deadline: date | None
    deadline_words: str
    status: str
    remark: str
    returns: int
    recurrences: int
    points: tuple[str, ...]


@dataclass
class ImportReport:
    """What became of a file: the numbers of new issues, the keys that were there before, the units made."""

    batch_id: int | None = None
    created: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    new_units: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class LedgerFile:
    """Where rows come from; ``name`` is the mapping's, under which keys are remembered."""

    name: str
    file_name: str
    file_sha256: str
    mapping: Mapping[str, Any]
    creates_places: bool


def ledger_import(*, rows: Sequence[LedgerEntry], file: LedgerFile, actor: Actor | None, at: datetime) -> ImportReport:
    """Store every row that is not there yet as a registered issue, all or nothing; return what was done.

    A row is known by the mapping's name and its key: the same file again changes nothing. Deadlines, returns,
    recurrences and points stay as the ledger states them; the office then assigns as usual.
    Raises ``InvalidError`` for places the county does not know, unless the file may create them.
    """
    with transaction() as session:
        chain_lock(ISSUES)
        report = ImportReport()
        fresh = _fresh(rows, file, report)
        if not fresh:
            return report
        places = {row.key: _place(row, file, report, actor, at) for row in fresh}
        batch = ImportBatch(
            file_name=file.file_name, file_sha256=file.file_sha256, mapping=dict(file.mapping), rows=len(fresh),
            made_by_id=actor.person_id if actor else None, made_at=at,
        )  # fmt: skip
        session.add(batch)
        session.flush()
        report.batch_id = batch.id
        for row in fresh:
            report.created.append(_store(row, places[row.key], file, batch, actor, at))
        audit_record("import.run", actor=actor, at=at, target=file.file_name, detail={"rows": len(fresh)})
        return report


def _fresh(rows: Sequence[LedgerEntry], file: LedgerFile, report: ImportReport) -> list[LedgerEntry]:
    keys = {f"{file.name}:{row.key}": row for row in rows}
    if len(keys) < len(rows):
        twice = sorted({row.key for row in rows if [r.key for r in rows].count(row.key) > 1})
        raise InvalidError({"key": _("行标识重复：{keys}").format(keys="、".join(twice[:10]))})
    known = set(db.session.scalars(select(Issue.import_key).where(Issue.import_key.in_(keys))))
    report.known = [keys[key].key for key in keys if key in known]
    return [row for key, row in keys.items() if key not in known]


def _store(
    row: LedgerEntry, place: Unit, file: LedgerFile, batch: ImportBatch, actor: Actor | None, at: datetime
) -> str:  # fmt: skip
    unit = _unit_named(row.responsible_unit, place)
    issue = Issue(
        number=issue_number(at), state=IssueState.REGISTERED, state_since=at, severity=Severity.GENERAL,
        source=Source.IMPORT, source_ref=row.source_ref, found_on=row.found_on, found_by=row.found_by,
        created_by_id=actor.person_id if actor else None, created_at=at, location_id=place.id,
        township_id=place.township_id, spot=row.spot, category=row.category, description=row.description,
        responsible_unit_id=unit.id if unit else None, responsible_id=_person_at(unit, at),
        first_deadline=row.deadline, deadline=row.deadline, deadline_words=row.deadline_words,
        progress_note=row.status, returns=row.returns, recurrences=row.recurrences, remark=row.remark,
        policy_version_id=policy_on(local_date(at)).version_id, import_batch_id=batch.id,
        import_key=f"{file.name}:{row.key}",
    )  # fmt: skip
    restart_clock(issue, at)
    db.session.add(issue)
    db.session.flush()
    stated = {"key": row.key, "status": row.status, "deadline": row.deadline_words, "points": list(row.points),
              "responsible_unit": row.responsible_unit, "file": file.file_name}  # fmt: skip
    event_record(issue, "import", actor=actor, at=at, source="", dest=issue.state, detail=stated)
    refresh(issue)
    return str(issue.number)


def _place(row: LedgerEntry, file: LedgerFile, report: ImportReport, actor: Actor | None, at: datetime) -> Unit:
    """Return the narrowest unit the row names; the county where it names none."""
    place = db.session.scalars(select(Unit).where(Unit.kind == UnitKind.COUNTY).order_by(Unit.id)).first()
    if place is None:
        raise InvalidError({"county": _("还没有县级单位，请先导入行政区划：tracker units import")})
    for name, kind in row.places:
        found = _below(place, name)
        if found is None and not file.creates_places:
            raise InvalidError({row.key: _("没有找到“{name}”，请先在组织中添加，或改正台账").format(name=name)})
        if found is None:
            found = unit_create(
                values=UnitValues(kind=UnitKind(kind), name=name, parent_id=place.id), actor=actor, at=at
            )
            report.new_units.append(name)
        place = found
    return place


def _below(parent: Unit, name: str) -> Unit | None:
    """Return the open unit below ``parent`` that carries ``name`` now or carried it before."""
    named = select(UnitName.unit_id).where((UnitName.name == name) | (UnitName.full_name == name))
    query = select(Unit).where(
        Unit.path.like(f"{parent.path}%"), Unit.id != parent.id, Unit.closed_on.is_(None),
        (Unit.name == name) | (Unit.full_name == name) | Unit.id.in_(named),
    )  # fmt: skip
    found = db.session.scalars(query.order_by(Unit.id)).all()
    if len(found) > 1:
        raise InvalidError({name: _("“{name}”有多个，请写明乡镇").format(name=name)})
    return found[0] if found else None


def _unit_named(name: str, place: Unit) -> Unit | None:
    """Return the responsible unit the ledger names: the place, its township, or a unit of exactly that name."""
    if not name:
        return None
    for near in (place, place.township):
        if near is not None and name in (near.name, near.full_name):
            return near
    return db.session.scalars(select(Unit).where(Unit.name == name, Unit.closed_on.is_(None))).first()


def _person_at(unit: Unit | None, at: datetime) -> int | None:
    """Return the one person who answers for ``unit``, or ``None`` where there is none or a choice to make."""
    if unit is None:
        return None
    today = local_date(at)
    query = (
        select(Person.id)
        .join(Post, Post.person_id == Person.id)
        .where(
            Post.unit_id == unit.id, Post.role.in_((Role.ASSIGNEE, Role.VILLAGE)), Person.is_active,
            Post.approved_at.is_not(None), Post.valid_from <= today,
            Post.valid_to.is_(None) | (Post.valid_to >= today),
        )
    )  # fmt: skip
    found = db.session.scalars(query.limit(2)).all()
    return found[0] if len(found) == 1 else None
