"""Checks the hash chains from their beginning; reads only, and knows nothing of the web."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from tracker import labels
from tracker.database import db
from tracker.languages import _
from tracker.models import AuditEntry, ChainHead, IssueEvent, IssueVersion, LedgerTerm
from tracker.services.chain import audit_fields, event_fields
from tracker.services.links import AUDIT, ISSUES, LEDGER, START, TERMS, link_hash
from tracker.services.versions import term_fields, version_fields

BATCH = 5000
# Why a chain is broken where it is; words in ``tracker.labels.CHAIN_FAULT``.
GAP, PREDECESSOR, CONTENT, HEAD = "gap", "predecessor", "content", "head"
_TABLES: dict[str, tuple[type[Any], Callable[[Any], dict[str, Any]]]] = {
    ISSUES: (IssueEvent, event_fields),
    AUDIT: (AuditEntry, audit_fields),
    LEDGER: (IssueVersion, version_fields),
    TERMS: (LedgerTerm, term_fields),
}


CHAINS = tuple(_TABLES)


@dataclass(frozen=True)
class ChainReport:
    """How far a chain holds: ``checked`` links from the first; ``broken_at`` is the number of the first bad one.

    ``hash`` is the hash of the last good link, to be held against one that was printed earlier.
    """

    name: str
    checked: int
    hash: str
    broken_at: int | None = None
    fault: str = ""

    @property
    def intact(self) -> bool:
        """Tell whether nothing is missing, changed or put in."""
        return self.broken_at is None

    def line(self) -> str:
        """Return the report in one line, in the current language."""
        chain = labels.word(labels.CHAIN, self.name)
        if self.intact:
            return _("{chain}：共 {n} 条，完整，末尾校验值 {hash}").format(chain=chain, n=self.checked, hash=self.hash)
        fault = labels.word(labels.CHAIN_FAULT, self.fault)
        return _("{chain}：第 {n} 条有问题（{fault}），之前的 {checked} 条完整").format(
            chain=chain, n=self.broken_at, fault=fault, checked=self.checked
        )


def chain_verify(name: str) -> ChainReport:
    """Return how far the chain ``name`` holds, whatever its length, in batches."""
    seq, last = 0, START
    for record in _links(name):
        fault = _fault(record, seq, last, name)
        if fault:
            return ChainReport(name, seq, last, seq + 1, fault)
        seq, last = record.seq, record.hash
    head = db.session.get_one(ChainHead, name, populate_existing=True)
    if (head.seq, head.hash) != (seq, last):
        return ChainReport(name, seq, last, seq + 1, HEAD)
    return ChainReport(name, seq, last)


def _links(name: str) -> Iterator[Any]:
    """Yield every link by number, the session never holding more than one batch of them."""
    table, _fields = _TABLES[name]
    after = -1
    while batch := db.session.scalars(
        select(table)
        .where(table.seq > after)
        .order_by(table.seq)
        .limit(BATCH)
        .execution_options(populate_existing=True)
    ).all():
        yield from batch
        after = batch[-1].seq
        for record in batch:
            db.session.expunge(record)


def _fault(record: Any, seq: int, last: str, name: str) -> str:
    _table, fields = _TABLES[name]
    if record.seq != seq + 1:
        return GAP
    if record.prev_hash != last:
        return PREDECESSOR
    return "" if record.hash == link_hash(last, fields(record)) else CONTENT
