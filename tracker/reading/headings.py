"""Where the headings of a table stand, and what they say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tracker.languages import N_
from tracker.reading.fields import ImportKind
from tracker.reading.header_rows import HeadRow, is_joined, levels_of, look_of
from tracker.reading.heading_words import Heading
from tracker.spreadsheets.columns import letters_of

__all__ = ["HEADER_NOTES", "HeadRow", "HeaderFound", "Heading", "find_header", "header_at"]
HEADER_NOTES: Mapping[str, str] = {
    "no_header": N_("没有找到表头，按列的字母称呼各列"),
    "joined": N_("表头占多行，已上下合并"),
    "letters": N_("有的列没有表头，用列的字母称呼"),
    "doubled": N_("有的表头重名，已编号区分"),
    "numbered": N_("表头下有一行列号，已一并跳过"),
}
_DEEPEST = 3
_TITLE = 200
# Below this the best rows are no header: a table without known words and without any contrast comes to 0.35.
_LEAST = 0.3
_FULL = 0.8


@dataclass(frozen=True)
class HeaderFound:
    """Where the headings stand, in Excel's row numbers, inclusive; 0, 0 if the table has none.

    ``title`` is what stands above them; ``sureness`` runs from 0 to 1; ``notes`` are codes of ``HEADER_NOTES``.
    """

    first_row: int
    last_row: int
    headings: tuple[Heading, ...]
    title: str
    sureness: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Choice:
    start: int
    stop: int
    quality: float


def _blocks(rows: Sequence[HeadRow]) -> Iterator[tuple[int, int]]:
    """Yield the runs of rows, first and after the last, that could be one heading."""
    for start, row in enumerate(rows):
        if not row.words:
            continue
        for stop in range(start + 1, min(start + _DEEPEST, len(rows)) + 1):
            if stop - start > 1 and not is_joined(rows[stop - 2], rows[stop - 1]):
                break
            yield start, stop


def _skipped(rows: Sequence[HeadRow], width: int) -> int:
    """Return how many rows of a table would be lost above a heading: titles, labels and empty rows are none."""
    return sum(len(set(row.words.values())) > min(2, width - 1) and not row.is_label for row in rows)


def _quality(rows: Sequence[HeadRow], start: int, stop: int, kind: ImportKind | None, width: int) -> float:
    block = rows[start:stop]
    quality = look_of(block, rows[stop:], kind).quality * 0.9 ** _skipped(rows[:start], width)
    is_aside = any(row.is_label or (row.is_lone and width > 1) for row in block)
    is_half = start > 0 and is_joined(rows[start - 1], rows[start])
    return quality * (0.2 if is_aside else 1.0) * (0.9 if is_half else 1.0)


def _width(rows: Sequence[HeadRow]) -> int:
    """Return how many different things the fullest row says."""
    return max((len(set(row.words.values())) for row in rows), default=0)


def _best(rows: Sequence[HeadRow], kind: ImportKind | None) -> _Choice:
    width = _width(rows)
    best = _Choice(0, 0, 0.0)
    for start, stop in _blocks(rows):
        quality = _quality(rows, start, stop, kind, width)
        if quality > best.quality + 1e-9:
            best = _Choice(start, stop, quality)
    return best


def _is_numbers_of_columns(row: HeadRow) -> bool:
    """Tell whether a row only counts the columns, as forms of statistics do below their headings."""
    counted = [words for words in row.words.values() if words.isdecimal()]
    rest = [words for words in row.words.values() if not words.isdecimal()]
    return (
        len(counted) > 2
        and [int(words) for words in counted] == list(range(int(counted[0]), int(counted[0]) + len(counted)))
        and int(counted[0]) in (0, 1)
        and all(words in "甲乙丙丁戊" for words in rest)
    )


def _distinct(named: Mapping[int, tuple[str, ...]]) -> tuple[Heading, ...]:
    """Return the headings with the second and later of a name numbered: 责任人, 责任人（2）."""
    taken: set[str] = set()
    found = []
    for column, levels in sorted(named.items()):
        words, count = "/".join(levels), 1
        while (unique := words if count == 1 else f"{words}（{count}）") in taken:
            count += 1
        taken.add(unique)
        found.append(Heading(column, unique, levels if len(levels) > 1 else ()))
    return tuple(found)


def _headings(block: Sequence[HeadRow], below: Sequence[HeadRow]) -> tuple[tuple[Heading, ...], set[str]]:
    named = levels_of(block) if block else {}
    nameless = {column for row in below for column in row.words} - named.keys()
    # The letter stands for the column wherever a mapping is kept, so it is the same in every language.
    headings = _distinct(named | {column: (f"（{letters_of(column)}列）",) for column in nameless})
    notes = {"letters"} if block and nameless else set()
    notes |= {"doubled"} if len(set(named.values())) < len(named) else set()
    notes |= {"joined"} if len(block) > 1 else set()
    return headings, notes


def _title(rows: Sequence[HeadRow]) -> str:
    return " ".join(word for row in rows for word in dict.fromkeys(row.words.values()))[:_TITLE]


def _found(rows: Sequence[HeadRow], choice: _Choice, sureness: float) -> HeaderFound:
    block = rows[choice.start : choice.stop]
    after = choice.stop
    if block and after < len(rows) and _is_numbers_of_columns(rows[after]):
        after += 1
    headings, notes = _headings(block, rows[after:])
    notes |= {"numbered"} if after > choice.stop else set()
    notes |= set() if block else {"no_header"}
    ordered = tuple(code for code in HEADER_NOTES if code in notes)
    first, last = (block[0].number, rows[after - 1].number) if block else (0, 0)
    return HeaderFound(first, last, headings, _title(rows[: choice.start]), round(sureness, 2), ordered)


def _none(rows: Sequence[HeadRow]) -> _Choice:
    """Return the place between the titles of a table without headings and its first row."""
    is_narrow = _width(rows) < 2
    aside = 0 if is_narrow else next((i for i, row in enumerate(rows) if row.words and not row.is_lone), 0)
    return _Choice(aside, aside, 0.0)


def find_header(rows: Sequence[HeadRow], kind: ImportKind | None = None) -> HeaderFound:
    """Return the headings among the first rows of a sheet; without a kind, words of every kind count as known."""
    best = _best(rows, kind)
    if best.quality < _LEAST:
        return _found(rows, _none(rows), 1 - best.quality / _LEAST if rows else 0.0)
    return _found(rows, best, min(1.0, best.quality / _FULL))


def header_at(rows: Sequence[HeadRow], first_row: int, last_row: int) -> HeaderFound:
    """Return the headings that a user says stand in these rows, Excel's numbers, inclusive; 0, 0 for none."""
    within = [index for index, row in enumerate(rows) if first_row <= row.number <= last_row]
    if not within:
        return _found(rows, _none(rows), 1.0)
    is_counted = len(within) > 1 and _is_numbers_of_columns(rows[within[-1]])
    return _found(rows, _Choice(within[0], within[-1] + (not is_counted), 1.0), 1.0)
