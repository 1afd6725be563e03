"""What is noticed about a row: how grave, what, in which field, and the words it is about."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from tracker.models import Fate


class Level(StrEnum):
    """``wrong`` waits for a correction and ``ask`` for an answer; ``doubt`` is to be looked at, ``info`` is said."""

    WRONG = "wrong"
    ASK = "ask"
    DOUBT = "doubt"
    INFO = "info"


class Note(NamedTuple):
    """One thing noticed; ``words`` is what stands in the cell, or what it is taken for."""

    level: str
    code: str
    field: str = ""
    words: str = ""


_FATES = ((Level.WRONG, Fate.WRONG), (Level.ASK, Fate.ASK), (Level.DOUBT, Fate.DOUBT))


def fate_of(notes: Iterable[Note]) -> Fate:
    """Return what the gravest of the notes makes of a row that is data and not there yet."""
    levels = {note.level for note in notes}
    return next((fate for level, fate in _FATES if level in levels), Fate.NEW)
