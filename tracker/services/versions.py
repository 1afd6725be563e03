"""Keeps how every issue stood in the ledgers, through time, and what things were called; the only writer of both.

Whatever changes an issue records an event, and so touches it. Before the transaction commits, what the ledgers say of
each issue that was touched is read once and, where it is new, becomes the version that holds from now on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import bindparam, event, insert, select, update
from sqlalchemy.orm import object_session

from tracker import clock
from tracker.database import act, at_close, db, transaction
from tracker.models import (
    FAR,
    ChainHead,
    Indicator,
    IssueVersion,
    LedgerTerm,
    Person,
    Star,
    SupervisionGroup,
    Unit,
)
from tracker.queries.versions import content_of, contents, in_batches, plain, versions_now
from tracker.services.links import LEDGER, TERMS, chain_lock, instant_text, link_hash

NAMED = (Unit, Person, Star, Indicator, SupervisionGroup)
CALENDAR = "calendar"
_TICK = timedelta(microseconds=1)
_AFTERWARDS: ContextVar[bool] = ContextVar("told_afterwards", default=False)


@dataclass
class _Pending:
    """What the transaction has touched, and what it called otherwise before."""

    ids: set[int] = field(default_factory=set)
    drafts: set[int] = field(default_factory=set)
    terms: dict[tuple[str, int], Any] = field(default_factory=dict)


def touch(ids: Iterable[int], at: datetime | None = None) -> None:
    """Have the ledgers' row of these issues kept anew before the transaction commits.

    Without ``at`` the instant is that of the event or audit entry that the same transaction writes.
    """
    _pending().ids.update(ids)
    if at is not None:
        at_instant(at)


def touch_draft(issue_id: int, at: datetime) -> None:
    """Have the row of what was a draft until now kept: no former one is looked for, since the ledgers had none."""
    touch([issue_id], at)
    _pending().drafts.add(issue_id)


def at_instant(at: datetime) -> None:
    """Note when the present act takes place, for changes that have no event of their own."""
    act()["at"] = at


def remember(kind: str, key: int, content: Any) -> None:
    """Keep what holds until this transaction; said twice in it, the first counts."""
    _pending().terms.setdefault((kind, key), content)


def instant_close(at: datetime) -> None:
    """Let whatever is written from now on count as later than ``at``: so a ledger at that instant stays as it is.

    Waits for the writers that are under way. An instant that was asked for before costs one look.
    """
    closed = db.session.scalar(select(ChainHead.closed_at).where(ChainHead.name == LEDGER))
    if closed is not None and closed >= at:
        return
    with transaction():
        head = chain_lock(LEDGER)
        head.closed_at = max(at, head.closed_at or at)


@contextmanager
def told_afterwards() -> Iterator[None]:
    """Let what is written within keep its instants, also before one that was asked for: for examples with a past.

    A ledger that went out meanwhile may no longer say what the history says.
    """
    token = _AFTERWARDS.set(True)
    try:
        yield
    finally:
        _AFTERWARDS.reset(token)


def version_fields(version: Any) -> dict[str, Any]:
    """Return what the hash of a version covers: what is empty is left out, so that a later column harms no old link."""
    said = {name: plain(value) for name, value in content_of(version).items() if value is not None}
    return said | {"seq": version.seq, "issue": version.issue_id, "valid_from": instant_text(version.valid_from)}


def term_fields(term: Any) -> dict[str, Any]:
    """Return what the hash of a term covers."""
    return {
        "seq": term.seq, "kind": term.kind, "key": term.key, "content": term.content,
        "until": instant_text(term.until),
    }  # fmt: skip


def _pending() -> _Pending:
    at_close("ledger", _write)
    pending: _Pending = act().setdefault("ledger", _Pending())
    return pending


def _write() -> None:
    pending: _Pending = act().pop("ledger")
    head = chain_lock(LEDGER)
    at: datetime = act().get("at") or clock.now()
    if head.closed_at and not _AFTERWARDS.get():
        at = max(at, head.closed_at + _TICK)
    _write_terms(pending.terms, at)
    for ids in in_batches(pending.ids):
        former = [one for one in ids if one not in pending.drafts]
        _write_versions(ids, versions_now(former) if former else {}, at, head)


def _write_versions(ids: list[int], known: Mapping[int, Any], at: datetime, head: ChainHead) -> None:
    made, ended = [], []
    for issue_id, content in sorted(contents(ids).items()):
        old = known.get(issue_id)
        if old is not None and content_of(old) == content:
            continue
        begins = max(at, old.valid_from) if old is not None else at
        version = SimpleNamespace(seq=head.seq + 1, issue_id=issue_id, valid_from=begins, **content)
        link = link_hash(head.hash, version_fields(version))
        made.append(vars(version) | {"until": FAR, "prev_hash": head.hash, "hash": link})
        if old is not None:
            ended.append({"ended": old.seq, "begins": begins})
        head.seq, head.hash = version.seq, link
    connection = db.session.connection()
    if ended:
        ending = update(IssueVersion).where(IssueVersion.seq == bindparam("ended")).values(until=bindparam("begins"))
        connection.execute(ending, ended)
    if made:
        connection.execute(insert(IssueVersion), made)
        db.session.flush()


def _write_terms(terms: dict[tuple[str, int], Any], until: datetime) -> None:
    if not terms:
        return
    head = chain_lock(TERMS)
    for (kind, key), content in terms.items():
        term = LedgerTerm(seq=head.seq + 1, kind=kind, key=key, content=content, until=until, prev_hash=head.hash)
        term.hash = link_hash(head.hash, term_fields(term))
        db.session.add(term)
        head.seq, head.hash = term.seq, term.hash
    db.session.flush()


def _renamed(target: Any, value: str, old: Any, _initiator: Any) -> None:
    """Remember what something was called; what is new was called nothing yet."""
    if target.id is not None and isinstance(old, str) and old != value and object_session(target) is not None:
        remember(target.__tablename__, target.id, old)


for _model in NAMED:
    event.listen(_model.name, "set", _renamed, active_history=True)
