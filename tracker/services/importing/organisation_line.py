"""One row of an organisation's table: its cells read as their fields ask for it, and what was noticed on the way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar
from unicodedata import normalize

from tracker.errors import InvalidError, TrackerError
from tracker.reading.chinese_numbers import number_of
from tracker.reading.days import DayRead, DayTerms, Order, read_day
from tracker.reading.fields import Field
from tracker.services.importing.notes import Level, Note
from tracker.services.importing.organisation_words import yes_no_words
from tracker.services.importing.spoken import folded
from tracker.services.importing.staging import shown

CodeT = TypeVar("CodeT")
LONGEST_WORDS = 200
LARGEST_GROUP = 999  # as the workbook of the organisation has it
_LARGEST_ID = 2**31 - 1
_CODE = re.compile(r"[0-9A-Za-z_-]+")
_GROUP = re.compile(r"(?:督导)?第?(?P<number>.+?)(?:督导)?组?")
# What a service calls a value that goes by another name in the table.
_FIELDS = {"home_unit_id": "home", "unit_ids": "unit", "group_id": "number", "tag": "tags", "on": "name"}
_PLAIN_DOUBTS = frozenset({"year", "century", "range", "month"})


def group_number(words: str) -> int | None:
    """Return the number that 3, 第三组, 督导3组 or 第三督导组 has, ``None`` where it is none of a group."""
    match = _GROUP.fullmatch("".join(words.split()))
    said = match.group("number") if match else ""
    number = int(said[:9]) if said.isascii() and said.isdigit() else number_of(said)
    return number if number is not None and 1 <= number <= LARGEST_GROUP else None


@dataclass(frozen=True)
class LineTerms:
    """What every row of one file is read with; ``reference`` is the day on which the table was written."""

    fields: Mapping[str, Field]
    reference: date
    orders: Mapping[str, Order] = field(default_factory=dict)


@dataclass
class Line:
    """One row on its way; ``proposed`` is what the preview has put into empty cells, by field."""

    number: int
    cells: Mapping[str, Any]
    terms: LineTerms
    proposed: Mapping[str, str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    @property
    def is_stopped(self) -> bool:
        """Tell whether something has to be corrected or answered first."""
        return any(note.level in (Level.WRONG, Level.ASK) for note in self.notes)

    def note(self, level: Level, code: str, key: str = "", words: str = "") -> None:
        """Notice something, once."""
        note = Note(level, code, key, words[:LONGEST_WORDS])
        if note not in self.notes:
            self.notes.append(note)

    def refuse(self, error: TrackerError) -> None:
        """Notice what a service has refused, each reason at its field."""
        errors = error.errors if isinstance(error, InvalidError) else {"": error.message}
        for name, words in errors.items():
            key = _FIELDS.get(name, name.removesuffix("_id"))
            self.note(Level.WRONG, "refused", key if key in self.terms.fields else "", words)

    def text(self, key: str) -> str:
        """Return the words of a cell; too many of them are wrong."""
        words = normalize("NFC", shown(self.cells.get(key))).strip()
        limit = self.terms.fields[key].limit
        if len(words) > limit:
            self.note(Level.WRONG, "too_long", key, str(limit))
        return words

    def needed(self, key: str) -> str:
        """Return the words of a cell that must not be empty."""
        words = self.text(key)
        if not words:
            self.note(Level.WRONG, "needed", key)
        return words

    def plain(self, key: str) -> str:
        """Return what stands in a cell in half width, as codes, logins and numbers are kept."""
        return normalize("NFKC", self.text(key)).strip()

    def word(self, key: str, table: Mapping[str, CodeT], code: str) -> CodeT | None:
        """Return what a word stands for, ``None`` for none; one that is not in ``table`` is wrong by ``code``."""
        words = self.text(key)
        found = table.get(folded(words))
        if words and found is None:
            self.note(Level.WRONG, code, key, words)
        return found

    def yes_no(self, key: str) -> bool | None:
        """Return 是 or 否, ``None`` for an empty cell."""
        return self.word(key, yes_no_words(), "yes_no_unknown")

    def code(self, key: str) -> str | None:
        """Return a code of Latin letters, digits, dashes and bars, ``None`` for none."""
        words = self.plain(key)
        if words and not _CODE.fullmatch(words):
            self.note(Level.WRONG, "code_odd", key, words)
        return words or None

    def id(self, key: str) -> int | None:
        """Return a system number, ``None`` for none."""
        words = self.plain(key)
        if not words:
            return None
        if not (words.isascii() and words.isdigit() and int(words[:12]) <= _LARGEST_ID):
            self.note(Level.WRONG, "id_odd", key, words)
            return None
        return int(words)

    def group_number(self, key: str) -> int | None:
        """Return the number of a group, which must not be empty."""
        words = self.plain(key)
        if not words:
            self.note(Level.WRONG, "needed", key)
            return None
        number = group_number(words)
        if number is None:
            self.note(Level.WRONG, "group_number_odd", key, words)
        return number

    def day(self, key: str, after: date | None = None) -> date | None:
        """Return the day in a cell; the last one of a period is reckoned from its first, ``after``."""
        if not self.text(key):
            return None
        order = self.terms.orders.get(key)
        terms = DayTerms(reference=self.terms.reference, found_on=after, ahead=after is not None, order=order)
        read = read_day(self.cells[key], terms)
        if read.day is None:
            self._unread(key, read, is_end=after is not None)
            return None
        for doubt in read.doubts:
            self._doubt(key, doubt, read)
        return read.day

    def day_shown(self, key: str, today: date) -> date:
        """Return the day that an empty cell stands for: the one that the preview has shown, or today."""
        return date.fromisoformat(self.proposed[key]) if key in self.proposed else today

    def _unread(self, key: str, read: DayRead, *, is_end: bool) -> None:
        if read.rule == "undated" and is_end:
            self.note(Level.INFO, "period_open", key, self.text(key))  # 长期 is no last day
        else:
            self.note(Level.WRONG, "day_impossible", key, self.text(key))

    def _doubt(self, key: str, doubt: str, read: DayRead) -> None:
        day = f"{read.day}"
        if doubt == "order" and read.other is not None:
            self.note(Level.ASK, "day_order", key, f"{self.text(key)} → {day} / {read.other}")
        elif doubt in _PLAIN_DOUBTS:
            self.note(Level.INFO, f"day_{doubt}", key, day)
        else:
            self.note(Level.DOUBT, "day_supposed", key, f"{self.text(key)} → {day}")
