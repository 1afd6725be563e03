"""Which rows below the headings are findings, and which only look after the table."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from unicodedata import normalize

from tracker.reading.column_content import DAY, LONG, NUMBER, STATUS, sort_of
from tracker.reading.heading_words import Heading, clean, normalise


class RowKind(StrEnum):
    """What a row of a table is."""

    DATA = "data"
    EMPTY = "empty"
    NUMBERED_EMPTY = "numbered_empty"
    SECTION = "section"
    REPEATED_HEADER = "repeated_header"
    TOTAL = "total"
    SIGNATURE = "signature"


_ORDER = frozenset({"序号", "序", "顺序号", "行号", "no", "#"})
_TOTAL = re.compile(
    r"(?:合计|总计|小计|共计|累计|总数|total|subtotal)(?:.{0,12}|[:：].{0,120})|.{1,8}(?:合计|小计|总计)", re.IGNORECASE
)
_SIGNATURE = re.compile(
    r"(?:填表|填报|制表|制单|编制|审核|复核|审批|报送|统计|经办|负责|主管|主要领导|分管领导|单位负责|单位领导|联系|签字|签名|盖章)[^：:]{0,6}[：:]|"
    r"(?:填表|填报|审核|制表|报送)(?:人|单位|日期|时间)|[(（](?:盖章|公章|签字|签章)[)）]|^(?:注|备注|说明|附注|填表说明|填报说明)\s*\d*[：:]"
)
_SIGNED = re.compile(r"(?:填表|填报|制表|审核|报送)(?:人|单位|日期|时间)[：:]")
_ORDINAL = re.compile(r"[(（]?[一二三四五六七八九十]{1,3}[)）]?[、.．]?")
_NUMBER = re.compile(r"[\x21-\x7e]*\d[\x21-\x7e]*、?|" + _ORDINAL.pattern)
_SECTION_START = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}[、.．]|[(（][一二三四五六七八九十]{1,3}[)）]|第[一二三四五六七八九十]{1,3}[章节部类])"
)
_TOTAL_ALONE = re.compile(r"合计|小计|总计|共计")
# By these fields a ledger is divided with lines of their own; a lone name elsewhere goes on with the row above.
_GROUPING = frozenset({"", "order", "source", "group", "township", "village", "place", "star", "category"})
_PROSE = frozenset({"description", "progress", "measures", "goal", "remark", "recheck_finding", "consequence"})


@dataclass(frozen=True)
class _Row:
    """A row's own texts by column: what a merge down from the row above shows is not the row's own."""

    cells: Sequence[object]
    filled: frozenset[int]
    names: Mapping[int, str]
    fields: Mapping[int, str]

    @cached_property
    def words(self) -> dict[int, str]:
        return {column: clean(cell) for column, cell in enumerate(self.cells) if sort_of(cell)}

    @cached_property
    def own(self) -> dict[int, str]:
        own = {column: words for column, words in self.words.items() if column not in self.filled}
        # Some readers count the first cell of a merged range among the filled ones.
        if not own and len(set(self.words.values())) == 1 and len(self.words) > 1:
            return dict([next(iter(self.words.items()))])
        return own

    @cached_property
    def across(self) -> list[int]:
        # The columns over which the first own text is merged; one, if it is not.
        first = next(iter(self.own))
        run = [first]
        while self.words.get(run[-1] + 1) == self.words[first] and run[-1] + 1 in self.filled:
            run.append(run[-1] + 1)
        return run

    def is_order(self, column: int) -> bool:
        if column in self.fields:
            return self.fields[column] == "order"
        return normalise(self.names.get(column, "")) in _ORDER


def _is_empty(row: _Row) -> bool:
    return not row.own


def _is_numbered_empty(row: _Row) -> bool:
    numbers = {column for column in row.own if row.is_order(column) or row.fields.get(column) == "key"}
    return row.own.keys() == numbers and all(_NUMBER.fullmatch(normalize("NFKC", words)) for words in row.own.values())


def _is_same_heading(words: str, heading: str) -> bool:
    return normalise(words) in {normalise(heading), *(normalise(part) for part in heading.split("/"))}


def _is_repeated_header(row: _Row) -> bool:
    same = sum(_is_same_heading(words, row.names.get(column, "")) for column, words in row.words.items())
    return same > 1 and same * 5 >= len(row.words) * 3


def _is_total(row: _Row) -> bool:
    texts = {column: words for column, words in row.own.items() if not (row.is_order(column) and words.isdecimal())}
    (column, words), *rest = texts.items() or row.own.items()
    pattern = _TOTAL_ALONE if row.fields.get(column) in _PROSE else _TOTAL
    return bool(pattern.fullmatch(words)) and all(sort_of(row.cells[other]) != LONG for other, _ in rest)


def _is_signature(row: _Row) -> bool:
    """Tell whether the row is signed; what stands among the problems has to say so beyond doubt."""
    texts = list(dict.fromkeys(row.own.values()))
    prose = [words for column, words in row.own.items() if row.fields.get(column) in _PROSE]
    return bool(_SIGNATURE.search(texts[0][:12])) and len(texts) <= 6 and all(map(_SIGNED.match, prose))


def _is_section(row: _Row) -> bool:
    remarks = {column for column, field in row.fields.items() if field == "remark"}
    if row.words.keys() - row.own.keys() - set(row.across) - remarks:
        return False  # A merge down from above: the row goes on with what stands there.
    match tuple((column, words) for column, words in row.own.items() if column not in remarks):
        case ((column, words),):
            return _is_lone_section(row, column, words)
        case ((order, number), (_, words)) if row.is_order(order):
            return bool(_ORDINAL.fullmatch(number)) and sort_of(words) != LONG
    return False


def _is_lone_section(row: _Row, column: int, words: str) -> bool:
    if len(row.names) == 1 or sort_of(row.cells[column]) in (NUMBER, DAY, STATUS):
        return False
    if len(row.across) > 1 and (column == 0 or len(row.across) * 2 >= len(row.names or row.cells)):
        return True
    field, is_numbered = row.fields.get(column, ""), bool(_SECTION_START.match(words) and "。" not in words)
    if field in _PROSE or (column and field not in _GROUPING and not is_numbered):
        return False
    return sort_of(words) != LONG or is_numbered


_RULES: tuple[tuple[RowKind, Callable[[_Row], bool]], ...] = (
    (RowKind.EMPTY, _is_empty),
    (RowKind.NUMBERED_EMPTY, _is_numbered_empty),
    (RowKind.REPEATED_HEADER, _is_repeated_header),
    (RowKind.TOTAL, _is_total),
    (RowKind.SIGNATURE, _is_signature),
    (RowKind.SECTION, _is_section),
)


def row_kind(
    cells: Sequence[object],
    filled: frozenset[int],
    headings: Sequence[Heading],
    fields: Mapping[int, str] | None = None,
) -> RowKind:
    """Return what a row is; ``fields`` says which field each column holds, if that is known already.

    A lone sentence is a finding where the column is one of sentences, and a section where a merge carries it across.
    When in doubt the row is data: a finding lost is worse than one refused with a reason.
    """
    names = {heading.column: heading.words for heading in headings}
    row = _Row(cells, filled, names, fields or {})
    return next((kind for kind, is_so in _RULES if is_so(row)), RowKind.DATA)


def section_words(cells: Sequence[object]) -> str:
    """Return what a section row says: “二、接入网设备”, also where the number stands in a cell of its own."""
    texts = list(dict.fromkeys(clean(cell) for cell in cells if sort_of(cell)))
    if len(texts) > 1 and _ORDINAL.fullmatch(texts[0]):
        return texts[0] + ("" if texts[0][-1] in "、.．)）" else "、") + texts[1]
    return texts[0] if texts else ""
