"""What a ledger says of an issue beside its course: aim, paired leader, source, why it is late, remark."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tracker.clock import local_date
from tracker.database import db, transaction
from tracker.errors import ForbiddenError
from tracker.models import Issue, Person
from tracker.policy import Actor, capacities
from tracker.services import search_index
from tracker.services.checks import LONG, SHORT, all_words, leader_of
from tracker.services.transitions import issue_for_change, note
from workflows.issue import Capacity, IssueState

WORDS = {"source_ref": SHORT, "goal": LONG, "overdue_reason": LONG, "remark": LONG}
SPONSOR = "sponsor_id"
ALL = frozenset({*WORDS, SPONSOR})


def annotable(issue: Issue, actor: Actor) -> frozenset[str]:
    """Return what ``actor`` may write: the office everything, who rectifies why it is late; a draft is edited."""
    if issue.state is IssueState.DRAFT:
        return frozenset()
    held = capacities(actor, issue)
    if Capacity.OFFICE in held:
        return ALL
    return frozenset({"overdue_reason"}) if Capacity.RESPONSIBLE in held else frozenset()


def issue_annotate(
    *, issue_id: int, changes: Mapping[str, Any], actor: Actor, at: datetime, version: int | None = None,
    told: Mapping[str, Any] | None = None,
) -> Issue:  # fmt: skip
    """Write what differs of ``changes`` (columns of the issue); nothing new leaves no event.

    ``told`` is what the event says besides, such as which edited ledger it came with.
    Raises ``ForbiddenError`` for a column that is not theirs to write, ``InvalidError`` by column.
    """
    with transaction():
        issue = issue_for_change(issue_id, actor, version)
        if not changes.keys() <= annotable(issue, actor):
            raise ForbiddenError
        new = _checked(issue, changes, actor, at)
        noted = {name: [_shown(name, _known(issue, name)), _shown(name, value)] for name, value in new.items()}
        if noted:
            for name, value in new.items():
                setattr(issue, name, value)
            note(issue, "annotate", actor=actor, at=at, detail={"noted": noted, **(told or {})})
            search_index.refresh(issue)
        return issue


def _checked(issue: Issue, changes: Mapping[str, Any], actor: Actor, at: datetime) -> dict[str, Any]:
    given = {name: (changes[name] or "", limit) for name, limit in WORDS.items() if name in changes}
    words: dict[str, Any] = dict(all_words(given))
    if SPONSOR in changes and changes[SPONSOR] != issue.sponsor_id:
        chosen = changes[SPONSOR]
        words[SPONSOR] = leader_of(SPONSOR, chosen, local_date(at)).id if chosen is not None else None
    return {name: value for name, value in words.items() if value != _known(issue, name)}


def _known(issue: Issue, name: str) -> Any:
    value = getattr(issue, name)
    return value if name == SPONSOR else value or ""


def _shown(name: str, value: Any) -> str:
    if name != SPONSOR:
        return str(value)
    person = db.session.get(Person, value) if value is not None else None
    return person.name if person else ""
