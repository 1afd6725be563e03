"""The drop-downs of an import's template: lists on a sheet of their own, and the rules that tie columns to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from xlsxwriter.utility import xl_col_to_name, xl_range_formula

from tracker import labels
from tracker.labels.import_template import COLUMN_NOTES
from tracker.languages import N_, _
from tracker.queries.import_template import TemplateLists
from tracker.reading.fields import Field, ImportKind, Value, fields_of
from tracker.reports.xlsx import inert
from workflows.importing import STARTS

ROWS = 500  # with rules, below the headings
FIRST_DAY = date(2000, 1, 1)
YES_NO = (N_("是"), N_("否"))
_UNLISTED = N_("列表中没有这一项。导入时会请您确认它是什么。现在就保留吗？")
_NOT_LISTED = N_("只能填列表中的词，全部可选项见“选项”工作表。")
_NO_DAY = N_("请填日期，如 2026-03-02，不早于 2000-01-01。")


@dataclass(frozen=True)
class Choice:
    """What a column offers: a list, the field whose cell narrows it, and whether another word is refused.

    Names are not refused: a unit may be missing here, and the import asks about it.
    """

    entries: str
    by: str = ""
    is_closed: bool = False


CHOICES: Mapping[ImportKind, Mapping[str, Choice]] = {
    ImportKind.LEDGER: {
        "source": Choice("sources"), "group": Choice("groups"), "township": Choice("townships"),
        "village": Choice("villages", by="township"), "star": Choice("stars"),
        "severity": Choice("severities", is_closed=True), "responsible_unit": Choice("responsible_units"),
        "responsible": Choice("people", by="responsible_unit"), "sponsor": Choice("leaders"),
        "status": Choice("states", is_closed=True),
    },
    ImportKind.UNITS: {
        "kind": Choice("kinds", is_closed=True), "confirmed": Choice("yes_no", is_closed=True),
        "parent": Choice("units"),
    },
    ImportKind.GROUPS: {"active": Choice("yes_no", is_closed=True)},
    ImportKind.ROSTER: {
        "number": Choice("numbers"), "unit": Choice("villages", by="township"), "township": Choice("townships"),
    },
    ImportKind.PEOPLE: {"home": Choice("places")},
    ImportKind.POSTS: {
        "role": Choice("roles", is_closed=True), "unit": Choice("units"), "number": Choice("numbers"),
    },
}  # fmt: skip


def template_fields(kind: ImportKind) -> list[Field]:
    """Return the fields that are columns of the template, in their order."""
    fields = fields_of(kind)
    return [fields[key] for key in COLUMN_NOTES[kind]]


def choices_write(book: Any, sheet: Any, page: Any, kind: ImportKind, lists: TemplateLists) -> None:
    """Fill ``sheet`` with the lists of that kind, and put the rules on the columns of ``page``.

    The rules name the lists by defined names: office programs keep those, while they put references to another sheet
    into an extension that not all of them read.
    """
    fields = template_fields(kind)
    places = {field.key: n for n, field in enumerate(fields)}
    writer = _Lists(book, sheet)
    for place, field in enumerate(fields):
        rule = _plain_rule(field)
        choice = CHOICES[kind].get(field.key)
        entries = _entries(choice, lists) if choice else []
        if choice and entries:
            above = fields[places[choice.by]] if choice.by else None
            name = writer.add(field, above, entries)
            rule = _list_rule(name, f"${xl_col_to_name(places[choice.by])}2" if above else "", choice)
        if rule:
            page.data_validation(1, place, ROWS, place, rule)


class _Lists:
    """Writes one list beside the other."""

    def __init__(self, book: Any, sheet: Any) -> None:
        self._book, self._sheet, self._column = book, sheet, 0
        self._head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E8EDEE"})
        # Text, so that a name such as =1+1 stays one when it is chosen or edited.
        self._text = book.add_format({"num_format": "@"})

    def add(self, field: Field, above: Field | None, entries: Sequence[tuple[str | int, ...]]) -> str:
        """Write a list, before it what narrows it; return its defined name, and with ``_of`` that of the latter."""
        name = f"choices_{field.key}"
        for suffix, heading, values in _sides(field, above, entries):
            self._sheet.set_column(self._column, self._column, 20, self._text)
            self._sheet.write_string(0, self._column, _(heading.words), self._head)
            for line, value in enumerate(values, 1):
                self._write(line, value)
            area = xl_range_formula(self._sheet.name, 1, self._column, len(entries), self._column)
            self._book.define_name(name + suffix, f"={area}")
            self._column += 1
        return name

    def _write(self, line: int, value: str | int) -> None:
        if isinstance(value, int):
            self._sheet.write_number(line, self._column, value)
        else:
            self._sheet.write_string(line, self._column, inert(value), self._text)


def _sides(
    field: Field, above: Field | None, entries: Sequence[tuple[str | int, ...]]
) -> Iterable[tuple[str, Field, Sequence[str | int]]]:
    if above is not None:
        yield "_of", above, [entry[0] for entry in entries]
    yield "", field, [entry[-1] for entry in entries]


def _entries(choice: Choice, lists: TemplateLists) -> Sequence[tuple[str | int, ...]]:
    spoken = {
        "severities": labels.SEVERITY.values(), "kinds": labels.UNIT_KIND.values(), "roles": labels.ROLE.values(),
        "sources": [words for code, words in labels.SOURCE.items() if code != "import"],
        "states": [labels.STATE[state] for state in STARTS], "yes_no": YES_NO,
    }  # fmt: skip
    if choice.entries in spoken:
        return [(_(words),) for words in spoken[choice.entries]]
    found: Sequence[Any] = getattr(lists, choice.entries)
    return found if choice.by else [(one,) for one in found]


def _list_rule(name: str, above: str, choice: Choice) -> dict[str, Any]:
    return {
        "validate": "list", "source": _narrowed(name, above) if above else f"={name}",
        "error_type": "stop" if choice.is_closed else "warning", "error_title": _("请从列表中选择"),
        "error_message": _(_NOT_LISTED if choice.is_closed else _UNLISTED),
    }  # fmt: skip


def _narrowed(name: str, above: str) -> str:
    """Return the formula of the part of a list that belongs to the cell ``above``, the whole list where none does.

    OFFSET stands outermost because every office program takes it for the source of a list.
    """
    found = f"MATCH({above},{name}_of,0)"
    height = f"IF(ISNA({found}),ROWS({name}),MAX(1,COUNTIF({name}_of,{above})))"
    return f"=OFFSET({name},IFERROR({found}-1,0),0,{height},1)"


def _plain_rule(field: Field) -> dict[str, Any]:
    """Return what a cell may hold where no list says it."""
    if field.value is Value.DAY:
        rule = {"validate": "date", "criteria": ">=", "value": FIRST_DAY, "error_message": _(_NO_DAY)}
    elif field.value is Value.PERCENT:
        words = _("请填 0 到 100 的数，不写百分号。")
        rule = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 100, "error_message": words}
    elif field.value is Value.NUMBER:
        rule = {"validate": "integer", "criteria": ">=", "value": 1, "error_message": _("请填从 1 起的整数。")}
    elif field.value is Value.TEXT:
        words = _("最多 {n} 个字。").format(n=field.limit)
        rule = {"validate": "length", "criteria": "<=", "value": field.limit, "error_message": words}
    else:
        return {}
    return rule | {"error_title": _("请检查填写的内容")}
