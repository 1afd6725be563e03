"""When somebody is reminded of a clock that runs, and how what they are told is grouped."""

from __future__ import annotations

from enum import StrEnum


class DigestSection(StrEnum):
    """The parts of a digest, in the order in which it is read."""

    LATE = "late"
    DUE = "due"
    WAITING = "waiting"
    ANSWERED = "answered"
