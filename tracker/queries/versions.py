"""What the ledgers say of an issue at present, as one row: what is kept of it whenever it changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from enum import Enum
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    and_,
    bindparam,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)

from tracker.database import UTCDateTime, db
from tracker.models import (
    FAR,
    AssistingUnit,
    Comment,
    CommentKind,
    Evidence,
    Issue,
    IssueEvent,
    IssueVersion,
    Letter,
    LetterIssue,
    LookBack,
    Measure,
    Notice,
    Phase,
)
from workflows.issue import IssueState
from workflows.letter import LetterState
from workflows.look_back import SETTLED

_BOUND = ("seq", "issue_id", "valid_from", "until", "prev_hash", "hash")
COLUMNS = tuple(column.key for column in IssueVersion.__table__.columns if column.key not in _BOUND)
_COPIED = tuple(name for name in COLUMNS if name not in ("is_withdrawn", "beside"))
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_NEVER, _NONE = cast(null(), UTCDateTime), literal("")


def contents(ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Return, for those of these issues that were registered, what the columns of ``IssueVersion`` would hold now."""
    beside = _beside(ids)
    found = {}
    for row in db.session.execute(_present(), {"ids": ids}):
        content = dict(row._mapping)
        key = content.pop("id")
        content["is_withdrawn"] = bool(content["is_withdrawn"])
        found[key] = content | {"beside": beside.get(key, {})}
    return found


def versions_now(ids: Sequence[int]) -> dict[int, Any]:
    """Return the version that holds for each of these issues, as a row of all columns."""
    return {row.issue_id: row for row in db.session.execute(_current(), {"ids": ids})}


def content_of(row: Any) -> dict[str, Any]:
    """Return what a version says, without where it stands in the chain."""
    return {name: getattr(row, name) for name in COLUMNS}


def plain(value: Any) -> Any:
    """Return a value of a column as it is hashed and written out: codes, days and instants (UTC) as text."""
    if isinstance(value, datetime):
        return (value if value.tzinfo is UTC else value.astimezone(UTC)).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


@cache
def _present() -> Select[Any]:
    """Return the statement once: an act asks it each time, and making it takes longer than answering it."""
    columns = [getattr(Issue, name) for name in _COPIED]
    query = select(Issue.id, _is_withdrawn().label("is_withdrawn"), *columns)
    return query.where(Issue.id.in_(_IDS), Issue.number.is_not(None))


@cache
def _current() -> Select[Any]:
    columns = IssueVersion.__table__.columns
    return select(*columns).where(IssueVersion.issue_id.in_(_IDS), IssueVersion.until == FAR)


@cache
def _all_beside() -> CompoundSelect[Any]:
    return union_all(*_branches())


def _is_withdrawn() -> ColumnElement[bool]:
    """Return whether the issue left with an import that was undone: only then its key is free."""
    undone = (Issue.state == IssueState.DISMISSED, Issue.import_key.is_(None), Issue.import_batch_id.is_not(None))
    return and_(*undone)


def _beside(ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Gather what stands in other tables by one statement."""
    found: dict[int, dict[str, Any]] = {}
    rows = db.session.execute(_all_beside(), {"ids": ids})
    for row in sorted(rows, key=lambda one: (one.issue_id, one.kind, one.place)):
        of_issue = found.setdefault(row.issue_id, {})
        if row.kind == "evidence":
            of_issue["evidence"] = row.place
        else:
            of_issue.setdefault(row.kind, []).append(_said(row))
    return found


def _said(row: Any) -> Any:
    if row.kind == "assisting":
        return row.place
    if row.kind == "urged":
        return plain(row.at)
    if row.kind == "notices":
        return [row.words, plain(row.at)]
    return [row.words, plain(row.at), row.issues == 1] if row.kind == "letters" else row.words


def _branches() -> Iterator[Select[Any]]:
    def branch(model: Any, kind: str, place: Any, words: Any = _NONE, at: Any = _NEVER, issues: Any = None) -> Any:
        number = literal(0) if issues is None else issues
        columns = (literal(kind).label("kind"), place.label("place"), cast(words, String).label("words"))
        return select(model.issue_id, *columns, at.label("at"), number.label("issues")).where(model.issue_id.in_(_IDS))

    yield branch(Measure, "measures", Measure.position, Measure.words)
    yield branch(AssistingUnit, "assisting", AssistingUnit.unit_id)
    counted = branch(Evidence, "evidence", func.count(Evidence.id)).where(Evidence.phase == Phase.AFTER)
    yield counted.group_by(Evidence.issue_id)
    yield branch(Notice, "notices", Notice.id, Notice.number, Notice.issued_at)
    yield branch(IssueEvent, "urged", IssueEvent.seq, at=IssueEvent.at).where(IssueEvent.trigger == "urge")
    yield branch(Comment, "instructions", Comment.id, Comment.words).where(Comment.kind == CommentKind.INSTRUCTION)
    looked = cast(LookBack.done_on, String) + " " + cast(LookBack.state, String)
    yield branch(LookBack, "look_backs", LookBack.id, looked).where(LookBack.state.in_(SETTLED))
    others = select(func.count()).where(LetterIssue.letter_id == Letter.id).correlate(Letter).scalar_subquery()
    letters = branch(LetterIssue, "letters", Letter.id, Letter.number, Letter.issued_at, others)
    letters = letters.join(Letter, Letter.id == LetterIssue.letter_id)
    yield letters.where(Letter.number.is_not(None), Letter.state != LetterState.WITHDRAWN)


def in_batches(ids: Iterable[int], size: int = 500) -> Iterator[list[int]]:
    """Yield ``ids`` in order, some at a time."""
    ordered = sorted(ids)
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]
