"""The organisation as an Excel workbook that can be edited and brought back."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import xlsxwriter

from tracker import labels
from tracker.languages import _
from tracker.queries.workbook import SHEETS

_WIDTHS = {"id": 10, "code": 16, "name": 24, "full_name": 32, "parent": 20, "tags": 24, "unit": 24, "star": 14}
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_WORDS = {"kind": "UNIT_KIND", "unit_kind": "UNIT_KIND"}


def unit_workbook(rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> bytes:
    """Return the sheets as .xlsx; every cell is text, so nothing in it can become a formula or lose its zeros."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, _OPTIONS) as book:
        heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        text = book.add_format({"num_format": "@"})
        for sheet, (name, columns) in SHEETS.items():
            page = book.add_worksheet(_(name))
            page.freeze_panes(1, 0)
            for place, (key, words) in enumerate(columns.items()):
                page.set_column(place, place, _WIDTHS.get(key, 12), text)
                page.write_string(0, place, _(words), heading)
            for line, row in enumerate(rows[sheet], start=1):
                for place, key in enumerate(columns):
                    page.write_string(line, place, _cell(sheet, key, row[key]), text)
            page.autofilter(0, 0, max(len(rows[sheet]), 1), len(columns) - 1)
    return stream.getvalue()


def _cell(sheet: str, key: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, date):
        return value.isoformat()
    if sheet == "indicators" and key == "kind":
        return labels.word(labels.INDICATOR_KIND, value)
    return labels.word(getattr(labels, _WORDS[key]), value) if key in _WORDS else str(value)
