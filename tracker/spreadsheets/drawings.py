"""Pictures that float over a sheet, by the cell their upper left corner lies in."""

from __future__ import annotations

from collections.abc import Iterator

from tracker.spreadsheets.about import PicturePlace
from tracker.spreadsheets.limits import LAST_COLUMN, LAST_ROW
from tracker.spreadsheets.markup import Event, events
from tracker.spreadsheets.packages import Package, Relation

_ANCHORS = ("oneCellAnchor", "twoCellAnchor")


def floating_pictures(package: Package, sheet: str, drawing: str) -> Iterator[PicturePlace]:
    """Yield the pictures of the drawing that the part ``sheet`` knows by the name ``drawing``."""
    link = package.relations(sheet).get(drawing)
    if link is None or link.part not in package:
        return
    reader = _Reader(package.relations(link.part))
    for event in events(package.text(link.part)):
        for part in reader.take(event):
            if part in package:
                yield PicturePlace(reader.row, reader.column, part)


class _Reader:
    def __init__(self, relations: dict[str, Relation]) -> None:
        self._relations = relations
        self._open: dict[str, int] = {}
        self.row, self.column = 0, 0

    def take(self, event: Event) -> Iterator[str]:
        """Yield the part of a picture where one begins."""
        name, attributes, text = event
        self._open[name] = self._open.get(name, 0) + (1 if attributes is not None else -1)
        if attributes is None and self._is_in("from") and name in ("row", "col"):
            self._corner(name, int(text))
        elif attributes and name == "blip" and self._is_in("pic") and self._is_in(*_ANCHORS):
            # What other programs may show instead is the same picture once more.
            link = None if self._is_in("Fallback") else self._relations.get(attributes.get("embed", ""))
            if link is not None:
                yield link.part

    def _is_in(self, *names: str) -> bool:
        return any(self._open.get(name, 0) > 0 for name in names)

    def _corner(self, name: str, number: int) -> None:
        if name == "row":
            self.row = min(max(number + 1, 1), LAST_ROW)
        else:
            self.column = min(max(number, 0), LAST_COLUMN)
