"""The workbook an office fills in to bring records in: headings sure to be understood, lists to choose from."""

from __future__ import annotations

from datetime import date
from typing import IO, Any

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name

from tracker import labels
from tracker.labels.import_template import COLUMN_NOTES, ColumnNote, Example
from tracker.languages import N_, _
from tracker.queries.import_template import TemplateLists
from tracker.reading.fields import Field, ImportKind, Value
from tracker.reports.comment_size import WIDTH, comment_height
from tracker.reports.import_choices import choices_write, template_fields

_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_CELL = {"font_size": 10, "valign": "top", "text_wrap": True}
_HEAD = {"font_size": 10, "bold": True, "align": "center", "valign": "vcenter", "text_wrap": True, "border": 1}
_LOOKS: dict[str, dict[str, Any]] = {
    "head": _HEAD | {"bg_color": "#E8EDEE"},
    "needed": _HEAD | {"bg_color": "#F8CBAD"},
    "text": _CELL | {"num_format": "@"},
    "day": _CELL | {"num_format": "yyyy-mm-dd"},
    "number": _CELL,
    "title": {"font_size": 14, "bold": True},
    "line": {"font_size": 10, "text_wrap": True, "valign": "top"},
}
_KINDS = {Value.DAY: "day", Value.NUMBER: "number", Value.PERCENT: "number", Value.NOTHING: "number"}
_WIDTHS = {Value.DAY: 12, Value.NUMBER: 8, Value.PERCENT: 9, Value.UNIT: 16}
_OWN_WIDTHS = {"order": 7, "photo_before": 22, "photo_after": 22}
_LONG, _LONG_WIDTH, _WIDTH = 1000, 34, 14
_GUIDE = (
    (N_("列"), 6), (N_("表头"), 18), (N_("要求"), 10), (N_("填什么"), 70), (N_("示例"), 36),
)  # fmt: skip
_RULES = (
    N_("只导入第一张工作表“{sheet}”；其余工作表供参考，不会导入。"),
    N_("请不要改动表头的文字；用不到的列可以留空或删除，列的先后不限。"),
    N_("橙色表头的列必填。有下拉列表的列请从列表中选择，全部可选项见“选项”工作表。"),
    N_("从别处粘贴时请用“选择性粘贴 → 数值”，以免盖掉下拉列表和格式。"),
)


def import_template(kind: ImportKind, lists: TemplateLists, target: IO[bytes]) -> None:
    """Write the template of that kind into ``target``, in the current language.

    The first sheet is to be filled in; the importer looks at no other. Names become inert text.
    """
    with Workbook(target, _OPTIONS) as book:
        book.set_properties({"title": _(labels.IMPORT_KIND[kind])})
        looks = {name: book.add_format(given) for name, given in _LOOKS.items()}
        page = book.add_worksheet(_(labels.IMPORT_KIND[kind]))
        _begin(page, kind, looks)
        _comment(page, kind)
        _examples(book.add_worksheet(_("填写示例")), kind, looks)
        _guide(book.add_worksheet(_("填写说明")), kind, looks)
        choices_write(book, book.add_worksheet(_("选项")), page, kind, lists)


def _begin(page: Any, kind: ImportKind, looks: dict[str, Any]) -> None:
    """Write the headings, exactly the words the importer knows, and set the page up."""
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.freeze_panes(1, 2)
    page.set_row(0, 32)
    for place, field in enumerate(template_fields(kind)):
        page.set_column(place, place, _width(field), looks[_KINDS.get(field.value, "text")])
        page.write_string(0, place, _(field.words), looks["needed" if field.is_needed else "head"])


def _width(field: Field) -> int:
    usual = _LONG_WIDTH if field.limit > _LONG else _WIDTHS.get(field.value, _WIDTH)
    return _OWN_WIDTHS.get(field.key, usual)


def _comment(page: Any, kind: ImportKind) -> None:
    page.set_comments_author(_("填写说明"))
    for place, field in enumerate(template_fields(kind)):
        words = _explained(field, COLUMN_NOTES[kind][field.key])
        page.write_comment(0, place, words, {"width": WIDTH, "height": comment_height(words), "font_size": 9})


def _explained(field: Field, note: ColumnNote) -> str:
    example = next((_shown(one) for one in note.examples if one), "")
    lines = [_("必填") if field.is_needed else "", _(note.words), _("例：{example}").format(example=example)]
    return "\n".join(line for line in (lines if example else lines[:2]) if line)


def _shown(example: Example) -> str:
    return _(example) if isinstance(example, str) else str(example)


def _examples(page: Any, kind: ImportKind, looks: dict[str, Any]) -> None:
    _begin(page, kind, looks)
    for place, field in enumerate(template_fields(kind)):
        for line, example in enumerate(COLUMN_NOTES[kind][field.key].examples, 1):
            if field.key == "order":
                page.write_string(line, place, _("示例 {n}").format(n=example), looks["text"])
            else:
                _write(page, line, place, example, looks)


def _write(page: Any, line: int, place: int, example: Example, looks: dict[str, Any]) -> None:
    if isinstance(example, date):
        page.write_datetime(line, place, example, looks["day"])
    elif isinstance(example, int):
        page.write_number(line, place, example, looks["number"])
    else:
        page.write_string(line, place, _(example), looks["text"])


def _guide(page: Any, kind: ImportKind, looks: dict[str, Any]) -> None:
    """Write what holds for the whole sheet, and one line for each column."""
    title = _(labels.IMPORT_KIND[kind])
    page.write_string(0, 0, _("填写说明：{title}").format(title=title), looks["title"])
    for line, words in enumerate(_RULES, 1):
        page.merge_range(line, 0, line, len(_GUIDE) - 1, _(words).format(sheet=title), looks["line"])
    head = len(_RULES) + 2
    for place, (words, width) in enumerate(_GUIDE):
        page.set_column(place, place, width)
        page.write_string(head, place, _(words), looks["head"])
    for line, field in enumerate(template_fields(kind), head + 1):
        cells = _guide_line(line - head - 1, field, COLUMN_NOTES[kind][field.key])
        for place, words in enumerate(cells):
            page.write_string(line, place, words, looks["text"])
    page.freeze_panes(head + 1, 0)


def _guide_line(place: int, field: Field, note: ColumnNote) -> tuple[str, ...]:
    needed = _("必填") if field.is_needed else _("可不填")
    examples = dict.fromkeys(_shown(one) for one in note.examples if one)
    return xl_col_to_name(place), _(field.words), needed, _(note.words), " / ".join(examples)
