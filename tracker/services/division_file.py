"""Reads a file of division codes 区划代码; knows nothing of the database."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tracker.errors import InvalidError
from tracker.languages import _
from tracker.models import UnitKind
from tracker.services.division_words import known_words, normal_code, short_name

_REQUIRED = ("county_code", "county", "town_code", "town")
_LONGEST = {"county": 120, "town": 120, "village": 120}
_MOST_ERRORS = 50
_SHAPES = {"county_code": (6, 12), "town_code": (9, 12), "village_code": (12,)}
_CODES = ("county_code", "town_code", "village_code", "former_town_code", "former_code", "successor_code")


@dataclass(frozen=True)
class Division:
    """One unit as the file states it; ``is_certain`` where its kind is a fact of the file."""

    line: int
    code: str
    name: str
    kind: UnitKind
    is_certain: bool
    parent_code: str | None
    former_code: str | None = None
    successor_code: str | None = None
    is_virtual: bool = False

    @property
    def short_name(self) -> str:
        """Return the name people use: without the committee at its end."""
        return short_name(self.name)


@dataclass
class DivisionFile:
    """What a file states, each unit once by its code, and how many lines said nothing new."""

    county: Division | None = None
    towns: dict[str, Division] = field(default_factory=dict)
    villages: dict[str, Division] = field(default_factory=dict)
    skipped: int = 0
    errors: dict[str, str] = field(default_factory=dict)

    def wrong(self, line: int, column: str, words: str) -> None:
        """Note what is wrong in a cell, and the remedy."""
        said = _("第 {line} 行“{column}”：{words}").format(line=line, column=column, words=words)
        self.errors.setdefault(f"{line}.{column}", said)


def division_file(content: bytes | str) -> DivisionFile:
    """Return what the file states. UTF-8 (with or without mark) or GB18030; headings in English or Chinese.

    Raises ``InvalidError`` with every wrong line, its column and the remedy.
    """
    found = DivisionFile()
    for line, row in _rows(_text(content)):
        _take_row(found, line, row)
        if len(found.errors) >= _MOST_ERRORS:
            break
    _check_references(found)
    if found.county is None and not found.errors:
        raise InvalidError({"file": _("文件中没有区划数据，请检查是否选错文件")})
    if found.errors:
        raise InvalidError(found.errors)
    return found


def _text(content: bytes | str) -> str:
    if isinstance(content, str):
        return content
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidError({"file": _("文件编码无法识别，请另存为 UTF-8 或 GB18030 编码的 CSV")})


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield line numbers with cells by column; the heading may come again further down."""
    if "\x00" in text:
        raise InvalidError({"file": _("这不是 CSV 文件；如为 Excel 文件，请另存为 CSV")})
    reader = csv.reader(text.lstrip("\ufeff").splitlines())
    heading = next((_columns(cells) for cells in reader if any(cells)), [])
    missing = [column for column in _REQUIRED if column not in heading]
    if missing:
        raise InvalidError({"file": _("缺少列：{columns}，请补上后重新导入").format(columns="、".join(missing))})
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield reader.line_num, {} if _columns(cells) == heading else _cells(heading, cells)


def _columns(cells: list[str]) -> list[str]:
    names = known_words("column")
    plain = [re.sub(r"[\s()（）、/]", "", cell).lower() for cell in cells]
    return [names.get(name, name) for name in plain]


def _cells(heading: list[str], cells: list[str]) -> dict[str, str]:
    padded = cells + [""] * (len(heading) - len(cells))
    row = {column: cell.strip().strip("\u3000\u00a0'") for column, cell in zip(heading, padded, strict=False)}
    return row | {column: unicodedata.normalize("NFKC", row[column]) for column in _CODES if column in row}


def _take_row(found: DivisionFile, line: int, row: dict[str, str]) -> None:
    if not row:
        found.skipped += 1
        return
    _check_row(found, line, row)
    if any(key.startswith(f"{line}.") for key in found.errors):
        return
    county = _county(line, row)
    if found.county is None:
        found.county = county
    elif (found.county.code, found.county.name) != (county.code, county.name):
        found.wrong(line, "county_code", _("一个文件只能包含一个县，请拆分后分别导入"))
        return
    town = _town(line, row, county)
    _keep(found, found.towns, town, "town")
    if row.get("village_code"):
        is_new = _keep(found, found.villages, _village(line, row, town), "village")
        found.skipped += not is_new


