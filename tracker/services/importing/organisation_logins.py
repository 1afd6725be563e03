"""Who has an account already, whether a row speaks of the same person, and logins for those who have none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count

from sqlalchemy import select

from tracker.database import db
from tracker.logins import is_login
from tracker.models import Person
from tracker.pinyin import spellings

_LONGEST = 40  # letters of a proposed login; a longer name is no person's


@dataclass(frozen=True)
class Known:
    """Somebody who has an account, as far as rows are compared with it."""

    id: int
    login: str
    name: str
    phone: str | None
    email: str | None
    home_unit_id: int | None
    is_active: bool

    def is_same(self, phone: str | None, home_unit_id: int | None) -> bool | None:
        """Tell whether a row of this very name is this very person; ``None`` where nothing can tell.

        The phone decides, then the home; what only one side states decides nothing.
        """
        for mine, theirs in ((self.phone, phone), (self.home_unit_id, home_unit_id)):
            if mine and theirs:
                return mine == theirs
            if mine or theirs:
                return None
        return True


class PeopleBook:
    """Everybody with an account, by login, name and phone; ``taken`` are logins that are to stay free.

    ``met`` are the ids of those whom an earlier row of the file has spoken of.
    """

    def __init__(self, taken: Iterable[str]) -> None:
        self.by_login: dict[str, Known] = {}
        self.by_name: dict[str, list[Known]] = {}
        self.by_phone: dict[str, list[Known]] = {}
        self.met: set[int] = set()
        self._taken = set(taken)
        for person in db.session.scalars(select(Person).order_by(Person.id)):
            self._enter(person)

    def learn(self, person: Person) -> None:
        """Know somebody for whom a row has made an account."""
        self._enter(person)
        self.met.add(person.id)

    def _enter(self, person: Person) -> None:
        one = Known(
            person.id, person.login, person.name, person.phone, person.email, person.home_unit_id, person.is_active
        )
        self.by_login[one.login] = one
        self.by_name.setdefault(one.name, []).append(one)
        if one.phone:
            self.by_phone.setdefault(one.phone, []).append(one)

    def free_login(self, name: str) -> str:
        """Return a login spelled like ``name`` that nobody has: zhangsan, zhangsan2; empty where none can be made."""
        base = (spellings(name)[0].split() or [""])[0][:_LONGEST]
        if not is_login(base):
            return ""
        tries = (base if n == 1 else f"{base}{n}" for n in count(1))
        return next(one for one in tries if one not in self.by_login and one not in self._taken)
