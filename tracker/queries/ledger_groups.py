"""The rows of a ledger under the headings they are sorted by, with the sums of each as its rows go by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, groupby

from tracker.queries.asof import KINDS, Subtotal
from tracker.queries.asof_filter import SORTS
from tracker.queries.ledger import LedgerRow
from workflows.issue import OPEN_STATES, IssueState

# What a row is grouped by: the column whose equal values stand together.
KEYS: Mapping[str, str] = {by: SORTS[by].key for by in KINDS}


@dataclass
class Sums:
    """Counts rows as they go by; each stands in the sums that stand above it too."""

    above: Sums | None = None
    total: int = 0
    signed_off: int = 0
    open: int = 0
    overdue: int = 0

    def watch(self, rows: Iterable[LedgerRow]) -> Iterator[LedgerRow]:
        """Yield ``rows`` unchanged."""
        for row in rows:
            self.count(row)
            yield row

    def count(self, row: LedgerRow) -> None:
        """Count one row, here and above."""
        self.total += 1
        self.signed_off += row.issue.state == IssueState.SIGNED_OFF
        self.open += row.issue.state in OPEN_STATES
        self.overdue += row.late is not None and row.late.natural > 0
        if self.above is not None:
            self.above.count(row)

    def under(self, key: int | None = None, name: str = "") -> Subtotal:
        """Return the counts so far under a heading."""
        return Subtotal(key, name, self.total, self.signed_off, self.open, self.overdue)


@dataclass(frozen=True)
class Group:
    """Rows under one heading, to be read once, and their sums, which are whole when they have been read."""

    key: int | None
    name: str
    rows: Iterator[LedgerRow]
    sums: Sums = field(default_factory=Sums)

    @property
    def subtotal(self) -> Subtotal:
        """Return the sums of the rows that were read."""
        return self.sums.under(self.key, self.name)


def in_groups(rows: Iterable[LedgerRow], by: str, whole: Sums) -> Iterator[Group]:
    """Yield the groups of rows that are sorted by ``by``; ``whole`` counts them all. Each is read before the next."""
    for key, some in groupby(rows, lambda row: getattr(row.issue, KEYS[by])):
        yield _group(key, some, by, Sums(whole))


def _group(key: int | None, rows: Iterator[LedgerRow], by: str, sums: Sums) -> Group:
    first = next(rows)
    return Group(key, getattr(first.issue, by) or "", sums.watch(chain([first], rows)), sums)
