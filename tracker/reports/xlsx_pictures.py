"""Small pictures in the cells of a sheet: side by side, within the cell, moving and growing with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from tracker.reports.xlsx_heights import HIGHEST, LINE, row_height, text_height
from tracker.storage.small_pictures import SmallPicture

MOST = 2  # pictures in a cell
WIDTH = 27  # characters of a column with pictures
_BOX, _GAP = (88, 66), 4  # pixels
_PADDING, _LETTER = 5, 7  # pixels, as Excel reckons the width of a column
_MOVES_AND_SIZES = 1


@dataclass(frozen=True)
class Pictures:
    """What stands in a cell: pictures, each with words for who cannot see it, and words below them."""

    shown: Sequence[tuple[SmallPicture, str]] = ()
    words: str = ""


def insert(page: Any, row: int, column: int, pictures: Pictures) -> None:
    """Put the pictures into a cell, none larger than its place and none enlarged."""
    for n, (picture, words) in enumerate(pictures.shown[:MOST]):
        scale = min(1.0, _BOX[0] / picture.width, _BOX[1] / picture.height)
        page.insert_image(row, column, f"{n}.jpg", {
            "image_data": BytesIO(picture.content), "x_scale": scale, "y_scale": scale,
            "x_offset": _GAP + n * (_BOX[0] + _GAP), "y_offset": _GAP,
            "object_position": _MOVES_AND_SIZES, "description": words,
        })  # fmt: skip


def height(row: Sequence[Any], widths: Sequence[int]) -> float | None:
    """Return the height in points that a row with words and pictures needs, ``None`` where a single line will do."""
    lines = [(_BOX[1] + 2 * _GAP) * 0.75 + (LINE if one.words else 0) for one in row if _has(one)]
    if not lines:
        return row_height(row, widths)
    words = (text_height(value, width) for value, width in zip(row, widths, strict=True))
    return min(HIGHEST, max(*lines, *words))


def _has(value: Any) -> bool:
    return isinstance(value, Pictures) and bool(value.shown)
