"""Drawing by lot with a seed that is kept: anybody can draw again and gets the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def ticket(seed: int, number: int) -> float:
    """Return the lot of a number, at least 0 and less than 1, which depends on nothing but the seed and the number."""
    digest = hashlib.sha256(f"{seed}:{number}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def draw(seed: int, numbers: Iterable[int], count: int) -> list[int]:
    """Return ``count`` of the numbers, or all if there are fewer, rising."""
    return sorted(sorted(set(numbers), key=lambda number: (ticket(seed, number), number))[: max(count, 0)])
