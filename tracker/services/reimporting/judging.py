"""Says what becomes of an edited cell: as things stand, for whoever brought it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from tracker.database import db
from tracker.errors import InvalidError
from tracker.models import Issue, Person, Post, Role, UploadCellKind
from tracker.policy import Actor
from tracker.reading.edited_cells import compared
from tracker.services.annotations import SPONSOR, WORDS, annotable
from tracker.services.checks import in_force, words_of

# Column of a ledger → column of the issue that is written; every other column has an act of its own.
FIELDS = {
    "source_ref": "source_ref", "goal": "goal", "sponsor": SPONSOR, "leader": SPONSOR,
    "late_reason": "overdue_reason", "remark": "remark",
}  # fmt: skip
K = UploadCellKind


@dataclass(frozen=True)
class Edit:
    """What a line of the file says of one column of an issue: ``base`` went out, ``mine`` came back.

    ``is_broken``: a formula that came to nothing, such as #REF!.
    """

    issue_id: int
    sheet: str
    line: int
    column: str
    base: str
    mine: str
    is_broken: bool = False


@dataclass(frozen=True)
class Judged:
    """What becomes of an edit; ``value`` is what would be written, ``now`` what stands there, ``note`` why not."""

    kind: UploadCellKind
    now: str = ""
    now_id: int | None = None
    note: str = ""
    note_words: str = ""
    value: Any = None


@dataclass
class Judge:
    """Judges edits for one person; knows the county's leaders by their names and accounts."""

    actor: Actor
    _leaders: dict[str, set[int]] = field(default_factory=dict)
    _people: dict[int, tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        query = select(Person.id, Person.name, Person.login).join(Post, Post.person_id == Person.id)
        query = query.where(Post.role == Role.LEADER, *in_force(self.actor.today))
        for key, name, login in db.session.execute(query.distinct()):
            self._people[key] = (name, login)
            for words in (name, login, f"{name}({login})"):
                self._leaders.setdefault(_one_word(words), set()).add(key)

    def judge(self, issue: Issue, edit: Edit) -> Judged:
        """Return what becomes of an edit of an issue that the person may see."""
        column = FIELDS.get(edit.column)
        if column is None:
            return Judged(K.REFUSED)
        now, now_id = _now(issue, column)
        if compared(edit.mine) == compared(now):
            return Judged(K.SAME, now, now_id)
        if column not in annotable(issue, self.actor):
            return Judged(K.FORBIDDEN, now, now_id)
        try:
            if edit.is_broken:
                raise _WrongError("broken", edit.mine)
            value = self._value(column, edit.mine)
        except _WrongError as wrong:
            return Judged(K.WRONG, now, now_id, wrong.code, wrong.words)
        if value == (now_id if column == SPONSOR else now):
            return Judged(K.SAME, now, now_id)
        kind = K.CHANGE if compared(edit.base) == compared(now) else K.CONFLICT
        return Judged(kind, now, now_id, value=value)

    def _value(self, column: str, words: str) -> Any:
        if column == SPONSOR:
            return self._leader(words)
        try:
            return words_of(column, words, WORDS[column])
        except InvalidError as error:
            raise _WrongError("too_long", error.message) from error

    def _leader(self, words: str) -> int | None:
        if not words:
            return None
        found = sorted(self._leaders.get(_one_word(words), ()))
        if not found:
            raise _WrongError("no_leader", words)
        if len(found) > 1:
            raise _WrongError("which_leader", " ".join("{}({})".format(*self._people[key]) for key in found))
        return found[0]


class _WrongError(Exception):
    def __init__(self, code: str, words: str) -> None:
        super().__init__(code)
        self.code, self.words = code, words


def _now(issue: Issue, column: str) -> tuple[str, int | None]:
    if column != SPONSOR:
        return getattr(issue, column) or "", None
    person = db.session.get(Person, issue.sponsor_id) if issue.sponsor_id is not None else None
    return (person.name, person.id) if person else ("", None)


def _one_word(words: str) -> str:
    """Return a name without blanks, as tables like to spread it: 张 三."""
    return "".join(compared(words).split())
