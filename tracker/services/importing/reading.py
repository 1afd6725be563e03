"""Reads a file into rows and proposes how it is to be understood: its header, its columns, the day it was written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import Any

from sqlalchemy import select

from tracker.clock import local_date
from tracker.database import db, transaction
from tracker.labels.import_faults import is_fault_heading
from tracker.models import ImportBatch, ImportMapping
from tracker.reading.callings import year_in
from tracker.reading.days import DayTerms, read_day
from tracker.reading.fields import ImportKind, Value, fields_of
from tracker.reading.headings import HeaderFound, HeadRow, find_header, header_at
from tracker.reading.likeness import likeness
from tracker.reading.mapping import FileMapping
from tracker.reading.proposal import Match, propose, propose_kind
from tracker.services.importing.day_orders import DayOrders
from tracker.services.importing.staging import Beat, packed, rows_stage
from tracker.spreadsheets.cells import Cell
from tracker.storage.tables import Table, TableAbout, TableRow, table_open

_HEAD = 60
_SAMPLES = 8
_LIKE = 0.75  # how much alike two sets of headings are for a kept mapping to be proposed


@dataclass(frozen=True)
class _Proposal:
    """What is proposed for a file, and how sure each column's match is."""

    mapping: FileMapping
    matches: Sequence[Match]
    saved: str = ""


def import_read(batch: ImportBatch, path: Path, beat: Beat) -> None:
    """Put the rows of the file away and keep what it says of itself; the caller holds no transaction."""
    mapping = FileMapping.model_validate(batch.mapping)
    with table_open(path, batch.file_name, mapping.sheet or None) as table:
        rows = table.rows()
        head = list(islice(rows, _HEAD))
        header = _header(head, mapping, table.about)
        reference, reason = _reference(batch, table.about, header, mapping)
        proposal = _proposal(batch, mapping, header, head)
        orders = DayOrders()
        count = rows_stage(batch.id, orders.watch(chain(head, rows)), beat)
        about = _about(table, header) | {
            "rows": count, "reference": reference.isoformat(), "reference_from": reason, "saved": proposal.saved,
            "samples": _samples(head, header),
            "looks_like": propose_kind(header.headings, _below(head, header))[0].value,
            "matches": [asdict(match) for match in proposal.matches], "given": batch.about.get("given", False),
        }  # fmt: skip
    with transaction() as session:
        fresh = session.get_one(ImportBatch, batch.id, populate_existing=True)
        fresh.about, fresh.kind = about, proposal.mapping.kind
        fresh.mapping = _with_orders(proposal.mapping, header, orders).stored()


def _with_orders(mapping: FileMapping, header: HeaderFound, orders: DayOrders) -> FileMapping:
    """Return the mapping with the order of day and month that a column's own days prove, where nobody has said it."""
    columns = {one.words: one.column for one in header.headings}
    proven = {
        key: order
        for key, names in mapping.columns.items()
        if key not in mapping.orders and (order := orders.proven(columns.get(names[0], -1)))
    }
    return mapping.model_copy(update={"orders": {**proven, **mapping.orders}}) if proven else mapping


def _without(cells: Sequence[Cell], columns: frozenset[int]) -> tuple[Cell, ...]:
    """Return the cells with those of hidden columns empty: a column nobody sees is none of the ledger's."""
    return tuple(None if place in columns else cell for place, cell in enumerate(cells)) if columns else tuple(cells)


def _samples(head: Sequence[TableRow], header: HeaderFound) -> list[list[Any]]:
    return [[packed(cell) for cell in cells] for cells in _below(head, header)[:_SAMPLES]]


def _header(head: Sequence[TableRow], mapping: FileMapping, about: TableAbout) -> HeaderFound:
    left = frozenset[int]() if mapping.hidden_rows else about.hidden_columns
    seen = [row for row in head if mapping.hidden_rows or not row.is_hidden] or head
    rows = [HeadRow(row.number, _without(row.cells, left), row.filled - left) for row in seen]
    found = header_at(rows, *mapping.header) if mapping.header is not None else find_header(rows, mapping.kind)
    # What we wrote ourselves into a file that was sent back to be mended is no column of its.
    return replace(found, headings=tuple(one for one in found.headings if not is_fault_heading(one.words)))


