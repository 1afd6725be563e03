"""The rows at the top of a sheet: what they hold, how they are joined to headings, how much they look like some."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from tracker.reading.column_content import DAY, LONG, NUMBER, OFFICE, SHORT, STATUS, TOWNSHIP, VILLAGE, size_of, sort_of
from tracker.reading.fields import ImportKind
from tracker.reading.heading_match import familiarity
from tracker.reading.heading_words import Heading, clean_heading

# Below a heading this many rows say what its column holds.
_BELOW = 15
_LABEL = re.compile(
    r"(?:填报|填表|报送|上报|制表|编制|统计|审核|主管|联系|截至|截止|单位|日期|时间|电话|签字|盖章|负责人|密级|附件)[^：:]{0,8}[：:]"
)
_PERIOD = re.compile(r"(?:19|20)\d{2}年?(?:(?:0?[1-9]|1[0-2])月?)?(?:份)?|\d{1,2}月份?")
_DATA_LIKE = frozenset({NUMBER, DAY, STATUS, TOWNSHIP, VILLAGE, OFFICE, LONG})


@dataclass(frozen=True)
class HeadRow:
    """One row of a sheet: Excel's number, the cells, and the columns that show what a merged range's first cell says.

    The first cell of the range is not among ``filled``; the row may be shorter than others.
    """

    number: int
    cells: tuple[object, ...]
    filled: frozenset[int] = frozenset()

    @cached_property
    def words(self) -> dict[int, str]:
        """Return the texts by column; empty cells are not in it."""
        return {column: words for column, cell in enumerate(self.cells) if (words := clean_heading(cell))}

    @cached_property
    def is_lone(self) -> bool:
        """Tell whether the row says one thing only, in one cell or across merged ones: a title, a section."""
        return len(set(self.words.values())) == 1

    @cached_property
    def is_label(self) -> bool:
        """Tell whether the row is one of a form's lines, such as “填报单位：… 填报时间：…”."""
        labels = sum(bool(_LABEL.search(str(self.cells[column]))) for column in self.words)
        return bool(labels) and labels * 3 >= len(set(self.words.values()))

    def groups(self) -> list[tuple[int, int]]:
        """Return the runs of columns, first and last, over which one cell was merged."""
        runs: list[tuple[int, int]] = []
        for column, words in self.words.items():
            if runs and runs[-1][1] == column - 1 and column in self.filled and self.words[column - 1] == words:
                runs[-1] = (runs[-1][0], column)
            else:
                runs.append((column, column))
        return [run for run in runs if run[0] < run[1]]


def spread(row: HeadRow, below: HeadRow) -> dict[int, str]:
    """Return a group row's texts by column; without merged ranges (a CSV file) a text reaches over the gap after it."""
    if row.filled or below.filled:
        return row.words
    reach, found = "", dict(row.words)
    for column in range(max(len(row.cells), len(below.cells))):
        reach = row.words.get(column, reach)
        if column not in found and column in below.words and reach:
            found[column] = reach
    return found


def is_joined(upper: HeadRow, lower: HeadRow) -> bool:
    """Tell whether two rows can be one heading: the upper has a group, and the lower tells its columns apart."""
    if upper.is_lone or lower.is_lone or upper.number + 1 != lower.number or upper.is_label or lower.is_label:
        return False
    bare = lower.words.keys() - lower.filled - spread(upper, lower).keys()
    if len(bare) * 4 > len(lower.words):
        return False  # A title beside a note: the lower row is complete without it.
    if upper.filled or lower.filled:
        under = [{lower.words.get(column) for column in range(a, b + 1)} for a, b in upper.groups()]
        return any(len(words) > 1 and None not in words for words in under)
    shared = upper.words.keys() & lower.words.keys()
    gaps = lower.words.keys() - upper.words.keys()
    return bool(gaps) and len(shared) < len(upper.words) and min(upper.words) < min(gaps)


def levels_of(block: Sequence[HeadRow]) -> dict[int, tuple[str, ...]]:
    """Return the words over each column from the upper row to the lower; the same word is not doubled."""
    found: dict[int, list[str]] = {}
    for row, below in zip(block, (*block[1:], block[-1]), strict=True):
        for column, words in spread(row, below).items() if row is not below else row.words.items():
            levels = found.setdefault(column, [])
            if words not in levels[-1:]:
                levels.append(words)
    return {column: tuple(found[column]) for column in sorted(found)}


def _shape(text: str) -> str:
    return re.sub(r"[a-z]+", "a", re.sub(r"\d+", "9", text.lower()))


def _is_repeated(words: str, below: Sequence[str]) -> bool:
    """Tell whether cells below say the same, or are numbered like it: “A2” under “A1”."""
    if not below:
        return False
    alike = sum(_shape(text) == _shape(words) for text in below) if re.search(r"\d", words) else 0
    return words in below or alike * 2 > len(below)


@dataclass(frozen=True)
class Look:
    """How the rows of a block look as headings: shares of its columns, 0 to 1."""

    known: float
    unlike: float
    unique: float
    cover: float
    short: float
    data: float

    @property
    def quality(self) -> float:
        """Return one figure for all, 0 to 1."""
        good = 0.5 * self.known + 0.15 * self.unlike + 0.1 * self.unique + 0.15 * self.cover + 0.1 * self.short
        return good * (1 - self.data) ** 2


def _is_data(words: str, below: Sequence[str]) -> bool:
    return sort_of(words) in _DATA_LIKE and not _PERIOD.fullmatch(words) or _is_repeated(words, below)


def _is_unlike(words: str, below: Sequence[object]) -> bool:
    sorts = [sort for cell in below if (sort := sort_of(cell))]
    return bool(sorts) and sum(sort != SHORT for sort in sorts) * 2 > len(sorts) and sort_of(words) == SHORT


def look_of(block: Sequence[HeadRow], below: Sequence[HeadRow], kind: ImportKind | None) -> Look:
    """Return how ``block`` looks as the heading of the rows below it."""
    levels, below = levels_of(block), below[:_BELOW]
    columns = {column: [row.cells[column] for row in below if column in row.words] for column in levels}
    texts = {column: [row.words[column] for row in below if column in row.words] for column in levels}
    known = {column: familiarity(Heading(column, "/".join(found), found), kind) for column, found in levels.items()}
    size = len(levels) or 1
    data = sum(known[column] < 0.6 and _is_data(found[-1], texts[column]) for column, found in levels.items())
    return Look(
        known=sum(known.values()) / size,
        unlike=sum(_is_unlike(found[-1], columns[column]) for column, found in levels.items()) / size,
        unique=len(set(levels.values())) / size,
        cover=size / len(set(levels).union(*(row.words for row in below))),
        short=sum(size_of(found[-1]) <= 12 for found in levels.values()) / size,
        data=data / size,
    )
