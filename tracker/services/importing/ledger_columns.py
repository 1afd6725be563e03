"""The plain columns of an issue as a ledger's row tells them: names looked up, words read, the rest kept as remarks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tracker.languages import _
from tracker.models import Source, UnitKind
from tracker.queries.import_index import PeopleIndex, UnitEntry, UnitIndex
from tracker.reading.amounts import percent_of, whole_of
from tracker.reading.mapping import FileMapping
from tracker.reading.names import people_names
from tracker.reading.words import severity_of, source_of
from tracker.services.importing.ledger_days import LedgerDays
from tracker.services.importing.ledger_places import Placed, PlaceReader
from tracker.services.importing.notes import Level, Note
from tracker.services.importing.spoken import folded, severity_words, source_words
from workflows.calendar import WorkCalendar
from workflows.issue import Severity


@dataclass(frozen=True)
class LedgerIndexes:
    """What a reader looks names up in; the ids of groups and stars by their names."""

    units: UnitIndex
    people: PeopleIndex
    groups: Mapping[str, int]
    stars: Mapping[str, Mapping[UnitKind, int]]
    indicators: Mapping[str, Sequence[tuple[int, int]]]  # by name, the ids of star and indicator
    calendar: WorkCalendar


@dataclass
class LedgerLine:
    """A row on its way: its values by field, and what was noticed."""

    cells: Mapping[str, Any]
    notes: list[Note] = field(default_factory=list)

    def text(self, key: str) -> str:
        """Return a value as words, without blanks around them."""
        return str(self.cells.get(key) or "").strip()


class ColumnReader:
    """Reads the columns of the issues of one file."""

    def __init__(self, mapping: FileMapping, indexes: LedgerIndexes, places: PlaceReader) -> None:
        self._mapping, self._indexes, self._places = mapping, indexes, places

    def read(self, row: LedgerLine, days: LedgerDays, placed: Placed) -> tuple[dict[str, Any], list[int]]:
        """Return the plain columns of the issue, and the ids of the units that help."""
        unit = self._responsible_unit(row, placed)
        star_id, category = self._star(row, placed)
        remark: list[str] = []
        star_id, indicator_id = self._indicator(row, star_id, remark)
        columns: dict[str, Any] = {
            "source": self._source(row), "severity": self._severity(row), "source_ref": row.text("source_ref"),
            "found_on": days.days.get("found_on"), "found_by": row.text("found_by"), "spot": placed.spot,
            "found_by_group_id": self._group(row), "star_id": star_id, "category": category,
            "indicator_id": indicator_id, "goal": row.text("goal"),
            "location_id": placed.unit.id if placed.unit and not placed.new else None,
            "township_id": placed.unit.township_id if placed.unit and not placed.new else None,
            "responsible_unit_id": unit.id if unit else None, "responsible_id": self._responsible(row, unit, remark),
            "sponsor_id": self._sponsor(row, remark), "deadline_words": days.words,
            "progress_note": row.text("progress"), "progress_percent": self._percent(row),
            "recheck_finding": row.text("recheck_finding"), "review_on": days.days.get("review_on"),
            "extensions": self._whole(row, "extensions"), **self._setbacks(row),
        }  # fmt: skip
        if columns["found_by_group_id"] is None and row.text("group"):
            columns["found_by"] = " ".join(dict.fromkeys(filter(None, (row.text("group"), columns["found_by"]))))[:100]
        columns["remark"] = self._remark(row, remark)
        return columns, self._assisting(row, placed)

    def _responsible_unit(self, row: LedgerLine, placed: Placed) -> UnitEntry | None:
        words = row.text("responsible_unit")
        return self._places.unit("responsible_unit", words, placed, row.notes) if words else None

    def _responsible(self, row: LedgerLine, unit: UnitEntry | None, remark: list[str]) -> int | None:
        words, unit_id = row.text("responsible"), unit.id if unit else None
        if not words:
            return self._indexes.people.at(unit_id, "")
        # People may be called by their post: the whole of it goes before what is left without titles.
        names = (words, *people_names(words)[:1])
        found = next((one for name in names if (one := self._indexes.people.at(unit_id, name))), None)
        if found is None or len(people_names(words)) > 1:
            remark.append(_("责任人 {names}").format(names=words))
            row.notes.append(Note(Level.INFO, "person_in_remark", "responsible", words))
        return found

    def _sponsor(self, row: LedgerLine, remark: list[str]) -> int | None:
        words = row.text("sponsor")
        if not words:
            return None
        names = (words, *people_names(words)[:1])
        found = next((one for name in names if (one := self._indexes.people.leader(name))), None)
        if found is None:
            remark.append(_("包联领导 {names}").format(names=words))
            row.notes.append(Note(Level.INFO, "person_in_remark", "sponsor", words))
        return found

    def _assisting(self, row: LedgerLine, placed: Placed) -> list[int]:
        words = row.text("assisting").replace("；", "、").replace(";", "、").replace("，", "、").replace(",", "、")
        units = (
            self._places.unit("assisting", one.strip(), placed, row.notes) for one in words.split("、") if one.strip()
        )
        return list(dict.fromkeys(unit.id for unit in units if unit is not None))

    def _star(self, row: LedgerLine, placed: Placed) -> tuple[int | None, str]:
        words, category = row.text("star"), row.text("category")
        if not words:
            return None, category
        by_kind = self._indexes.stars.get(words) or self._indexes.stars.get(words.split("/")[0].strip()) or {}
        kind = placed.unit.kind if placed.unit else None
        found = by_kind.get(kind) if kind else None
        if found is None and len(by_kind) == 1:
            found = next(iter(by_kind.values()))
        if found is None:
            row.notes.append(Note(Level.DOUBT, "star_unknown", "star", words))
            return None, (category or words)[:80]
        return found, category

    def _indicator(self, row: LedgerLine, star_id: int | None, remark: list[str]) -> tuple[int | None, int | None]:
        """Return the star and indicator: a name tells the star as well where only one star has it."""
        words = row.text("indicator")
        if not words:
            return star_id, None
        found = [one for one in self._indexes.indicators.get(words, ()) if star_id in (None, one[0])]
        if len(found) == 1:
            return found[0]
        remark.append(_("指标 {words}").format(words=words))
        row.notes.append(Note(Level.INFO, "indicator_in_remark", "indicator", words))
        return star_id, None

    def _group(self, row: LedgerLine) -> int | None:
        words = "".join(row.text("group").split())
        found = self._indexes.groups.get(words) if words else None
        if words and found is None:
            row.notes.append(Note(Level.INFO, "group_unknown", "group", words))
        return found

    def _source(self, row: LedgerLine) -> Source:
        words = row.text("source")
        code = self._mapping.sources.get(words) or source_words().get(folded(words)) or source_of(words)[0]
        if words and not code:
            row.notes.append(Note(Level.INFO, "source_unknown", "source", words))
        return Source(code) if code else Source.IMPORT

    def _severity(self, row: LedgerLine) -> Severity:
        words = row.text("severity")
        if words in self._mapping.severities:
            return self._mapping.severities[words]
        code = (severity_words().get(folded(words)) or severity_of(words)[0]) if words else None
        if words and code is None:
            row.notes.append(Note(Level.ASK, "severity_unknown", "severity", words))
        return Severity(code) if code else Severity.GENERAL

    def _percent(self, row: LedgerLine) -> int:
        value = row.cells.get("percent")
        found = percent_of(value)
        if found is None and row.text("percent"):
            row.notes.append(Note(Level.DOUBT, "percent_unread", "percent", row.text("percent")))
        return found or 0

    def _whole(self, row: LedgerLine, key: str) -> int:
        found = whole_of(row.cells.get(key))
        if found is None and row.text(key):
            row.notes.append(Note(Level.DOUBT, "number_unread", key, row.text(key)))
        return found or 0

    def _setbacks(self, row: LedgerLine) -> dict[str, int]:
        words = row.text("result_of_check")
        returns = self._whole(row, "returns") or int(words in self._mapping.returned_when)
        return {"returns": returns, "recurrences": int(words in self._mapping.recurred_when)}

    def _remark(self, row: LedgerLine, people: Sequence[str]) -> str:
        parts = [row.text(key) for key in ("remark_from", "consequence", "remark")]
        return "；".join(part for part in (parts[0], *people, *parts[1:]) if part)
