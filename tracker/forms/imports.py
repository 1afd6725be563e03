"""What is filled in on the page of an import: which column is which field, and answers to what was asked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from pydantic import Field, ValidationError

from tracker.errors import InvalidError
from tracker.forms.base import Form
from tracker.languages import N_, _
from tracker.models import Fate
from tracker.reading.fields import ImportKind, Value, fields_of
from tracker.reading.mapping import FileMapping

_COLUMN = re.compile(r"field-(\d{1,3})")
_CELL = re.compile(r"cell-(\d{1,3})")
_NUMBERED = re.compile(r"(unit|state|severity)-name-(\d{1,3})")
_FLAGS = ("split", "fill_down", "hidden_rows")
_MANY = frozenset({Value.TEXT})  # several columns may be put together in a field of words


class UploadForm(Form):
    """What comes with a file."""

    kind: ImportKind = ImportKind.LEDGER
    labels: ClassVar = {"kind": N_("内容")}


class ActForm(Form):
    """An act on an import: the version that the user saw, and whether only good rows are to come in."""

    version: int | None = None
    good_only: bool = False
    labels: ClassVar = {"version": N_("版本"), "good_only": N_("只导入无误的行")}


class RowsForm(Form):
    """Which rows are asked for."""

    offset: int = Field(default=0, ge=0, le=10_000_000)
    limit: int = Field(default=100, ge=1, le=200)
    fate: list[Fate] = []
    labels: ClassVar = {"offset": N_("起始行"), "limit": N_("行数"), "fate": N_("结果")}


def mapping_form(given: Mapping[str, str], mapping: FileMapping, headings: Mapping[int, str]) -> FileMapping:
    """Return ``mapping`` with what the page says of columns, sheet, header and reference day."""
    columns: dict[str, list[str]] = {}
    for name, field in given.items():
        match = _COLUMN.fullmatch(name)
        if match and field and int(match.group(1)) in headings:
            columns.setdefault(field, []).append(headings[int(match.group(1))])
    _check_once(columns, mapping)
    changes: dict[str, Any] = {
        "columns": columns, "sheet": given.get("sheet", ""), "header": _header(given),
        "reference": given.get("reference") or None,
        "remark_from": [headings[place] for place in _ticked(given, "remark") if place in headings],
    } | {name: name in given for name in _FLAGS}  # fmt: skip
    return _changed(mapping, changes)


def _check_once(columns: Mapping[str, Sequence[str]], mapping: FileMapping) -> None:
    fields = fields_of(mapping.kind)
    unknown = [key for key in columns if key not in fields]
    if unknown:
        raise InvalidError({"columns": _("请从列表中选择字段")})
    twice = [
        _(fields[key].words) for key, names in columns.items() if len(names) > 1 and fields[key].value not in _MANY
    ]
    if twice:
        raise InvalidError({"columns": _("这些字段只能对应一列：{names}").format(names="、".join(twice))})


def _header(given: Mapping[str, str]) -> tuple[int, int] | None:
    """Return the rows of the header, ``None`` to have them found."""
    first, last = given.get("header_first", "").strip(), given.get("header_last", "").strip()
    if not first and not last:
        return None
    rows = [int(one) if one.isascii() and one.isdigit() and len(one) < 4 else -1 for one in (first, last or first)]
    if min(rows) < 0 or rows[1] < rows[0] or rows[1] - rows[0] > 2:
        raise InvalidError({"header_first": _("表头行应为 1 到 3 个相邻的行号，没有表头请填 0")})
    return rows[0], rows[1]


def _ticked(given: Mapping[str, str], name: str) -> Iterator[int]:
    for key in given:
        match = re.fullmatch(rf"{name}-(\d{{1,3}})", key)
        if match:
            yield int(match.group(1))


def answers_form(given: Mapping[str, str], mapping: FileMapping) -> tuple[FileMapping, dict[str, int]]:
    """Return ``mapping`` with the answers on the page, and the names that are to be remembered for a unit."""
    found: dict[str, dict[str, str]] = {"unit": {}, "state": {}, "severity": {}}
    aliases: dict[str, int] = {}
    for key, name in given.items():
        match = _NUMBERED.fullmatch(key)
        if match is None:
            continue
        what, number = match.groups()
        answer = _picked(given, what, number)
        if answer:
            found[what][name] = answer
        if answer.startswith("#") and f"alias-{number}" in given:
            aliases[name] = int(answer[1:])
    orders = {key.removeprefix("order-"): value for key, value in given.items() if key.startswith("order-") and value}
    changes = {
        "units": {**mapping.units, **found["unit"]}, "states": {**mapping.states, **found["state"]},
        "severities": {**mapping.severities, **found["severity"]}, "orders": {**mapping.orders, **orders},
    }  # fmt: skip
    return _changed(mapping, changes), aliases


def _picked(given: Mapping[str, str], what: str, number: str) -> str:
    """Return what was chosen; a unit looked up by hand goes before the ones proposed."""
    picked = given.get(f"pick-{number}", "") if what == "unit" else ""
    return f"#{picked}" if picked else given.get(f"{what}-{number}", "")


def _changed(mapping: FileMapping, changes: Mapping[str, Any]) -> FileMapping:
    try:
        return FileMapping.model_validate(mapping.model_dump() | dict(changes))
    except ValidationError as error:
        raise InvalidError({"form": _("有的选择无法识别，请刷新页面后重试")}) from error


def cells_form(given: Mapping[str, str], before: Mapping[int, str]) -> dict[int, str]:
    """Return the cells that were corrected, by column; ``before`` is what the file says."""
    cells = {}
    for key, words in given.items():
        match = _CELL.fullmatch(key)
        if match and words.strip() != before.get(int(match.group(1)), "").strip():
            cells[int(match.group(1))] = words.replace("\r\n", "\n").strip()
    return cells
