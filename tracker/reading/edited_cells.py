"""A cell of a ledger that went out, beside the same cell as it came back from Excel or WPS: does it say the same?"""

from __future__ import annotations

import re
from datetime import date, datetime, time

from tracker.reading.days import DayTerms, read_day
from tracker.spreadsheets.cells import Broken, Cell

Base = str | int | date | None  # what went out: text, a number, a day, nothing

LONGEST = 32_000  # Excel cuts a cell at 32,767 characters
_WIDTHS = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20}
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\u200b-\u200f\u2060\ufeff\u00ad]")
_BLANKS = re.compile(r"[ \t]+")
_MADE_INERT = re.compile(r"\A'(?=[=+\-@\t\r\n＝＋－＠])")  # what a .csv puts before a text that would be a formula
_ROUNDED = re.compile(r"-?\d(?:\.\d+)?E\+\d+", re.IGNORECASE)  # how Excel shows a long number in a .csv
_MANGLED = 40  # characters; what is longer, no table program takes for a number or a day
# Rules by which a text names one whole day; others reckon, and what is reckoned was not written.
_WHOLE = frozenset({"cell", "instant", "serial", "digits", "full", "english", "month_first", "day_first"})


def said(cell: Cell) -> str:
    """Return what a cell says as the record keeps it: plain line ends, no blanks at the ends of lines."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return _lines(_UNSEEN.sub("", _MADE_INERT.sub("", cell, count=1)))
    if isinstance(cell, Broken):
        return cell.words
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else f"{cell:%Y-%m-%d %H:%M}"
    return cell.isoformat() if isinstance(cell, date | time) else _number(cell)


def compared(text: str) -> str:
    """Return ``text`` without what two tables write differently and nobody reads: widths, blanks, empty lines."""
    plain = _BLANKS.sub(" ", _lines(_UNSEEN.sub("", _MADE_INERT.sub("", text, count=1)).translate(_WIDTHS)))
    return plain[:LONGEST]


def is_same(cell: Cell, base: Base) -> bool:
    """Tell whether a cell still says what went out, whatever the table program has made of its type."""
    if isinstance(cell, Broken):
        return cell.words == base
    if isinstance(base, datetime | date):
        return _day(cell, base) == base
    if isinstance(base, int):
        return _amount(cell) == base
    words = base or ""
    return compared(said(cell)) == compared(words) or (len(words) <= _MANGLED and _is_mangled(cell, words.strip()))


def _lines(text: str) -> str:
    lines = (line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return "\n".join(lines).strip()


def _number(value: float) -> str:
    return str(int(value)) if isinstance(value, int) or value.is_integer() else str(value)


def _day(cell: Cell, reference: date) -> date | None:
    """Return the one day that a cell names."""
    if isinstance(cell, Broken | bool | time) or (isinstance(cell, str) and not cell.strip()):
        return None
    read = read_day(cell, DayTerms(reference=reference))
    return read.day if read.rule in _WHOLE else None


def _amount(cell: Cell) -> float | None:
    """Return the number that a cell holds, a share for a per cent."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return cell
    if not isinstance(cell, str):
        return None
    words = compared(cell).replace(",", "")
    try:
        return float(words[:-1]) / 100 if words.endswith("%") else float(words)
    except ValueError:
        return None


def _is_mangled(cell: Cell, base: str) -> bool:
    """Tell whether a table program took a text that went out for a day or a number of its own."""
    if cell is None or not base:
        return False
    amount = _amount(cell)
    if amount is not None and (wanted := _amount(base)) is not None:
        return _is_near(cell, amount, wanted)
    read = _day(base, date.min.replace(year=2000))
    return read is not None and _day(cell, read) == read


def _is_near(cell: Cell, amount: float, wanted: float) -> bool:
    rounded = isinstance(cell, str) and _ROUNDED.fullmatch(cell.strip())
    return abs(amount - wanted) <= abs(wanted) * (1e-5 if rounded else 1e-12)
