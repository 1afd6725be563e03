"""Pictures that are the value of a cell: as WPS has them, and as Excel has them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from tracker.spreadsheets.about import PicturePlace
from tracker.spreadsheets.limits import MOST_PICTURES
from tracker.spreadsheets.markup import events, starts
from tracker.spreadsheets.packages import Package

# WPS writes =DISPIMG("ID_…",1), and what others make of it has a prefix.
_FORMULA = re.compile(r'\s*=?\s*(?:_xlfn\.)?DISPIMG\(\s*"([^"]*)"', re.I)
_RICH_VALUE = "XLRICHVALUE"
_PICTURE_KEY = "_rvRel:LocalImageIdentifier"


class CellPictures:
    """Knows which part a formula or a value's metadata shows, and gathers the places where that is so."""

    def __init__(self, by_name: dict[str, str], by_metadata: dict[str, str]) -> None:
        self._by_name, self._by_metadata = by_name, by_metadata
        self.places: list[PicturePlace] = []

    @property
    def is_there_any(self) -> bool:
        """Tell whether any cell can have a picture as its value."""
        return bool(self._by_name or self._by_metadata)

    def part_of(self, formula: str, metadata: str) -> str | None:
        """Return the part a cell shows, None for a cell that shows no picture, nothing for one whose part is lost."""
        if metadata and metadata in self._by_metadata:
            return self._by_metadata[metadata]
        found = _FORMULA.match(formula) if "DISPIMG" in formula else None
        return self._by_name.get(found[1], "") if found else None

    def place(self, row: int, column: int, part: str) -> None:
        """Note that a cell shows ``part``."""
        if part and len(self.places) < MOST_PICTURES:
            self.places.append(PicturePlace(row, column, part))


def cell_pictures(package: Package, workbook: str) -> CellPictures:
    """Return what the workbook, whose main part is ``workbook``, knows of pictures in cells."""
    return CellPictures(_by_name(package, workbook), _by_metadata(package, workbook))


def _by_name(package: Package, workbook: str) -> dict[str, str]:
    """Return the names of WPS's ``cellimages.xml`` and the parts behind them."""
    part = package.related(workbook, "cellImage") or posixpath.join(posixpath.dirname(workbook), "cellimages.xml")
    if part not in package:
        return {}
    relations = package.relations(part)
    name, parts = "", {}
    for element, found in starts(package.text(part)):
        if element == "cNvPr":
            name = found.get("name", "")
        elif element == "blip" and found.get("embed", "") in relations:
            parts[name] = relations[found["embed"]].part
    return {name: part for name, part in parts.items() if part in package}


def _by_metadata(package: Package, workbook: str) -> dict[str, str]:
    """Return Excel's numbers of value metadata (``vm``, from 1) and the parts behind them."""
    metadata, values, keys, links = (
        package.related(workbook, kind)
        for kind in ("sheetMetadata", "rdRichValue", "rdRichValueStructure", "richValueRel")
    )
    if not (metadata and values and links):
        return {}
    relations = package.relations(links)
    targets = [
        relations[found["id"]].part if found.get("id") in relations else ""
        for name, found in starts(package.text(links))
        if name == "rel"
    ]
    places = _picture_keys(package.text(keys)) if keys else []
    parts = [targets[number] if 0 <= number < len(targets) else "" for number in _links(package.text(values), places)]
    rich = enumerate(_rich_values(package.text(metadata)), 1)
    return {str(vm): parts[at] for vm, at in rich if 0 <= at < len(parts) and parts[at] in package}


def _picture_keys(chunks: Iterable[bytes]) -> list[int]:
    """Return for each structure the place of the value that names a picture, -1 where none does."""
    places: list[int] = []
    at = 0
    for name, found in starts(chunks):
        if name == "s":
            places.append(-1)
            at = 0
        elif name == "k":
            if found.get("n") == _PICTURE_KEY and places:
                places[-1] = at
            at += 1
    return places


def _links(chunks: Iterable[bytes], places: list[int]) -> list[int]:
    """Return for each rich value the number of its link to a picture, -1 where it is something else."""
    links: list[int] = []
    place, at = -1, 0
    for name, attributes, text in events(chunks):
        if name == "rv" and attributes is not None:
            structure = int(attributes.get("s", "0"))
            place = places[structure] if structure < len(places) else -1
            links.append(-1)
            at = 0
        elif name == "v" and attributes is None:
            if at == place and text.isdecimal():
                links[-1] = int(text)
            at += 1
    return links


def _rich_values(chunks: Iterable[bytes]) -> list[int]:
    """Return for each block of value metadata the number of its rich value, -1 where it has none."""
    kinds: list[str] = []
    future: dict[str, list[int]] = {}
    blocks: list[int] = []
    section, owner = "", ""
    for name, found in starts(chunks):
        if name == "metadataType":
            kinds.append(found.get("name", ""))
        elif name in ("futureMetadata", "valueMetadata", "cellMetadata"):
            section, owner = name, found.get("name", "")
        elif name == "rvb" and section == "futureMetadata":
            future.setdefault(owner, []).append(int(found.get("i", "-1")))
        elif name == "rc" and section == "valueMetadata":
            blocks.append(_rich_value(kinds, future, int(found.get("t", "0")), int(found.get("v", "-1"))))
    return blocks


def _rich_value(kinds: list[str], future: dict[str, list[int]], kind: int, at: int) -> int:
    known = future.get(kinds[kind - 1], []) if 0 < kind <= len(kinds) and kinds[kind - 1] == _RICH_VALUE else []
    return known[at] if 0 <= at < len(known) else -1
