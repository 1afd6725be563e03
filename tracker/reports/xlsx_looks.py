"""How the cells of our workbooks look, and whose workbooks they say they are."""

from __future__ import annotations

from typing import Any

from xlsxwriter import Workbook

_FRAMED = {"border": 1, "text_wrap": True}
FORMATS: dict[str, dict[str, Any]] = {
    "title": {"font_name": "SimHei", "font_size": 18, "align": "center", "valign": "vcenter"},
    "line": {"font_name": "FangSong", "font_size": 11},
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


class Book(Workbook):  # type: ignore[misc]  # the library has no types
    """A workbook that does not give itself out as Excel's own.

    Programs that trust Excel with the height of each row (LibreOffice) would show a single line of whatever breaks.
    """

    def _write_file_version(self) -> None:
        """Write nothing: the element is optional."""
