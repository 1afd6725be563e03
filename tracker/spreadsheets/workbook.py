"""The parts of an .xlsx: its sheets and what belongs to all of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tracker.spreadsheets.about import SheetAbout
from tracker.spreadsheets.markup import events, is_true, starts
from tracker.spreadsheets.moments import date_styles, shanghai_day
from tracker.spreadsheets.packages import Package
from tracker.spreadsheets.spool import Strings
from tracker.spreadsheets.strings import strings_read
from tracker.spreadsheets.trouble import Trouble, UnreadableError

_MOST_SHEETS = 1_000
_MOST_PROPERTIES, _LONGEST_PROPERTY = 100, 255
_CONTENT = re.compile(rb"<(?:[\w.-]+:)?[vt](?:\s[^<>]*)?>[^<]|<!\[CDATA\[")
_OVERLAP = 256


@dataclass(frozen=True)
class Sheet:
    """A sheet and the part it stands in."""

    name: str
    part: str
    is_hidden: bool


class Workbook:
    """What ``xl/workbook.xml`` says."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self.part = package.related("", "officeDocument") or "xl/workbook.xml"
        self.is_1904 = False
        self.sheets: list[Sheet] = []
        relations = package.relations(self.part)
        for name, found in starts(package.text(self.part)):
            if name == "workbookPr":
                self.is_1904 = is_true(found.get("date1904"))
            elif name == "sheet" and (relation := relations.get(found.get("id", ""))) and relation.kind == "worksheet":
                self.sheets.append(
                    Sheet(found.get("name", ""), relation.part, found.get("state", "visible") != "visible")
                )
        if len(self.sheets) > _MOST_SHEETS:
            raise UnreadableError(Trouble.COMPLEX)

    def abouts(self) -> list[SheetAbout]:
        """Return what is told of each sheet."""
        empty = {part: not has_content(self._package.text(part)) for part in {sheet.part for sheet in self.sheets}}
        return [SheetAbout(sheet.name, sheet.is_hidden, empty[sheet.part]) for sheet in self.sheets]

    def strings(self) -> Strings:
        """Return the shared strings; a workbook may have none."""
        part = self._package.related(self.part, "sharedStrings")
        return strings_read(self._package.text(part) if part else [b"<sst/>"])

    def date_styles(self) -> frozenset[str]:
        """Return the cell styles that make a number a date."""
        part = self._package.related(self.part, "styles")
        return date_styles(self._package.text(part)) if part else frozenset()

    def properties(self) -> tuple[tuple[str, str], ...]:
        """Return the names and texts of the properties that somebody gave the workbook; only the first hundred."""
        part = self._package.related("", "custom-properties")
        found: list[tuple[str, str]] = []
        if part is None:
            return ()
        for event in events(self._package.text(part)):
            if event.name == "property" and event.attributes is not None:
                found.append((event.attributes.get("name", ""), ""))
            elif event.text and found and len(found) <= _MOST_PROPERTIES:
                found[-1] = found[-1][0], event.text[:_LONGEST_PROPERTY]
        return tuple((name[:_LONGEST_PROPERTY], text) for name, text in found[:_MOST_PROPERTIES])

    def modified(self) -> date | None:
        """Return the day in Shanghai the workbook was last saved, by its own word."""
        part = self._package.related("", "core-properties")
        if part is None:
            return None
        told = (event.text for event in events(self._package.text(part)) if event.name == "modified")
        return next((day for text in told if text and (day := shanghai_day(text))), None)


def has_content(chunks: Iterable[bytes]) -> bool:
    """Tell whether any cell of a sheet has a value; looks at the bytes, and no further than the first."""
    held = b""
    for chunk in chunks:
        held = held[-_OVERLAP:] + chunk
        # Sheets of a million empty rows are told by two quick looks a piece.
        if (b"v>" in held or b"t>" in held or b"<!" in held) and _CONTENT.search(held):
            return True
    return False