def _keep(found: DivisionFile, known: dict[str, Division], division: Division, column: str) -> bool:
    first = known.setdefault(division.code, division)
    if first.name != division.name or first.parent_code != division.parent_code:
        words = _("代码 {code} 在第 {first} 行已用于“{name}”，请核对")
        found.wrong(division.line, column, words.format(code=division.code, first=first.line, name=first.name))
    return first is division


def _check_row(found: DivisionFile, line: int, row: dict[str, str]) -> None:
    for column in _CODES:
        if words := _code_refusal(column, row.get(column, "")):
            found.wrong(line, column, words)
    for column, longest in _LONGEST.items():
        if len(row.get(column, "")) > longest:
            found.wrong(line, column, _("名称最多 {n} 个字，请缩短").format(n=longest))
    for column in _missing(row):
        found.wrong(line, column, _("不能为空，请补上"))
    for column in ("town_kind", "village_kind"):
        if row.get(column) and row[column] not in known_words(column):
            words = _("不认识“{kind}”，可填：{known}")
            found.wrong(line, column, words.format(kind=row[column], known="、".join(known_words(column))))
    _check_nesting(found, line, row)


def _missing(row: Mapping[str, str]) -> list[str]:
    wanted = [*_REQUIRED]
    if row.get("village_code") or row.get("village"):
        wanted += ["village_code", "village"]
    return [column for column in wanted if not row.get(column)]


def _code_refusal(column: str, code: str) -> str:
    if not code:
        return ""
    if re.fullmatch(r"[\d.]+[eE]\+?\d+", code):
        return _("代码被 Excel 变成了数字“{code}”，请把该列设为文本后重新填写").format(code=code)
    if not (code.isascii() and code.isdigit()):
        return _("代码“{code}”应只含数字").format(code=code[:20])
    lengths = _SHAPES.get(column, (9, 12))
    if len(code) not in lengths:
        words = _("代码“{code}”有 {n} 位，应为 {lengths} 位")
        return words.format(code=code[:20], n=len(code), lengths="/".join(map(str, lengths)))
    return ""


def _check_nesting(found: DivisionFile, line: int, row: Mapping[str, str]) -> None:
    county, town, village = (row.get(column, "") for column in ("county_code", "town_code", "village_code"))
    if town and not town.startswith(county[:6]):
        found.wrong(line, "town_code", _("乡镇代码应以县代码 {code} 开头，请核对").format(code=county[:6]))
    if village and not village.startswith(town[:9]):
        found.wrong(line, "village_code", _("村代码应以乡镇代码 {code} 开头，请核对").format(code=town[:9]))


def _check_references(found: DivisionFile) -> None:
    for division in found.villages.values():
        target = division.successor_code
        successor = found.villages.get(target or "")
        if target and (successor is None or successor.successor_code):
            words = _("并入的代码 {code} 应是文件中仍然保留的村或社区，请核对")
            found.wrong(division.line, "successor_code", words.format(code=target))


def _county(line: int, row: Mapping[str, str]) -> Division:
    return Division(line, normal_code(row["county_code"]), row["county"], UnitKind.COUNTY, True, None)


def _town(line: int, row: Mapping[str, str], county: Division) -> Division:
    word = row.get("town_kind") or next((s for s in known_words("town_name") if row["town"].endswith(s)), "")
    kind = {**known_words("town_kind"), **known_words("town_name")}.get(word, "township?")
    former = normal_code(row["former_town_code"]) if row.get("former_town_code") else None
    return Division(
        line, normal_code(row["town_code"]), row["town"], UnitKind(kind.rstrip("?")), not kind.endswith("?"),
        county.code, former,
    )  # fmt: skip


def _village(line: int, row: Mapping[str, str], town: Division) -> Division:
    """Return the village or community; its kind is only proposed, people confirm it."""
    known = known_words("village_kind")
    by_name = next((word for word in known if row["village"].endswith(word)), "")
    kind = known.get(row.get("village_kind") or by_name, "village")
    return Division(
        line, row["village_code"], row["village"], UnitKind(kind.rstrip("?")), False, town.code,
        row.get("former_code") or None, row.get("successor_code") or None, kind.endswith("?"),
    )  # fmt: skip
