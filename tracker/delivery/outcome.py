"""What is sent, and what can come of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from urllib.parse import quote, quote_plus

from tracker.outward import Allowed

_DETAIL = 150
_SHORTEST = 4  # a shorter secret would strike out half the words of an error


class Fault(StrEnum):
    """Why a message did not get through; the office reads its words."""

    REFUSED = "refused"
    BUSY = "busy"
    RATE = "rate"
    UNREACHABLE = "unreachable"
    TLS = "tls"
    AUTH = "auth"
    ANSWER = "answer"
    CUT = "cut"
    ADDRESS = "address"
    SETTINGS = "settings"
    SEALED = "sealed"
    NO_CHANNEL = "no_channel"
    NO_ADDRESS = "no_address"
    GONE = "gone"
    EXPIRED = "expired"


class Verdict(StrEnum):
    """What to do about it."""

    GIVE_UP = "give_up"  # this message will never get through
    LATER = "later"  # this message may get through later
    HOLD = "hold"  # nothing gets through this channel now


class UndeliveredError(Exception):
    """A message did not get through; ``wait`` is how many seconds the other side asks for."""

    def __init__(self, fault: Fault, verdict: Verdict, detail: str = "", wait: float | None = None) -> None:
        super().__init__(f"{fault}: {detail}")
        self.fault, self.verdict, self.wait = fault, verdict, wait
        self.detail = " ".join(detail.split())


@dataclass(frozen=True)
class Parcel:
    """One message ready to go: ``key`` is the same at every try, ``address`` is empty for a robot."""

    key: str
    address: str
    subject: str
    text: str
    html: str = ""

    @property
    def stable_id(self) -> str:
        """Return 32 hex digits that are the same at every try, by which the other side can tell a repetition."""
        return hashlib.sha256(self.key.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Outside:
    """What this installation says about calling others: allowed hosts, a CA file (PEM), seconds for one call."""

    allowed: Allowed = field(default_factory=Allowed)
    ca_file: str = ""
    timeout: float = 20.0


class Courier(Protocol):
    """Carries parcels by one channel; used as a context, it may keep a connection open."""

    def opened(self) -> AbstractContextManager[object]:
        """Return the context in which parcels are carried."""

    def carry(self, parcel: Parcel, at: datetime) -> None:
        """Bring one parcel through, or raise ``UndeliveredError``."""


def scrubbed(text: str, secrets: Iterable[str]) -> str:
    """Return ``text`` short enough to be kept, without any of the secrets, however they were quoted in it."""
    for secret in sorted({one for one in secrets if len(one) >= _SHORTEST}, key=len, reverse=True):
        for spelling in {secret, quote(secret, safe=""), quote(secret), quote_plus(secret)}:
            text = text.replace(spelling, "***")
    return text[:_DETAIL]
