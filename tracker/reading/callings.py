"""How groups, townships and their halls are called in ledgers."""

from __future__ import annotations

import re

_TOWNS = ("镇", "乡", "街道", "街道办事处", "办事处")
_HALLS = ("政府", "办事处", "党委", "党工委")
_AFTER = ("整改后", "后", "after")
_YEAR = re.compile(r"(20\d{2})\s*年(?:度)?(?:\s*(\d{1,2})\s*月)?")
_SUM = "计"
_LISTED = re.compile(r"[/、，,;；\\\s]")
_DIGITS = "零一二三四五六七八九"


def names_town(words: str) -> bool:
    """Tell whether words end like the name of a township or street."""
    return words.endswith(_TOWNS)


def names_town_hall(words: str) -> bool:
    """Tell whether words end like the name of a township's government, which no village has."""
    return words.endswith(_HALLS)


def lists_several(words: str) -> bool:
    """Tell whether words name several places at once, which no unit is called by."""
    return _LISTED.search(words) is not None


def group_names(number: int, name: str) -> set[str]:
    """Return what a group may be called: 督导一组, 第一组, 一组, 1组, 第1组, 1."""
    numbers = (str(number), spoken(number))
    plain = {f"{before}{n}组" for before in ("", "第", "督导", "督导第") for n in numbers}
    return plain | {name, str(number)}


def spoken(number: int) -> str:
    """Return a number below 100 as it is spoken; a larger one in digits."""
    tens, ones = divmod(number, 10)
    if not 0 < number < 100:
        return str(number)
    return (_DIGITS[tens] if tens > 1 else "") + ("十" if tens else "") + (_DIGITS[ones] if ones else "")


def star_names(name: str) -> set[str]:
    """Return what a star may be called: 产业兴旺 and 产业兴旺星."""
    plain = name.removesuffix("星")
    return {name, plain, f"{plain}星"}


def shows_after(heading: str) -> bool:
    """Tell whether a column of pictures shows the place after the work."""
    return any(word in heading.lower() for word in _AFTER)


def year_in(words: str) -> tuple[int, int] | None:
    """Return the year, and the month or 12, that a title names: 2026年2月, 2026年度."""
    match = _YEAR.search(words)
    return (int(match.group(1)), int(match.group(2) or 12)) if match else None


def may_be_sum(cell: object) -> bool:
    """Tell whether a cell may begin a line of sums: 合计, 小计, 总计."""
    return isinstance(cell, str) and _SUM in cell[:3]
