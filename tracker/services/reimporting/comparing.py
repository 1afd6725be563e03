"""Compares an edited ledger cell by cell with the history at the instant of its export, and with the present."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import select

from tracker.database import db
from tracker.languages import speaking
from tracker.models import Issue, IssuedLedger, Role, UploadCellKind
from tracker.policy import Actor, recorded
from tracker.queries.asof import BATCH, asof_issues
from tracker.queries.ledger import LedgerRow
from tracker.queries.ledger_photos import PHOTO_COLUMNS
from tracker.queries.moments import Moment, moment
from tracker.reading.edited_cells import Base, is_same, said
from tracker.reading.edited_tables import NUMBER, EditedLine, EditedSheet
from tracker.services.issued_ledgers import members_of
from tracker.services.reimporting.judging import FIELDS, Edit, Judge, Judged
from tracker.services.reimporting.sheets import LedgerCells
from tracker.spreadsheets.cells import Broken

_TOLD = 200  # lines that are named one by one
_LETTERS = "taken"  # names documents that a reader of less than the county may not see
# What tells a person which issue it is: where it differs in many lines, the numbers stand beside other issues.
_ABOUT = frozenset({"words", "summary", "township", "village", "place"})
K = UploadCellKind
Keyed = tuple[EditedLine, int]


@dataclass
class Comparison:
    """An edited ledger gone through sheet by sheet; what it comes to gathers here."""

    actor: Actor
    cells: LedgerCells
    at: datetime
    judge: Judge = field(init=False)
    is_county: bool = field(init=False)
    judged: list[tuple[Edit, Judged]] = field(default_factory=list)
    sheets: list[dict[str, Any]] = field(default_factory=list)
    unknown: list[tuple[str, int, str]] = field(default_factory=list)
    rows: int = 0
    _seen: dict[tuple[int, str], int] = field(default_factory=dict)
    _touched: set[tuple[str, int]] = field(default_factory=set)
    _astray: set[tuple[str, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.judge = Judge(self.actor)
        self.is_county = self.actor.role in (Role.OFFICE, Role.LEADER)

    def compare(self, sheet: EditedSheet, issued: IssuedLedger) -> Iterator[int]:
        """Take in one sheet; yield how many of its lines are done, now and then."""
        members = self._visible(members_of(issued)[0])
        then, now = moment(issued.at), moment(self.at)
        lines = self._known(sheet, members)
        for start in range(0, len(lines), BATCH):
            some = lines[start : start + BATCH]
            self._take(sheet, some, _Instants(issued, then, now, self.is_county))
            yield start + len(some)
        self.rows += len(lines)
        missing = len(members) - len({key for _line, key in lines})
        self.sheets.append({
            "name": sheet.name, "issued": issued.id, "at": issued.at.isoformat(), "rows": len(lines),
            "missing": missing, "unnumbered": sheet.unnumbered, "extra": sheet.extra[:20],
            "columns": [key for key in sheet.keys if key in FIELDS],
        })  # fmt: skip

    def summary(self) -> dict[str, Any]:
        """Return the figures as they are kept with the upload.

        ``touched`` counts lines with any edit, ``astray`` those in which place or problem are others than the number's.
        """
        return {
            "rows": self.rows, "touched": len(self._touched), "unknown": len(self.unknown), "astray": len(self._astray),
        }  # fmt: skip

    def _visible(self, ids: Iterable[int]) -> dict[str, int]:
        """Return number → id of those issues that the person may see today."""
        found: dict[str, int] = {}
        ordered = list(ids)
        for start in range(0, len(ordered), BATCH):
            query = select(Issue.number, Issue.id).where(Issue.id.in_(ordered[start : start + BATCH]))
            rows = db.session.execute(query.where(*recorded(self.actor)))
            found |= {number: key for number, key in rows if number is not None}
        return found

    def _known(self, sheet: EditedSheet, members: dict[str, int]) -> list[Keyed]:
        found = []
        for line in sheet.lines:
            key = members.get(line.issue)
            if key is None:
                self.unknown.append((sheet.name[:40], line.row, line.issue))
            else:
                found.append((line, key))
        return found

    def _take(self, sheet: EditedSheet, lines: Sequence[Keyed], when: _Instants) -> None:
        """Judge what is edited in some lines."""
        edits = list(self._edits(sheet, lines, when))
        query = select(Issue).where(Issue.id.in_({edit.issue_id for edit in edits}))
        issues = {issue.id: issue for issue in db.session.scalars(query)}
        for edit in edits:
            self._add(edit, self.judge.judge(issues[edit.issue_id], edit))

    def _edits(self, sheet: EditedSheet, lines: Sequence[Keyed], when: _Instants) -> Iterator[Edit]:
        unseen = {_LETTERS} if when.issued.is_whole and not self.is_county else set()
        keys = [
            key for key in sheet.keys if key in self.cells.headings and key not in {NUMBER, *PHOTO_COLUMNS, *unseen}
        ]
        read = _Reader(self.cells, sheet.language, keys)
        bases = when.then([key for _line, key in lines])
        edited: list[tuple[Keyed, list[str]]] = []
        for line, issue_id in lines:
            base = bases.get(issue_id)
            differing = read.differing(line, base) if base else []
            if differing:
                edited.append(((line, issue_id), differing))
                self._touched.add((sheet.name, line.row))
            if not _ABOUT.isdisjoint(differing):
                self._astray.add((sheet.name, line.row))
        present = when.present([key for (_line, key), some in edited if not FIELDS.keys() >= set(some)])
        for (line, issue_id), differing in edited:
            current = read.differing(line, present[issue_id]) if issue_id in present else differing
            for key in differing:
                if key in FIELDS or key in current:
                    yield read.edit(sheet, line, bases[issue_id], key)

    def _add(self, edit: Edit, judged: Judged) -> None:
        """Keep what is to be told; of one column that two lines or sheets edit alike one edit is kept."""
        if judged.kind is K.SAME:
            return
        place = (edit.issue_id, FIELDS.get(edit.column, f"{edit.column} {edit.sheet} {edit.line}"))
        first = self._seen.setdefault(place, len(self.judged))
        if first == len(self.judged):
            self.judged.append((edit, judged))
        elif self.judged[first][0].mine != edit.mine:
            self.judged += [(edit, Judged(K.WRONG, judged.now, judged.now_id, "twice", _where(self.judged[first][0])))]
            other, was = self.judged[first]
            self.judged[first] = other, Judged(K.WRONG, was.now, was.now_id, "twice", _where(edit))

    @property
    def lines(self) -> list[tuple[str, int, str]]:
        """Return (sheet, row, number) of the first lines whose number is not known."""
        return self.unknown[:_TOLD]


@dataclass(frozen=True)
class _Instants:
    """The instant of the export and the present; ``is_county``: for a reader who sees the county."""

    issued: IssuedLedger
    past: Moment
    now: Moment
    is_county: bool

    def then(self, ids: Sequence[int]) -> dict[int, LedgerRow]:
        """Return the rows as they went out."""
        return asof_issues(ids, self.past, is_whole=self.issued.is_whole)

    def present(self, ids: Sequence[int]) -> dict[int, LedgerRow]:
        """Return the rows as they stand."""
        return asof_issues(ids, self.now, is_whole=self.is_county) if ids else {}


@dataclass(frozen=True)
class _Reader:
    """Reads rows as the file's language writes them out; columns with one heading stand for each other."""

    cells: LedgerCells
    language: str
    keys: Sequence[str]

    @cached_property
    def twins(self) -> dict[str, Sequence[str]]:
        """Return each column with all that have its heading."""
        return {key: self.cells.known.twins(self.language, key) for key in self.keys}

    @cached_property
    def _wanted(self) -> list[str]:
        return list(dict.fromkeys(twin for keys in self.twins.values() for twin in keys))

    def differing(self, line: EditedLine, row: LedgerRow) -> list[str]:
        """Return the columns in which a line says other than a row."""
        values = dict(zip(self._wanted, self._values(row, self._wanted), strict=True))
        return [
            key for key, same in self.twins.items() if not any(is_same(line.cells[key], values[twin]) for twin in same)
        ]

    def edit(self, sheet: EditedSheet, line: EditedLine, row: LedgerRow, key: str) -> Edit:
        """Return one edit in words."""
        base, cell = self._values(row, [key])[0], line.cells[key]
        words = "" if base is None else str(base)
        broken = isinstance(cell, Broken)
        return Edit(row.issue.issue_id, sheet.name[:40], line.row, key, words, said(cell), is_broken=broken)

    def _values(self, row: LedgerRow, keys: Sequence[str]) -> Sequence[Base]:
        with speaking(self.language):
            return self.cells.read(row, keys)


def _where(edit: Edit) -> str:
    return f"{edit.sheet} {edit.line}"
