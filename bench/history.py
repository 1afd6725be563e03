"""The history of example issues in bulk: events, and how each issue stood in the ledgers; chained as services chain."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, update

from bench.bulk import Binder
from bench.county import days_ago
from bench.issues import Step
from tracker.database import db
from tracker.models import FAR, ChainHead, IssueEvent, IssueVersion, LedgerTerm
from tracker.queries.versions import COLUMNS, plain
from tracker.services.chain import event_fields
from tracker.services.links import ISSUES, LEDGER, START, TERMS, link_hash
from tracker.services.versions import term_fields
from workflows.issue import IssueState

# What an act adds to an issue, and how each of these columns reads before.
ADDS: dict[str, dict[str, Any]] = {
    "assign": {"responsible_unit_id": None, "responsible_id": None, "assigned_at": None, "first_deadline": None,
               "deadline": None, "progress_note": ""},
    "accept": {"accepted_at": None},
    "suspend": {"review_on": None},
    "submit": {"result": "", "submitted_at": None},
    "fail": {"returns": 0},
    "verify": {"verified_at": None, "verified_by_id": None},
    "sign_off": {"signed_off_at": None, "signed_off_by_id": None, "closed_late": None},
    "reopen": {"recurrences": 0},
}  # fmt: skip
BEFORE = {name: value for columns in ADDS.values() for name, value in columns.items()} | {"progress_percent": 0}
CHANGING = tuple(BEFORE)
UNDONE = ADDS["submit"] | ADDS["verify"] | ADDS["sign_off"]
# No example issue has these.
EMPTY = {"indicator_id": None, "sponsor_id": None, "deadline_time": None, "policy_version_id": None,
         "overdue_reason": None, "is_withdrawn": False, "beside": {}}  # fmt: skip
RENAMED = 200  # days ago


@dataclass
class Chain:
    """Where a chain has got to."""

    name: str
    seq: int = 0
    hash: str = START

    def link(self, fields: Callable[[int], dict[str, Any]]) -> dict[str, Any]:
        """Return the columns of the next link; ``fields`` says, given its number, what its hash covers."""
        seq, before = self.seq + 1, self.hash
        self.seq, self.hash = seq, link_hash(before, fields(seq))
        return {"seq": seq, "prev_hash": before, "hash": self.hash}

    def keep(self, connection: Connection) -> None:
        head = update(ChainHead).where(ChainHead.name == self.name)
        connection.execute(head.values(seq=self.seq, hash=self.hash))


class History:
    """Writes what happened to issues, a batch at a time, in the order in which it happened within the batch."""

    def __init__(self, connection: Connection, actor_id: int) -> None:
        self.actor_id, self.events, self.versions = actor_id, Chain(ISSUES), Chain(LEDGER)
        self._event_binder, self._binder = Binder(connection, IssueEvent), Binder(connection, IssueVersion)

    def write(self, connection: Connection, made: list[tuple[dict[str, Any], list[Step]]]) -> None:
        told = ((step.at, row["id"], step) for row, steps in made for step in steps)
        events = [self._event(key, step) for _at, key, step in sorted(told, key=itemgetter(0, 1))]
        self._event_binder.insert(connection, events)
        stood = (one for row, steps in made for one in self._standings(row, steps))
        versions = [self._version(*one) for one in sorted(stood, key=itemgetter(0, 1))]
        self._binder.insert(connection, versions)
        self.events.keep(connection)
        self.versions.keep(connection)

    def _event(self, issue_id: int, step: Step) -> dict[str, Any]:
        said = {"issue_id": issue_id, "actor_id": self.actor_id, "acting_as": "office", "at": step.at,
                "trigger": step.trigger, "source": step.source.value, "dest": step.dest.value,
                "detail": {}}  # fmt: skip
        linked = self.events.link(lambda seq: event_fields(SimpleNamespace(seq=seq, **said)))
        return self._event_binder.bind(said) | linked

    def _standings(self, row: dict[str, Any], steps: list[Step]) -> Iterator[tuple[Any, ...]]:
        """Yield since when, the issue, its version as it is hashed and as it is stored; said anew is what changed."""
        said: dict[str, Any] = {"issue": row["id"]}
        stored: dict[str, Any] = {"issue_id": row["id"]}
        for changed in standings(row, steps):
            begins = changed["valid_from"]
            said = said | {name: plain(value) for name, value in changed.items() if name != "until"}
            stored = stored | self._binder.bind(changed)
            yield begins, row["id"], {name: value for name, value in said.items() if value is not None}, stored

    def _version(self, _begins: datetime, _issue_id: int, said: dict[str, Any], stored: dict[str, Any]) -> Any:
        return stored | self.versions.link(lambda seq: said | {"seq": seq})


def standings(row: dict[str, Any], steps: list[Step]) -> Iterator[dict[str, Any]]:
    """Yield how the issue of ``row`` stood in the ledgers after the first of its acts, then what each act changed."""
    last = {name: row[name] for name in COLUMNS if name in row} | EMPTY
    changed = last | BEFORE
    ends: Iterable[datetime] = [*(step.at for step in steps[1:]), FAR]
    for step, until in zip(steps, ends, strict=True):
        changed = changed | _added(step, last) | {"state": step.dest, "state_since": step.at}
        changed |= {name: last[name] for name in CHANGING} if until is FAR else {}
        yield changed | {"valid_from": step.at, "until": until}
        changed = {}


def _added(step: Step, last: dict[str, Any]) -> dict[str, Any]:
    found = {name: step.at if name.endswith("_at") else last[name] for name in ADDS.get(step.trigger, ())}
    if step.dest is IssueState.RECTIFYING and step.trigger in ("fail", "reopen"):
        found |= UNDONE
    if step.dest is IssueState.SIGNED_OFF:
        found |= {"progress_percent": 100, "closed_late": bool(last["closed_late"])}
    return found


def rename(made: SimpleNamespace) -> None:
    """Let the first township, star and group have been called otherwise until some months ago."""
    chain, until = Chain(TERMS), days_ago(RENAMED)
    for one in (made.towns[0], made.stars[0], made.groups[0]):
        said = {"kind": one.__tablename__, "key": one.id, "content": f"原{one.name}", "until": until}
        linked = chain.link(lambda seq, said=said: term_fields(SimpleNamespace(seq=seq, **said)))
        db.session.add(LedgerTerm(**said, **linked))
    db.session.flush()
    chain.keep(db.session.connection())
