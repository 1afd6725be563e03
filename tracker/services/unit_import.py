"""Brings a county's tree up to a file of division codes; a later file becomes history, never a duplicate."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from tracker.clock import local_date
from tracker.database import db, transaction
from tracker.errors import InvalidError
from tracker.languages import _
from tracker.models import NameReason, Unit, UnitKind
from tracker.policy import Actor
from tracker.services.chain import audit_record
from tracker.services.division_file import Division, division_file
from tracker.services.unit_tree import PLACES, TOWNS, name_begin, name_end, organisation_lock, unit_merge
from tracker.services.unit_vintage import (
    CREATED,
    FORMER,
    MERGED,
    RECODED,
    ImportChange,
    Vintage,
    level_take,
    unit_new,
    unit_renamed,
    vintage_start,
)


@dataclass(frozen=True)
class ImportReport:
    """What an import did or, rehearsed, would do.

    ``gone`` are open units that the file no longer names: reported, never closed. ``virtual`` are units that only
    statistics know (类似村委会): they are taken in as places, and people decide what they are.
    """

    changes: tuple[ImportChange, ...]
    unchanged: int
    skipped: int
    gone: tuple[ImportChange, ...]
    virtual: tuple[ImportChange, ...]
    towns: int
    places: int

    def count(self, what: str) -> int:
        """Return how many changes were of that sort."""
        return self.counts.get(what, 0)

    @property
    def counts(self) -> dict[str, int]:
        """Return how many units each sort of change met."""
        return dict(Counter(change.what for change in self.changes))


class _RehearsedError(Exception):
    """Takes everything back at the end of a rehearsal."""


def units_import(
    *, content: bytes | str, actor: Actor | None, at: datetime, on: date | None = None, dry_run: bool = False
) -> ImportReport:
    """Build or update the tree from a CSV of division codes; ``on`` is the day from which changes hold.

    With ``dry_run`` everything is tried and taken back. Raises ``InvalidError`` with every wrong line; then, too,
    nothing is stored.
    """
    file = division_file(content)
    raw = content.encode() if isinstance(content, str) else content
    try:
        with transaction():
            organisation_lock()
            work = vintage_start(file, at, on or local_date(at))
            _bring_in(work, actor)
            report = _report(work)
            _audit(report, hashlib.sha256(raw).hexdigest(), actor, at)
            if dry_run:
                raise _RehearsedError
    except _RehearsedError:
        db.session.expire_all()
    return report


def _bring_in(work: Vintage, actor: Actor | None) -> None:
    if work.file.county is None:
        return
    county = _county(work, work.file.county)
    towns = level_take(work, work.file.towns.values(), {work.file.county.code: county})
    staying = [d for d in work.file.villages.values() if d.successor_code is None]
    places = level_take(work, staying, towns)
    for division in work.file.villages.values():
        if division.successor_code is not None:
            _take_merged(work, division, places.get(division.successor_code), actor)


def _county(work: Vintage, division: Division) -> Unit:
    root = db.session.scalars(select(Unit).where(Unit.kind == UnitKind.COUNTY).limit(1)).first()
    if root is None:
        return unit_new(work, division, None)
    if root.code is None and division.name in (root.name, root.full_name):
        work.note(RECODED, division)
        name_end(root, NameReason.RECODED, work.on)
        root.code = division.code
        name_begin(root, work.on)
    elif root.code != division.code:
        words = _("本系统属于“{name}”（{code}），文件是“{other}”的区划，请核对文件")
        said = words.format(name=root.name, code=root.code or _("无代码"), other=division.name)
        raise InvalidError({f"{division.line}.county_code": said})
    elif root.full_name != division.name:
        unit_renamed(work, root, division)
    else:
        work.unchanged += 1
    return root


def _take_merged(work: Vintage, division: Division, successor: Unit | None, actor: Actor | None) -> None:
    """Close what the file says was merged; a unit that was never here has nothing to hand over."""
    unit = work.units.get(division.code)
    if unit is None or successor is None:
        return
    work.met.add(unit.id)
    if unit.closed_on is not None:
        work.unchanged += 1
        return
    work.note(MERGED, division, unit.name)
    unit_merge(unit_id=unit.id, into_id=successor.id, on=work.on, actor=actor, at=work.at)


def _report(work: Vintage) -> ImportReport:
    divisions = (*work.file.towns.values(), *work.file.villages.values())
    return ImportReport(
        changes=tuple(work.changes),
        unchanged=work.unchanged,
        skipped=work.file.skipped,
        gone=tuple(_gone(work)),
        virtual=tuple(ImportChange("virtual", d.code, d.name) for d in divisions if d.is_virtual),
        towns=len(work.file.towns),
        places=len(work.file.villages),
    )


def _gone(work: Vintage) -> Iterable[ImportChange]:
    """Yield the open divisions that the file should name and does not."""
    units = db.session.scalars(
        select(Unit)
        .where(Unit.kind.in_((*TOWNS, *PLACES)), Unit.code.is_not(None), Unit.closed_on.is_(None))
        .order_by(Unit.path)
    )
    return (ImportChange("gone", unit.code or "", unit.name) for unit in units if unit.id not in work.met)


def _audit(report: ImportReport, digest: str, actor: Actor | None, at: datetime) -> None:
    """Record the import; the units that were only made are counted, everything else is named."""
    told = [c for c in report.changes if c.what not in (CREATED, FORMER)]
    if report.counts.keys() <= {FORMER}:
        return
    detail = {
        "sha256": digest,
        "counts": report.counts,
        "unchanged": report.unchanged,
        "changes": [[c.what, c.code, c.was, c.name] for c in told],
    }
    audit_record("units.import", actor=actor, at=at, target="units", detail=detail)
