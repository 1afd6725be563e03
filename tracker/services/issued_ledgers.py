"""Ledgers that were printed or exported: kept with instant, rows and digest, and held against the history again."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import select

from tracker.clock import local_date
from tracker.database import db, transaction
from tracker.errors import NotFoundError
from tracker.languages import _
from tracker.models import AuditEntry, IssuedLedger, LedgerKind, LedgerMedium, Role
from tracker.policy import Actor
from tracker.queries.asof import BATCH, asof_ids, asof_issues
from tracker.queries.asof_filter import Asked
from tracker.queries.filters import filter_of, filter_plain
from tracker.queries.ledger import LedgerRow
from tracker.queries.ledger_facts import facts
from tracker.queries.moments import Moment, moment, policy_version_at
from tracker.queries.places import is_township
from tracker.services.chain import audit_record

_NAMED = 20
_SHORT = 8  # hexadecimal digits kept of each row's hash: enough to name the row that differs


@dataclass
class Tally:
    """Counts rows as they go by, and digests them; the digest is that of all rows so far, in their order."""

    ids: list[int] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    _sha: Any = field(default_factory=hashlib.sha256)

    def watch(self, lines: Iterable[LedgerRow]) -> Iterator[LedgerRow]:
        """Yield ``lines`` unchanged; some are read ahead."""
        rest = iter(lines)
        while some := list(islice(rest, BATCH)):
            for line, body in zip(some, facts(some), strict=True):
                self._sha.update(body + b"\n")
                self.ids.append(line.issue.issue_id)
                self.marks.append(hashlib.sha256(body).hexdigest()[:_SHORT])
                yield line

    @property
    def digest(self) -> str:
        """Return the SHA-256 (hex) of the rows."""
        digest: str = self._sha.hexdigest()
        return digest

    def packed(self) -> bytes:
        """Return which rows went by, in their order, small."""
        return zlib.compress(json.dumps([self.ids, "".join(self.marks)], separators=(",", ":")).encode(), 9)


@dataclass(frozen=True)
class Layout:
    """How a ledger looks: which ledger, its columns in their order, what its rows are grouped by, its filter in words.

    ``query`` is all of it as an address.
    """

    kind: LedgerKind
    columns: Sequence[str]
    grouped: str
    query: str
    words: str


def ledger_keep(
    *, asked: Asked, layout: Layout, medium: LedgerMedium, tally: Tally, made_for: str, at: datetime
) -> IssuedLedger:
    """Keep what went out, once its rows have gone by; with an entry in the audit."""
    with transaction() as session:
        issued = IssuedLedger(
            kind=layout.kind, medium=medium, at=asked.moment.at, made_at=at, made_by_id=asked.actor.person_id,
            made_for=made_for[:120], columns=list(layout.columns), sort=asked.sort, grouped=layout.grouped,
            chosen=filter_plain(asked.chosen), query=layout.query, words=layout.words, is_whole=asked.is_whole,
            rows=len(tally.ids), digest=tally.digest, policy_version_id=policy_version_at(asked.moment.at),
            members=tally.packed(),
        )  # fmt: skip
        session.add(issued)
        session.flush()
        detail = {"rows": issued.rows, "sha256": issued.digest, "query": layout.query[:1000], "medium": medium.value}
        audit_record("ledger.issue", actor=asked.actor, at=at, target=f"ledger:{issued.id}", detail=detail)
        return issued


def members_of(issued: IssuedLedger) -> tuple[list[int], list[str]]:
    """Return the issues of the rows that went out, in their order, and a short hash of each row."""
    ids, marks = json.loads(zlib.decompress(issued.members))
    return ids, [marks[start : start + _SHORT] for start in range(0, len(marks), _SHORT)]


def issued_rows(issued: IssuedLedger, at: Moment | None = None) -> Iterator[LedgerRow]:
    """Yield the rows again, from the history; what has no version at that instant is left out."""
    at = at or moment(issued.at)
    ids, _marks = members_of(issued)
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        found = asof_issues(some, at, is_whole=issued.is_whole)
        yield from (found[key] for key in some if key in found)


@dataclass(frozen=True)
class IssuedReport:
    """Whether a ledger that went out says what the history says; ``differing`` are the numbers of rows that do not."""

    issued: IssuedLedger
    digest: str
    differing: Sequence[str] = ()
    missing: int = 0
    left_out: int = 0
    is_noted: bool = True

    @property
    def genuine(self) -> bool:
        """Tell whether every row reads as it went out, none was left out, and the audit says the same."""
        return self.digest == self.issued.digest and not self.left_out and self.is_noted

    def lines(self) -> list[str]:
        """Return the report line by line, in the current language."""
        told = _("台账 {id}：{n} 条，校验码 {digest}").format(
            id=self.issued.id, n=self.issued.rows, digest=self.issued.digest
        )
        if self.genuine:
            return [told, _("属实：与历史逐条一致")]
        found = [told, _("不符：由历史重算的校验码为 {digest}").format(digest=self.digest)]
        if not self.is_noted:
            found.append(_("与审计记录中登记的校验码不符"))
        if self.left_out:
            found.append(_("按同样条件历史中还有 {n} 条").format(n=self.left_out))
        if self.differing:
            found.append(_("内容不同的问题：{numbers}").format(numbers="、".join(self.differing)))
        if self.missing:
            found.append(_("历史中没有的行：{n}").format(n=self.missing))
        return found


def issued_verify(issued: IssuedLedger) -> IssuedReport:
    """Build the rows of an issued ledger from the history again and compare."""
    ids, marks = members_of(issued)
    before = dict(zip(ids, marks, strict=True))
    tally, differing = Tally(), []
    for line in tally.watch(issued_rows(issued)):
        if before[line.issue.issue_id] != tally.marks[-1]:
            differing.append(line.issue.number)
    return IssuedReport(
        issued, tally.digest, differing[:_NAMED], len(ids) - len(tally.ids), _left_out(issued, set(ids)), _noted(issued)
    )


def _left_out(issued: IssuedLedger, shown: set[int]) -> int:
    """Return how many issues the filter finds that the ledger lacks: told for whoever saw the whole county.

    A place below a township is looked for in today's tree, and what somebody had to do with depends on who asked: there
    it cannot be told.
    """
    chosen = filter_of(issued.chosen)
    if not issued.is_whole or chosen.mine or (chosen.place_id and not is_township(chosen.place_id)):
        return 0
    county = Actor(person_id=0, name="", role=Role.OFFICE, today=local_date(issued.at))
    return len(asof_ids(Asked(county, chosen, moment(issued.at))) - shown)


def _noted(issued: IssuedLedger) -> bool:
    """Return whether the audit, which is chained, knows the ledger with this digest."""
    entry = (AuditEntry.action == "ledger.issue", AuditEntry.target == f"ledger:{issued.id}")
    details = db.session.scalars(select(AuditEntry.detail).where(*entry)).all()
    return [one.get("sha256") for one in details] == [issued.digest]


def issued_find(words: str) -> IssuedLedger:
    """Return the issued ledger with that id or digest (or its first 8 digits at least); raise ``NotFoundError``."""
    words = words.strip().lower()
    query = select(IssuedLedger).order_by(IssuedLedger.id.desc()).limit(1)
    if words.isdecimal() and len(words) < _SHORT:
        found = db.session.scalars(query.where(IssuedLedger.id == int(words))).first()
    elif len(words) >= _SHORT:
        found = db.session.scalars(query.where(IssuedLedger.digest.startswith(words, autoescape=True))).first()
    else:
        found = None
    if found is None:
        raise NotFoundError
    return found


def issued_seen(ledger_id: int, actor: Actor, *, sees_all: bool) -> IssuedLedger:
    """Return an issued ledger to who made it, or to who may see all; raise ``NotFoundError`` otherwise."""
    found = db.session.get(IssuedLedger, ledger_id) if 0 < ledger_id < 2**31 else None
    if found is None or not (sees_all or found.made_by_id == actor.person_id):
        raise NotFoundError
    return found
