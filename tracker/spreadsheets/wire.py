"""How child and parent talk: one JSON list a line, its first item naming what it is.

``["about", …]``, then ``["rows", [[number, hidden, cells, fills], …]]`` again and again, then ``["end", rows, cells]``;
``["picture", bytes]`` and the bytes; at any time ``["error", trouble, facts]``, which is the last.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime, time
from typing import Any

from tracker.spreadsheets.about import PicturePlace, SheetAbout, TableAbout
from tracker.spreadsheets.cells import Broken, Row

_MAKERS: dict[str, Callable[[str], Any]] = {
    "m": datetime.fromisoformat,
    "d": date.fromisoformat,
    "t": time.fromisoformat,
    "e": Broken,
}


def _coded(value: Any) -> dict[str, str]:
    """Return what JSON has no word for; a datetime is a date as well, and so comes first."""
    if isinstance(value, datetime):
        return {"m": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    if isinstance(value, time):
        return {"t": value.isoformat()}
    if isinstance(value, Broken):
        return {"e": value.words}
    raise TypeError(value)


def _decoded(found: dict[str, Any]) -> Any:
    if len(found) == 1:
        ((key, value),) = found.items()
        if key in _MAKERS:
            return _MAKERS[key](value)
    return found


def line(*message: Any) -> bytes:
    """Return one message as a line."""
    return json.dumps(message, default=_coded, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def order(wanted: dict[str, Any]) -> bytes:
    """Return what the child is to do, as its only line of input."""
    return json.dumps(wanted).encode()


def message(line: bytes) -> list[Any]:
    """Return what one line says."""
    found: list[Any] = json.loads(line, object_hook=_decoded)
    return found


def packed_row(row: Row) -> tuple[Any, ...]:
    """Return a row as it goes over the wire."""
    return row.number, int(row.is_hidden), row.cells, row.fills


def packed_about(about: TableAbout) -> dict[str, Any]:
    """Return what is told of a table as it goes over the wire."""
    packed = asdict(about) | {"hidden_columns": sorted(about.hidden_columns)}
    if not about.properties:
        del packed["properties"]
    return packed


def unpacked_about(found: dict[str, Any]) -> TableAbout:
    """Return what is told of a table as it came."""
    return TableAbout(
        **found
        | {
            "sheets": tuple(SheetAbout(**sheet) for sheet in found["sheets"]),
            "hidden_columns": frozenset(found["hidden_columns"]),
            "merged": tuple(tuple(area) for area in found["merged"]),
            "properties": tuple((name, text) for name, text in found.get("properties", ())),
            "pictures": tuple(PicturePlace(**place) for place in found["pictures"]),
        }
    )
