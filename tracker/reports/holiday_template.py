"""The empty table for a year's holidays, with its explanation on a second sheet."""

from __future__ import annotations

import io

from xlsxwriter import Workbook

from tracker.languages import _

_ROWS = 60


def holiday_template(year: int) -> bytes:
    """Return a workbook with the columns that ``reading.holiday_notices`` reads, and examples for ``year`` beside."""
    made = io.BytesIO()
    with Workbook(made, {"in_memory": True, "strings_to_formulas": False}) as book:
        head = book.add_format({"bold": True, "bg_color": "#E8EDEE", "border": 1})
        day, text = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "@"})
        page = book.add_worksheet(_("放假安排"))
        page.write_row(0, 0, _headings(), head)
        page.set_column(0, 1, 14, day)
        page.set_column(2, 3, 14, text)
        page.set_column(4, 4, 48, text)
        page.data_validation(1, 2, _ROWS, 2, {"validate": "list", "source": [_("放假"), _("上班")]})
        page.freeze_panes(1, 0)
        guide = book.add_worksheet(_("填写说明"))
        guide.set_column(0, 4, 24)
        for n, words in enumerate(_guide()):
            guide.write_string(n, 0, words)
        for n, row in enumerate((_headings(), *_examples(year)), len(_guide()) + 1):
            guide.write_row(n, 0, row)
    return made.getvalue()


def _headings() -> list[str]:
    return [_("日期"), _("截止日期"), _("安排"), _("名称"), _("依据")]


def _guide() -> list[str]:
    return [
        _("按国务院办公厅当年的节假日安排通知填写，一行一段；只有一天的不填截止日期。"),
        _("“安排”填 放假 或 上班；周末调休上班的日子另起一行，填 上班。"),
        _("“依据”填通知的名称和文号；各行相同的可以不填，导入时在页面上填一次。"),
        _("以下是例子，不是真实的安排："),
    ]


def _examples(year: int) -> list[list[str]]:
    source = _("（示例）节假日安排通知")
    return [
        [f"{year}-01-01", f"{year}-01-03", _("放假"), _("元旦"), source],
        [f"{year}-01-09", "", _("上班"), _("元旦"), source],
    ]
