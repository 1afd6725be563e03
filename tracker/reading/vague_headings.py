"""Headings that say too little by themselves: the cells and the neighbours decide what a column of a ledger is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.reading.column_content import DAY, LONG, OFFICE, STATUS, TOWNSHIP, VILLAGE, Content, sort_of
from tracker.reading.heading_match import PART, SYNONYM, VAGUE, Score
from tracker.reading.heading_sense import acts, head
from tracker.reading.heading_words import Heading, normalise

CONTENT = "content"
# In ledgers without a time limit this is often the day by which, not on which: 完成时间.
_DONE_OR_DUE = frozenset({"完成时间", "完成日期", "整改完成时间", "整改完成日期", "办结时间", "整改时间", "整改日期"})
_OPEN = ("整改中", "未整改", "未完成", "办理中", "推进中", "正在", "长期", "未办结", "未销号")


@dataclass(frozen=True)
class Around:
    """What is settled about the other columns: field → column, what all hold, and the rows themselves."""

    columns: Mapping[str, int]
    contents: Mapping[int, Content]
    sample: Sequence[Sequence[object]]

    def is_after(self, column: int, field: str) -> bool:
        """Tell whether the column stands to the right of the one that holds ``field``."""
        return field in self.columns and self.columns[field] < column

    def is_beside(self, column: int, field: str) -> bool:
        """Tell whether the column touches the one that holds ``field``."""
        return field in self.columns and abs(self.columns[field] - column) == 1


def is_vague(heading: Heading) -> bool:
    """Tell whether a ledger's heading has to be read together with what is around it."""
    words = normalise(heading.levels[-1] if heading.levels else heading.words)
    return normalise(heading.words) in VAGUE | _DONE_OR_DUE or words in _DONE_OR_DUE


def _days(column: int, around: Around) -> dict[str, Score]:
    """A day before the problem is when it was found, a day after it usually the limit."""
    is_late = around.is_after(column, "description") or "found_on" in around.columns
    is_late = is_late and "deadline" not in around.columns
    fields = ("deadline", "found_on") if is_late else ("found_on", "deadline")
    has_days = around.contents[column].share(DAY) >= 0.5
    first = (0.62 if is_late else 0.78) if has_days else 0.55
    return {fields[0]: Score(first, CONTENT if has_days else SYNONYM), fields[1]: Score(0.45, PART)}


def _is_for_open_ones(column: int, around: Around) -> bool:
    """Tell whether most rows that are still open have a day in the column: then it is a day to come."""
    status = around.columns.get("status", around.columns.get("progress"))
    if status is None:
        return False
    still = [row for row in around.sample if str(row[status] or "").strip().startswith(_OPEN)]
    return bool(still) and sum(bool(sort_of(row[column])) for row in still) * 2 > len(still)


def _done_or_due(column: int, around: Around) -> dict[str, Score]:
    if "deadline" in around.columns:
        return {"signed_off_on": Score(0.95, SYNONYM)}
    if _is_for_open_ones(column, around):
        return {"deadline": Score(0.75, CONTENT), "signed_off_on": Score(0.5, SYNONYM)}
    return {"signed_off_on": Score(0.58, SYNONYM), "deadline": Score(0.5, PART)}


def _unit(column: int, around: Around) -> dict[str, Score]:
    content = around.contents[column]
    if content.share(VILLAGE) >= 0.5:
        return {"village": Score(0.8, CONTENT), "place": Score(0.6, CONTENT)}
    if content.share(TOWNSHIP) >= 0.5:
        return {"township": Score(0.75, CONTENT), "place": Score(0.6, CONTENT)}
    is_named = content.share(OFFICE) >= 0.5
    if around.is_after(column, "description") or around.is_beside(column, "responsible"):
        return {"responsible_unit": Score(0.75 if is_named else 0.58, CONTENT if is_named else PART)}
    return {"place": Score(0.65 if is_named else 0.55, CONTENT if is_named else PART)}


def _course(column: int, around: Around) -> dict[str, Score]:
    content = around.contents[column]
    if content.share(STATUS) >= 0.5:
        return {"status": Score(0.7, CONTENT)}
    is_long = content.share(LONG) >= 0.5
    field = "progress" if "description" in around.columns else "description"
    return {field: Score(0.62 if is_long else 0.5, CONTENT if is_long else PART)}


def vague_scores(heading: Heading, around: Around) -> dict[str, Score]:
    """Return the fields that a vague heading of a ledger may stand for."""
    words = normalise(heading.words)
    if words in ("时间", "日期", "date"):
        return _days(heading.column, around)
    if words in ("单位", "unit"):
        return _unit(heading.column, around)
    return _course(heading.column, around) if words == "情况" else _done_or_due(heading.column, around)


def missing_scores(heading: Heading, around: Around) -> dict[str, Score]:
    """Return what an unknown heading may stand for if a ledger has no other column for it: the problem, its day."""
    content, words = around.contents[heading.column], normalise(heading.words)
    found = {}
    if "description" not in around.columns and content.share(LONG) > 0.6:
        # Of several columns of sentences the longest is the likeliest.
        found["description"] = Score(0.45 + min(0.1, content.size / 2000), CONTENT)
    if "found_on" not in around.columns and head(words) == "day" and not acts(words) and content.share(DAY) >= 0.5:
        found["found_on"] = Score(0.5, CONTENT)
    return found


def content_scores(column: int, around: Around) -> dict[str, Score]:
    """Return the fields of a ledger that cells alone speak for, all of them guesses to be confirmed."""
    content = around.contents[column]
    guesses = {"description": LONG, "village": VILLAGE, "township": TOWNSHIP, "status": STATUS,
               "responsible_unit": OFFICE, "found_on": DAY}  # fmt: skip
    found = {
        field: Score(0.3 + 0.25 * share, CONTENT)
        for field, sort in guesses.items()
        if (share := content.share(sort)) >= 0.5
    }
    return found | ({"order": Score(0.58, CONTENT)} if content.is_counting and column == 0 else {})
