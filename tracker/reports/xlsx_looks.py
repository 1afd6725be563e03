"""How the cells of our workbooks look, and how their rows stand."""

from __future__ import annotations

from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

_FRAMED = {"border": 1, "text_wrap": True}
FORMATS: dict[str, dict[str, Any]] = {
    "title": {"font_name": "SimHei", "font_size": 18, "align": "center", "valign": "vcenter"},
    "line": {"font_name": "FangSong", "font_size": 11, "text_wrap": True, "valign": "vcenter"},
    "head": {"font_name": "SimHei", "font_size": 10, "bold": True, "align": "center", "valign": "vcenter",
             "bg_color": "#E8EDEE"} | _FRAMED,
    "cell": {"font_name": "SimSun", "font_size": 10, "valign": "top"} | _FRAMED,
    "below": {"font_name": "SimSun", "font_size": 9, "font_color": "#55666B", "valign": "bottom"} | _FRAMED,
    "group": {"font_name": "SimHei", "font_size": 10, "bg_color": "#F3F5F5", "top": 1, "bottom": 1},
    "sum": {"font_name": "SimSun", "font_size": 10, "bold": True, "top": 1, "bottom": 1},
    "number": {"font_name": "SimSun", "font_size": 10, "valign": "top", "align": "center"} | _FRAMED,
    "day": {"font_name": "SimSun", "font_size": 10, "valign": "top", "align": "center", "num_format": "yyyy-mm-dd"}
    | _FRAMED,
}  # fmt: skip


class Page(Worksheet):  # type: ignore[misc]  # the library has no types
    """A sheet whose rows have the height that their words need, and grow where somebody types more into them.

    Excel finds the heights of rows without one, other programs show a single line of whatever breaks. The library can
    say a height only as one that somebody chose, which stays; pictures need such a one, and say so by ``grows``.
    """

    grows = True

    def fit(self, row: int, height: float | None, level: int) -> None:
        """Give a row its height and how deep it folds, and forget the one before it, which is written by then."""
        self.set_row(row, height, None, {"level": level})
        if self.grows:
            self.row_info.pop(row - 2, None)
            self.row_sizes.pop(row - 2, None)

    def _xml_start_tag_unencoded(self, tag: str, attributes: Any = ()) -> None:
        if tag == "row" and self.grows:
            attributes = [one for one in attributes if one[0] != "customHeight"]
        super()._xml_start_tag_unencoded(tag, attributes)


class Book(Workbook):  # type: ignore[misc]  # the library has no types
    """A workbook of such sheets."""

    worksheet_class = Page
