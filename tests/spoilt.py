"""A product that is broken on purpose, for ``bench.simulate_month`` to find out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

from tracker.services import digests, outbox, reminders

_more = count(1)


def forget_some_and_repeat_others() -> None:
    """Leave one reminder in four out, and give everybody a second digest when the clock ticks again."""
    insert, known = reminders.reminders_insert, digests.known_keys

    def some(due: Sequence[tuple[Any, ...]], at: Any) -> int:
        return insert([row for row in due if row[0] % 4], at)

    def message(key: str, person: int, *given: Any) -> dict[str, Any]:
        again = bool(known([f"{key}:{person}:inbox"]))
        return outbox.message(f"{key}:{next(_more)}" if again else key, person, *given)

    reminders.reminders_insert = some
    digests.known_keys = lambda _keys: set()
    digests.setting = lambda _key, usual: usual
    digests.message = message
