"""How each kind of what a post holds passes to a successor; what cannot pass stays, and the code says why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select

from tracker.database import db
from tracker.models import Consent, Extension, Issue, Letter, LetterIssue, Visit
from tracker.policy import Actor, letter_visible
from tracker.queries.held import Held
from tracker.services.letter_making import letter_wait

RECUSED, UNSEEN = "recused", "unseen"
LETTERS = ("letter", "letter_given")
_AT_ONCE = 500
Stays = dict[int, str]  # id of what stays → why
Mover = Callable[[Sequence[int], Actor], Stays]  # to the receiver, in the post that fits


def _records(model: Any, ids: Sequence[int]) -> list[Any]:
    """Return these rows, read anew, by id."""
    found: list[Any] = []
    for start in range(0, len(ids), _AT_ONCE):
        query = select(model).where(model.id.in_(ids[start : start + _AT_ONCE])).order_by(model.id)
        found += db.session.scalars(query, execution_options={"populate_existing": True})
    return found


def _responsible(ids: Sequence[int], to: Actor) -> Stays:
    for issue in _records(Issue, ids):
        issue.responsible_id = to.person_id
    return {}


def _sponsored(ids: Sequence[int], to: Actor) -> Stays:
    for issue in _records(Issue, ids):
        issue.sponsor_id = to.person_id
    return {}


def _drafts(ids: Sequence[int], to: Actor) -> Stays:
    """Give drafts to another finder, but none of their own home village: a group stays away from there."""
    stays: Stays = {}
    for issue in _records(Issue, ids):
        if to.is_group and to.home_unit_id is not None and issue.location_id == to.home_unit_id:
            stays[issue.id] = RECUSED
            continue
        issue.created_by_id = to.person_id
        issue.client_key = None  # a key belongs to the device of who typed it
    return stays


def _extensions(ids: Sequence[int], to: Actor) -> Stays:
    for extension in _records(Extension, ids):
        extension.handed_to_id = to.person_id
    return {}


def _consents(ids: Sequence[int], to: Actor) -> Stays:
    for consent in _records(Consent, ids):
        consent.handed_to_id = to.person_id
    return {}


def _letters(ids: Sequence[int], to: Actor) -> Stays:
    """Give the answer to another: who is named is named no longer; who received it for the unit did receive it."""
    former = {letter.id: (letter.recipient_id, letter.handed_to_id) for letter in _records(Letter, ids)}
    for letter in _records(Letter, ids):
        if letter.recipient_id is None:
            letter.handed_to_id = to.person_id
        else:
            letter.recipient_id = to.person_id
            letter_wait(letter, to.today)
    stays = _unseen(ids, to)
    for letter in _records(Letter, ids):
        if letter.id in stays:
            letter.recipient_id, letter.handed_to_id = former[letter.id]
    return stays


def _letters_given(ids: Sequence[int], to: Actor) -> Stays:
    former = {letter.id: letter.followed_by_id for letter in _records(Letter, ids)}
    for letter in _records(Letter, ids):
        letter.followed_by_id = to.person_id
    stays = _unseen(ids, to)
    for letter in _records(Letter, list(stays)):
        letter.followed_by_id = former[letter.id]
    return stays


def _unseen(ids: Sequence[int], to: Actor) -> Stays:
    """Return those of these documents that the receiver may not see even now: they speak of confidential issues."""
    db.session.flush()
    seen: set[int] = set()
    for start in range(0, len(ids), _AT_ONCE):
        seen |= set(
            db.session.scalars(
                select(Letter.id).where(Letter.id.in_(ids[start : start + _AT_ONCE]), letter_visible(to))
            )
        )
    return {one: UNSEEN for one in ids if one not in seen}


def _visits(ids: Sequence[int], to: Actor) -> Stays:
    """Let another go on with what was begun, but not in their own home village."""
    stays: Stays = {}
    for visit in _records(Visit, ids):
        if to.home_unit_id is not None and visit.village_id == to.home_unit_id:
            stays[visit.id] = RECUSED
        else:
            visit.handed_to_id = to.person_id
    return stays


def issues_named(held: Sequence[Held]) -> dict[int, set[str]]:
    """Return issue → the kinds of what is held about it; a document speaks of several issues, or of none."""
    kinds: dict[int, set[str]] = {}
    for one in held:
        if one.issue_id is not None:
            kinds.setdefault(one.issue_id, set()).add(one.kind)
    for kind in LETTERS:
        ids = [one.key for one in held if one.kind == kind]
        for start in range(0, len(ids), _AT_ONCE):
            query = select(LetterIssue.issue_id).where(LetterIssue.letter_id.in_(ids[start : start + _AT_ONCE]))
            for issue_id in db.session.scalars(query.distinct()):
                kinds.setdefault(issue_id, set()).add(kind)
    return kinds


def numbers_of(held: Sequence[Held]) -> dict[str, list[int]]:
    """Return which documents and visits are among these, by number: they do not all stand in the record of an issue."""
    letters = sorted(one.key for one in held if one.kind in LETTERS)
    return {"letters": letters, "visits": sorted(one.key for one in held if one.kind == "visit")}


MOVERS: dict[str, Mover] = {
    "responsible": _responsible,
    "sponsored": _sponsored,
    "draft": _drafts,
    "extension": _extensions,
    "consent": _consents,
    "letter": _letters,
    "letter_given": _letters_given,
    "visit": _visits,
}