def _about(table: Table, header: HeaderFound) -> dict[str, Any]:
    about = table.about
    return {
        "format": about.format, "sheet": about.sheet, "title": header.title, "encoding": about.encoding,
        "sheets": [[one.name, one.is_hidden, one.is_empty] for one in about.sheets],
        "header": [header.first_row, header.last_row], "header_sure": header.sureness,
        "header_notes": header.notes,
        "headings": [[one.column, one.words] for one in header.headings],
        "hidden_columns": sorted(about.hidden_columns),
        "pictures": [[one.row, one.column, one.part] for one in about.pictures],
        "left_out": asdict(table.left_out),
    }  # fmt: skip


def _reference(
    batch: ImportBatch, about: TableAbout, header: HeaderFound, mapping: FileMapping
) -> tuple[date, str]:  # fmt: skip
    """Return the day on which the ledger was written and how we know: days without a year are reckoned from it."""
    today = local_date(batch.made_at)
    if mapping.reference is not None:
        return mapping.reference, "given"
    for reason, words in (("title", header.title), ("sheet", about.sheet), ("name", batch.file_name)):
        found = _day_in(words, today)
        if found is not None and found <= today:
            return found, reason
    if about.modified is not None and about.modified <= today:
        return about.modified, "modified"
    return today, "today"


def _day_in(words: str, today: date) -> date | None:
    """Return the day that a title names, or the end of the month or year that it names."""
    read = read_day(words, DayTerms(reference=today)) if len(words) <= 20 else None
    if read is not None and read.day is not None and not read.doubts:
        return read.day
    named = year_in(words)
    if named is None:
        return None
    year, month = named
    last = date(year + month // 12, month % 12 + 1, 1) if 1 <= month <= 12 else date(year + 1, 1, 1)
    return min(date.fromordinal(last.toordinal() - 1), today)


def _proposal(
    batch: ImportBatch, mapping: FileMapping, header: HeaderFound, head: Sequence[TableRow]
) -> _Proposal:  # fmt: skip
    sample = _below(head, header)
    kind = mapping.kind
    if batch.about.get("given"):
        return _Proposal(mapping, _given(mapping, header))
    saved = _saved(kind, [one.words for one in header.headings])
    if saved is not None:
        kept = FileMapping.model_validate(
            {**saved.body, "name": saved.name, "kind": saved.kind, "sheet": mapping.sheet}
        )
        return _Proposal(kept.model_copy(update={"header": mapping.header}), _given(kept, header), saved.name)
    matches = propose(header.headings, sample, kind)
    columns: dict[str, tuple[str, ...]] = {match.field: (match.heading,) for match in matches if match.field}
    return _Proposal(mapping.model_copy(update={"columns": columns}), matches)


def _given(mapping: FileMapping, header: HeaderFound) -> list[Match]:
    fields = {heading: key for key, headings in mapping.columns.items() for heading in headings}
    return [
        Match(one.column, one.words, fields.get(one.words, ""), 1.0 if one.words in fields else 0.0, "saved")
        for one in header.headings
    ]


def _saved(kind: ImportKind, headings: Sequence[str]) -> ImportMapping | None:
    """Return the kept mapping whose workbook looked most like this one, if any looked enough like it."""
    kept = db.session.scalars(select(ImportMapping).where(ImportMapping.kind == kind).order_by(ImportMapping.id)).all()
    scored = [(likeness(one.headings, headings), one) for one in kept if _serves(one, headings)]
    best = max(scored, key=lambda pair: pair[0], default=None)
    return best[1] if best is not None and best[0] >= _LIKE else None


def _serves(kept: ImportMapping, headings: Sequence[str]) -> bool:
    """Tell whether every column the kept mapping needs is there by its name."""
    needed = {key for key, field in fields_of(kept.kind).items() if field.is_needed or field.value is Value.DAY}
    columns = FileMapping.model_validate({**kept.body, "kind": kept.kind}).columns
    return all(set(names) <= set(headings) for key, names in columns.items() if key in needed)


def _below(head: Sequence[TableRow], header: HeaderFound) -> list[Sequence[Cell]]:
    return [row.cells for row in head if row.number > header.last_row]
