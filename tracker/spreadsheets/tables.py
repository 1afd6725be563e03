"""Opens a file of any kind that is read, and keeps its rows within the limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tracker.spreadsheets.about import LeftOut, TableAbout
from tracker.spreadsheets.cells import Row
from tracker.spreadsheets.delimited import delimited_open
from tracker.spreadsheets.grids import grid_open
from tracker.spreadsheets.kinds import kind_of
from tracker.spreadsheets.limits import MOST_PICTURE_BYTES, TableLimits
from tracker.spreadsheets.packages import Package
from tracker.spreadsheets.trouble import Trouble, UnreadableError
from tracker.spreadsheets.xlsx import xlsx_open


def opened(path: Path, name: str, sheet: str | None, limits: TableLimits) -> tuple[TableAbout, Iterator[Row]]:
    """Return what is told of a table, and all its rows with content; raise ``UnreadableError``."""
    kind = kind_of(path, name)
    if kind == "xlsx":
        return xlsx_open(path, sheet, limits)
    if kind == "csv":
        return delimited_open(path, name, sheet, limits)
    return grid_open(path, kind, sheet, limits)


@dataclass
class Within:
    """The rows of a table that are within the limits; ``left_out`` is complete when they are through."""

    limits: TableLimits
    left_out: LeftOut = LeftOut()

    def rows(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield rows up to the last of the table; the rest is read on and counted."""
        taken, last, is_over = 0, 0, False
        for row in rows:
            is_far = taken > 0 and row.number - last > self.limits.gap
            is_over = is_over or is_far or taken == self.limits.rows
            if is_over or row.content == row.beyond:
                self._leave(1, row.content)
                continue
            self._leave(0, row.beyond)
            taken, last = taken + 1, row.number
            yield row

    def _leave(self, rows: int, cells: int) -> None:
        if cells:
            self.left_out = LeftOut(self.left_out.rows + rows, self.left_out.cells + cells)


def picture(path: Path, part: str) -> bytes:
    """Return the bytes of a picture that some sheet shows; raise ``UnreadableError`` for any other part."""
    package = Package(path)
    is_shown = part in package and any(
        relation.kind == "image" and relation.part.lower() == part.lower()
        for name in package.parts() if name.lower().endswith(".rels")
        for relation in package.relations(_owner(name)).values()
    )  # fmt: skip
    if not is_shown or package.size(part) > MOST_PICTURE_BYTES:
        raise UnreadableError(Trouble.NO_PICTURE)
    return b"".join(package.chunks(part))


def _owner(relations: str) -> str:
    """Return the part whose relations stand in the part ``relations``."""
    return relations.replace("_rels/", "").removesuffix(".rels")
