"""Numbers in a ledger's cells: shares and counts."""

from __future__ import annotations

import re
from unicodedata import normalize

from tracker.reading.chinese_numbers import number_of

_SHARE = re.compile(r"(\d{1,3}(?:\.\d{1,6})?) ?(%)|百分之([〇零一二三四五六七八九十百]{1,5})|([一二三四五六七八九])成")
_PLAIN = re.compile(r"\d{1,9}(?:\.\d{1,16})?")
_COUNT = re.compile(r"第?(?:(\d{1,9})(?:\.0+)?|([〇零一二三四五六七八九十百两]{1,5}))[次个人件项天条处份]?")
_NONE_OF_IT = frozenset({"无", "没有", "未延期"})
_LONGEST, _MOST = 60, 10**9


def percent_of(value: object) -> int | None:
    """Return the whole per cent from 0 to 100 that a cell says, None if none or several.

    0.8, 80, 80%, 八成 and 百分之八十 are 80. The number 1 is 100: a spreadsheet keeps 100% as 1, and who means one per
    cent writes 1%.
    """
    if isinstance(value, str):
        return _percent_in(normalize("NFKC", value.strip()) if len(value) <= _LONGEST else "")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
        return None
    return int(value * 100 + 0.5) if value <= 1 else int(value + 0.5)


def _percent_in(text: str) -> int | None:
    if _PLAIN.fullmatch(text):
        return percent_of(float(text))
    found = [_share(match) for match in _SHARE.finditer(text)]
    return found[0] if len(found) == 1 else None


def _share(match: re.Match[str]) -> int | None:
    digits, _sign, hundredths, tenths = match.groups()
    number = float(digits) if digits else number_of(hundredths) if hundredths else (number_of(tenths) or 0) * 10
    return int(number + 0.5) if number is not None and number <= 100 else None


def whole_of(value: object) -> int | None:
    """Return the count that a cell says (3, 3.0, 3次, 两次; 无 is 0), None if it is none or not a whole number."""
    if isinstance(value, str):
        return _count_in(normalize("NFKC", value.strip()) if len(value) <= _LONGEST else "")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _MOST:
        return None
    return int(value) if value == int(value) else None


def _count_in(text: str) -> int | None:
    match = _COUNT.fullmatch(text.replace(" ", ""))
    if not match:
        return 0 if text in _NONE_OF_IT else None
    return int(match[1]) if match[1] else number_of(match[2])
