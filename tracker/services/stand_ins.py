"""Copies for whoever stands in for somebody who is away; no right comes with them.

Of what a substitute may not see, a copy tells the number and the last day alone, and leads nowhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select

from tracker.clock import local_date
from tracker.database import db
from tracker.models import Issue, Letter, Person, Post, Role
from tracker.policy import Actor, actor_of, letter_visible, visible
from tracker.queries.inbox import INBOX
from tracker.queries.substitutes import StandIn, stand_ins
from tracker.services.checks import in_force

DIGEST, _LETTER = "digest", "letter:"
_TOLD = ("kind", "number", "deadline", "days")  # of what a substitute may not see
_COUNTY = (Role.OFFICE, Role.LEADER)
Ref = tuple[int | None, str]


@dataclass(frozen=True)
class _Sight:
    """What somebody may see of what a message speaks of, by any post they hold."""

    issues: frozenset[int]
    letters: frozenset[int]
    county: bool

    def sees(self, ref: Ref) -> bool:
        """Tell whether they may see what the line is about."""
        return ref[0] in self.issues if ref[0] else letter_in(ref[1]) in self.letters


def letter_in(subject: str) -> int:
    """Return the id of the document that a subject names, 0 where it names none."""
    number = subject.removeprefix(_LETTER)
    return int(number) if subject.startswith(_LETTER) and number.isdecimal() else 0


def stand_in_copies(rows: Sequence[dict[str, Any]], at: datetime, *, but: Collection[int] = ()) -> list[dict[str, Any]]:
    """Return a copy of each of these inbox messages for whoever stands in today for its recipient.

    Copied is what concerns the work, issues and documents, not what concerns an account. One step only: nobody gets
    what another stands in for. Who is named in ``but`` is passed over, and who is told the same thing anyway.
    """
    today = local_date(at)
    found, told = stand_ins(today), {_thing(row, row["recipient_id"]) for row in rows if row["kind"] != DIGEST}
    return [
        copy
        for row in rows
        for one in found.get(row["recipient_id"], ())
        if _is_work(row) and one.person_id not in but and _thing(row, one.person_id) not in told
        and (copy := _copy(row, one, today))
    ]  # fmt: skip


def _thing(row: Mapping[str, Any], reader: int) -> tuple[Any, ...]:
    """Return what a message tells that reader, to find it told twice."""
    return reader, row["kind"], row["issue_id"], row["subject"]


def _is_work(row: Mapping[str, Any]) -> bool:
    return row["kind"] == DIGEST or row["issue_id"] is not None or bool(letter_in(row["subject"]))


def _copy(row: Mapping[str, Any], to: StandIn, today: date) -> dict[str, Any] | None:
    given = {**row["context"], "for": to.absent, "for_id": row["recipient_id"]}
    told = told_to(to.person_id, given, today, (row["issue_id"], row["subject"]))
    if told is None:
        return None
    hidden = {"issue_id": None, "subject": ""} if "unseen" in told else {}
    key = f"{row['key'].removesuffix(INBOX)}to{to.person_id}:{INBOX}"
    return {**row, "key": key, "recipient_id": to.person_id, "context": told, **hidden}


def told_to(reader: int, context: Mapping[str, Any], today: date, ref: Ref = (None, "")) -> dict[str, Any] | None:
    """Return what a message tells that reader, ``None`` where nothing is left; ``ref`` is what it is about."""
    if "parts" not in context:
        sight = _sight(reader, [ref], today)
        kept = {name: context[name] for name in (*_TOLD, "for", "for_id") if name in context}
        return dict(context) if sight.sees(ref) else kept | {"unseen": True}
    sight = _sight(reader, [_ref(line) for part in context["parts"] for line in part["lines"]], today)
    parts = [part | {"lines": [_line(line, sight) for line in part["lines"]]} for part in context["parts"]]
    left = {name: value for name, value in context.items() if name != "county" or sight.county}
    return left | {"parts": parts} if parts or "county" in left else None


def _ref(line: Mapping[str, Any]) -> Ref:
    return line.get("issue"), line.get("subject", "")


def _line(line: Mapping[str, Any], sight: _Sight) -> dict[str, Any]:
    if sight.sees(_ref(line)):
        return dict(line)
    return {name: line[name] for name in _TOLD if name in line} | {"unseen": True}


def _sight(person_id: int, refs: Iterable[Ref], today: date) -> _Sight:
    query = select(Post).join(Person, Person.id == Post.person_id).where(Post.person_id == person_id, *in_force(today))
    actors = [actor_of(post, today) for post in db.session.scalars(query)]
    listed = list(refs)
    issues = _issues([issue for issue, _subject in listed if issue], actors)
    letters = _letters([number for _issue, subject in listed if (number := letter_in(subject))], actors)
    return _Sight(issues, letters, any(actor.role in _COUNTY for actor in actors))


def _issues(ids: Collection[int], actors: Sequence[Actor]) -> frozenset[int]:
    if not ids or not actors:
        return frozenset()
    seen = or_(*(visible(actor) for actor in actors))
    return frozenset(db.session.scalars(select(Issue.id).where(Issue.id.in_(ids), seen)))


def _letters(ids: Collection[int], actors: Sequence[Actor]) -> frozenset[int]:
    if not ids or not actors:
        return frozenset()
    seen = or_(*(letter_visible(actor) for actor in actors))
    return frozenset(db.session.scalars(select(Letter.id).where(Letter.id.in_(ids), seen)))
