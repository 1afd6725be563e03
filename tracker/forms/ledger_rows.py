"""A ledger kept in a file: found by its mapping, read into rows, each row checked before anything is stored."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from python_calamine import CalamineError, CalamineWorkbook

from tracker.errors import InvalidError
from tracker.forms.base import Form
from tracker.languages import N_, _

_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:/\d{4}-\d{2}-\d{2})?")
_POINTS = re.compile(r"([^、，,;；()（）]*?)(扣)([^、，,;；()（）\d]*)(\d+(?:\.\d+)?)(分)")


class LedgerMapping(BaseModel):
    """Which column of a file is which field, as a TOML file says; ``name`` keeps row keys of files apart."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=40)
    columns: Mapping[str, str]
    place_levels: tuple[str, ...] = ()
    place_kinds: Mapping[str, tuple[str, ...]] = {}
    region: str = ""
    unknown_places: Literal["create", "refuse"] = "refuse"
    returned_when: tuple[str, ...] = ()
    recurred_when: tuple[str, ...] = ()

    @classmethod
    def read(cls, path: Path) -> LedgerMapping:
        """Return the mapping in ``path``; raise ``InvalidError`` naming what is wrong in it."""
        try:
            return cls.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except tomllib.TOMLDecodeError as error:
            raise InvalidError({path.name: _("映射文件不是有效的 TOML：{why}").format(why=error)}) from error
        except ValidationError as error:
            found = {".".join(map(str, detail["loc"])): detail["msg"] for detail in error.errors()}
            raise InvalidError({f"{path.name}:{place}": words for place, words in found.items()}) from error


def _first_day(value: Any) -> Any:
    """Take the first day of ``2020-07-27/2020-07-29``; what names no day (``2019``) is no date."""
    if not isinstance(value, str):
        return value
    match = _DAY.fullmatch(value.strip())
    return match.group(1) if match else None


OptionalDay = Annotated[date | None, BeforeValidator(_first_day)]


class LedgerLine(Form):
    """One row of the file, as its columns say it."""

    labels: ClassVar[Mapping[str, str]] = {
        "key": N_("行标识"), "description": N_("具体问题"), "category": N_("类别"), "spot": N_("具体位置"),
        "deadline": N_("整改时限"), "responsible_unit": N_("责任单位"),
    }  # fmt: skip

    key: str = Field(min_length=1, max_length=50)
    description: str = Field(min_length=1, max_length=4000)
    category: str = Field(default="", max_length=80)
    source_ref: str = Field(default="", max_length=200)
    found_on: OptionalDay = None
    found_by: str = Field(default="", max_length=100)
    places: tuple[tuple[str, str], ...] = ()
    spot: str = Field(default="", max_length=200)
    responsible_unit: str = Field(default="", max_length=80)
    deadline: OptionalDay = None
    deadline_words: str = Field(default="", max_length=100)
    status: str = Field(default="", max_length=200)
    remark: str = ""
    returns: int = 0
    recurrences: int = 0
    points: tuple[str, ...] = ()


def read_table(path: Path) -> list[dict[str, str]]:
    """Return the rows of a csv (UTF-8 or GB18030), xlsx, xls or ods file by their headings, all cells as text."""
    if path.suffix.lower() == ".csv":
        return list(csv.DictReader(io.StringIO(_decoded(path.read_bytes()))))
    try:
        sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=True)
    except (CalamineError, OSError) as error:
        raise InvalidError({path.name: _("无法读取这个文件，请另存为 xlsx 或 csv 后重试")}) from error
    heading = [_cell(cell) for cell in rows[0]] if rows else []
    return [dict(zip(heading, map(_cell, row), strict=False)) for row in rows[1:]]


def ledger_lines(table: Sequence[Mapping[str, str]], mapping: LedgerMapping) -> list[LedgerLine]:
    """Return every row; raise ``InvalidError`` with all faulty rows, keyed by line number (heading is line 1)."""
    missing = [column for column in _wanted(mapping) if table and column not in table[0]]
    if missing:
        raise InvalidError({column: _("文件中没有这一列，请检查映射文件") for column in missing})
    lines, errors = [], {}
    for number, row in enumerate(table, start=2):
        try:
            lines.append(LedgerLine.parse(_values(row, mapping)))
        except InvalidError as error:
            errors[_("第 {n} 行").format(n=number)] = error.message
    if errors:
        raise InvalidError(errors)
    return lines


def _wanted(mapping: LedgerMapping) -> Iterator[str]:
    yield from mapping.columns.values()
    yield from mapping.place_levels
    if mapping.region:
        yield mapping.region


def _values(row: Mapping[str, str], mapping: LedgerMapping) -> dict[str, Any]:
    found: dict[str, Any] = {field: (row[column] or "").strip() for field, column in mapping.columns.items()}
    status, consequence = found.pop("status_kind", ""), found.pop("consequence", "")
    stated = [(row[column] or "").strip() for column in mapping.place_levels]
    kinds = [_place_kind(name, mapping) for name in stated]
    found["places"] = tuple((name, kind) for name, kind in zip(stated, kinds, strict=True) if kind)
    spots = [name for name, kind in zip(stated, kinds, strict=True) if name and not kind]
    found["spot"] = " ".join(part for part in (*spots, found.get("spot", "")) if part)
    found["returns"] = int(status in mapping.returned_when)
    found["recurrences"] = int(status in mapping.recurred_when)
    found["points"] = tuple("".join(part).strip() for part in _POINTS.findall(consequence))
    region = row[mapping.region].strip() if mapping.region else ""
    found["remark"] = "；".join(part for part in (region, consequence, found.get("remark", "")) if part)
    return found


def _place_kind(name: str, mapping: LedgerMapping) -> str:
    """Return the kind whose longest ending the name has, or nothing: then it is a spot."""
    endings = [(len(end), kind) for kind, ends in mapping.place_kinds.items() for end in ends if name.endswith(end)]
    return max(endings)[1] if endings else ""


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidError({"file": _("文件编码无法识别，请另存为 UTF-8 编码的 csv")})


def _cell(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    return "" if value is None else str(value).strip()
