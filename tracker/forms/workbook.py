"""Rows of the organisation's workbook: read by their headings, each checked by the schema of its sheet."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from string import ascii_uppercase
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from tracker import labels
from tracker.errors import InvalidError
from tracker.forms.base import BLANK_IS_NONE, Form
from tracker.forms.units import Latitude, Longitude
from tracker.languages import LANGUAGES, N_, _, speaking
from tracker.models import IndicatorKind, UnitKind
from tracker.queries.workbook import SHEETS, CellError, SheetRow

YES, NO = N_("是"), N_("否")


def _code_of(table: Mapping[str, str]) -> BeforeValidator:
    """Read a word of any language back into its code."""

    def read(value: Any) -> Any:
        return next((code for code, words in table.items() if value in (code, *spoken(words))), value)

    return BeforeValidator(read)


def _yes_no(value: Any) -> Any:
    if value in spoken(YES):
        return True
    return False if value in spoken(NO) else value


def spoken(words: str) -> set[str]:
    """Return these words in every language we speak."""
    found = set()
    for language in LANGUAGES:
        with speaking(language):
            found.add(_(words))
    return found


Id = Annotated[int | None, BLANK_IS_NONE]
Code = Annotated[Annotated[str, Field(max_length=32, pattern=r"^[0-9A-Za-z_-]+$")] | None, BLANK_IS_NONE]
Day = Annotated[date, BeforeValidator(lambda value: value[:10] if isinstance(value, str) else value)]
OptionalDay = Annotated[date | None, BLANK_IS_NONE]
YesNo = Annotated[bool, BeforeValidator(_yes_no)]
Kind = Annotated[UnitKind, _code_of(labels.UNIT_KIND)]
IndicatorCode = Annotated[IndicatorKind, _code_of(labels.INDICATOR_KIND)]
Position = Annotated[int, Field(ge=0, le=9999)]


def _split_tags(value: Any) -> Any:
    return tuple(part for part in value.replace("；", "、").replace(";", "、").split("、") if part.strip())


class _Row(Form):
    """The words of a sheet's columns name its fields in errors; an empty cell says nothing."""

    @classmethod
    def _values(cls, given: Mapping[str, Any]) -> dict[str, Any]:
        fields = cls.model_fields
        return {name: value for name, value in given.items() if value != "" or fields[name].is_required()}


class UnitRow(_Row):
    """A unit; without a system number a new one."""

    labels: ClassVar[Mapping[str, str]] = SHEETS["units"][1]

    id: Id = None
    code: Code = None
    kind: Kind
    confirmed: YesNo = False
    name: str = Field(min_length=1, max_length=80)
    full_name: str = Field(default="", max_length=120)
    parent: str = Field(default="", max_length=120)
    tags: Annotated[tuple[str, ...], BeforeValidator(_split_tags)] = ()


class PlaceRow(_Row):
    """Where a unit lies, in degrees; both empty: not known."""

    labels: ClassVar[Mapping[str, str]] = SHEETS["places"][1]

    unit: str = Field(min_length=1, max_length=120)
    longitude: Longitude = None
    latitude: Latitude = None
    source: str = Field(default="", max_length=80)


class GroupRow(_Row):
    """A supervision group, known by its number."""

    labels: ClassVar[Mapping[str, str]] = SHEETS["groups"][1]

    number: int = Field(ge=1, le=999)
    name: str = Field(min_length=1, max_length=40)
    active: YesNo = True


class RosterRow(_Row):
    """A village on a group's roster for a period."""

    labels: ClassVar[Mapping[str, str]] = SHEETS["roster"][1]

    id: Id = None
    number: int = Field(ge=1, le=999)
    unit: str = Field(min_length=1, max_length=120)
    valid_from: Day
    valid_to: OptionalDay = None


class StarRow(_Row):
    """A star, known by kind and key."""

    labels: ClassVar[Mapping[str, str]] = SHEETS["stars"][1]

    unit_kind: Kind
    key: str = Field(min_length=1, max_length=40, pattern=r"^[a-z0-9_-]+$")
    name: str = Field(min_length=1, max_length=40)
    position: Position = 0
    active: YesNo = True


class LeadRow(_Row):
    """The lead department of a star for a period."""

    labels: ClassVar[Mapping[str, str]] = SHEETS["leads"][1]

    id: Id = None
    unit_kind: Kind
    star: str = Field(min_length=1, max_length=40)
    unit: str = Field(min_length=1, max_length=120)
    valid_from: Day
    valid_to: OptionalDay = None


class IndicatorRow(_Row):
    """An indicator of a star; without a system number a new one."""

    labels: ClassVar[Mapping[str, str]] = SHEETS["indicators"][1]

    id: Id = None
    unit_kind: Kind
    star: str = Field(min_length=1, max_length=40)
    kind: IndicatorCode
    name: str = Field(min_length=1, max_length=200)
    measured_in: str = Field(default="", max_length=20)
    position: Position = 0
    active: YesNo = True


ROWS: Mapping[str, type[_Row]] = {
    "units": UnitRow, "places": PlaceRow, "groups": GroupRow, "roster": RosterRow, "stars": StarRow, "leads": LeadRow,
    "indicators": IndicatorRow,
}  # fmt: skip


def workbook_parse(sheets: Mapping[str, Sequence[Sequence[str]]]) -> tuple[list[SheetRow], list[CellError]]:
    """Return the rows of the sheets we know, in our order, and what is wrong in which cell.

    Raises ``InvalidError`` on ``file`` where no sheet is ours.
    """
    names = {word: sheet for sheet, (name, _columns) in SHEETS.items() for word in spoken(name)}
    ours = {names[name.strip()]: rows for name, rows in sheets.items() if name.strip() in names}
    if not ours:
        known = "、".join(_(name) for name, _columns in SHEETS.values())
        raise InvalidError({"file": _("没有找到可导入的工作表；工作表应名为：{names}").format(names=known)})
    found: list[SheetRow] = []
    errors: list[CellError] = []
    for sheet in SHEETS:
        if sheet in ours:
            _read_sheet(sheet, ours[sheet], found, errors)
    return found, errors


def _read_sheet(sheet: str, rows: Sequence[Sequence[str]], found: list[SheetRow], errors: list[CellError]) -> None:
    title = _(SHEETS[sheet][0])
    headings = {word: key for key, words in SHEETS[sheet][1].items() for word in spoken(words)}
    places = {headings[cell.strip()]: n for n, cell in enumerate(rows[0]) if cell.strip() in headings} if rows else {}
    missing = [_(words) for key, words in SHEETS[sheet][1].items() if key not in places]
    if missing:
        words = _("缺少列：{columns}，请按导出的格式补上").format(columns="、".join(missing))
        errors.append(CellError(title, "A1", words))
        return
    letters = {key: ascii_uppercase[place] for key, place in places.items() if place < len(ascii_uppercase)}
    for line, cells in enumerate(rows[1:], start=2):
        given = {key: _cell(cells, place) for key, place in places.items()}
        if any(given.values()):
            _read_row(SheetRow(sheet, line, given, letters), title, found, errors)


def _cell(cells: Sequence[str], place: int) -> str:
    return unicodedata.normalize("NFC", cells[place]).strip() if place < len(cells) else ""


def _read_row(row: SheetRow, title: str, found: list[SheetRow], errors: list[CellError]) -> None:
    try:
        form = ROWS[row.sheet].parse(row.values)
    except InvalidError as error:
        errors.extend(CellError(title, row.cell(key), words) for key, words in error.errors.items())
        return
    found.append(SheetRow(row.sheet, row.line, form.model_dump(), row.letters))
