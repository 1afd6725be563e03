"""Adds up what the rows of an import come to, for the head of its page: figures, questions, words and rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from tracker.models import Fate
from tracker.services.importing.ledger_reader import Understood
from tracker.services.importing.notes import Level
from tracker.services.importing.work import CheckedRow
from workflows.issue import IssueState

_MOST = 500  # different names or words that are kept of one file
_ROWS = 50


class Tally:
    """What has been added up so far."""

    def __init__(self) -> None:
        self.fates: Counter[str] = Counter()
        self.issues = 0
        self.asks: Counter[tuple[str, str, str]] = Counter()
        self.notes: Counter[tuple[str, str, str]] = Counter()
        self.states: Counter[str] = Counter()
        self.words: dict[str, Counter[str]] = {}
        self.rules: dict[str, Counter[str]] = {}
        self.types: dict[str, Counter[str]] = {}
        self.late: Counter[str] = Counter()
        self.differ: list[int] = []

    def add(self, checked: CheckedRow) -> None:
        """Count one row."""
        self.fates[checked.fate.value] += 1
        if checked.fate in (Fate.NEW, Fate.DOUBT):
            self.issues += checked.issues
        for note in checked.notes:
            self.notes[(note.level, note.code, note.field)] += 1
            if note.level == Level.ASK:
                _count(self.asks, (note.code, note.field, note.words))

    def add_states(self, states: Iterable[IssueState]) -> None:
        """Count the states in which the good rows' issues will start."""
        self.states.update(state.value for state in states)

    def add_understood(self, number: int, understood: Understood, fields: Mapping[str, Any]) -> None:
        """Count what a ledger's row says: its words of state, the rules that read its days, its own verdict."""
        for field in ("status", "severity", "source", "result_of_check"):
            if fields.get(field):
                _count(self.words.setdefault(field, Counter()), str(fields[field])[:60])
        for field, rule in (understood.days.rules if understood.days else {}).items():
            self.rules.setdefault(field, Counter())[rule] += 1
            self.types.setdefault(field, Counter())[type(fields[field]).__name__] += 1
        if understood.verdict is not None:
            self._judge(number, *understood.verdict)

    def _judge(self, number: int, stated: bool, ours: bool) -> None:
        self.late["agree" if stated == ours else "differ"] += 1
        self.late["late"] += ours
        if stated != ours and len(self.differ) < _ROWS:
            self.differ.append(number)

    def summary(self) -> dict[str, Any]:
        """Return everything as it is kept with the import."""
        return {
            "fates": dict(self.fates), "issues": self.issues, "states": dict(self.states),
            "asks": [[*key, number] for key, number in self.asks.most_common()],
            "notes": [[*key, number] for key, number in self.notes.most_common()],
            "words": {field: dict(found.most_common()) for field, found in self.words.items()},
            "rules": {field: dict(found) for field, found in self.rules.items()},
            "mixed": sorted(field for field, found in self.types.items() if len(_kinds(found)) > 1),
            "late": dict(self.late) | ({"rows": self.differ} if self.differ else {}),
        }  # fmt: skip


def _count(counter: Counter[Any], key: Any) -> None:
    if key in counter or len(counter) < _MOST:
        counter[key] += 1


def _kinds(types: Iterable[str]) -> set[str]:
    """Return how many kinds of cells hold a column's days: dates of the spreadsheet, numbers, words."""
    return {{"date": "date", "datetime": "date", "int": "number", "float": "number"}.get(one, one) for one in types}
