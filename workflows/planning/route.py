"""The way of a group: villages in an order that is short, cut into days; the same villages give the same way."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

_EARTH = 6371.0  # kilometres
# Where a place is not known: what lies between two villages of one township, and of two, in kilometres.
_NEAR, _FAR = 3.0, 15.0
_BORDER = 4.0  # kilometres that a way into another township counts for on top, so that a township is finished first


@dataclass(frozen=True)
class Place:
    """Where a village is: its township and, if known, its degrees (WGS 84)."""

    village: int
    township: int
    longitude: float | None = None
    latitude: float | None = None


def distance(one: Place, other: Place) -> float:
    """Return the kilometres between two places as the crow flies, or a likely number where one is not known."""
    if one.longitude is None or one.latitude is None or other.longitude is None or other.latitude is None:
        return _NEAR if one.township == other.township else _FAR
    lat1, lat2 = math.radians(one.latitude), math.radians(other.latitude)
    turn = math.radians(other.longitude - one.longitude)
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(turn / 2) ** 2
    return 2 * _EARTH * math.asin(min(1.0, math.sqrt(half)))


def cost(one: Place, other: Place) -> float:
    """Return what going from one to the other counts for."""
    return distance(one, other) + (_BORDER if one.township != other.township else 0.0)


def length(order: Sequence[Place]) -> float:
    """Return the kilometres of a way, without the way there and back."""
    return sum(distance(one, other) for one, other in zip(order, order[1:], strict=False))


def tour(places: Sequence[Place]) -> list[int]:
    """Return the villages in the order of a short way: the nearest next, then crossings undone (2-opt)."""
    left = sorted(places, key=lambda place: (place.township, place.village))
    if not left:
        return []
    order = [left.pop(0)]
    while left:
        nearest = min(left, key=lambda place: (cost(order[-1], place), place.village))
        left.remove(nearest)
        order.append(nearest)
    return [place.village for place in _uncrossed(order)]


def _uncrossed(order: list[Place]) -> list[Place]:
    """Turn stretches round while that makes the way shorter; each turn shortens it, so it ends."""
    improved = True
    while improved:
        improved = False
        for start in range(len(order) - 1):
            for end in range(start + 1, len(order)):
                if _saved(order, start, end) > 1e-9:
                    order[start : end + 1] = reversed(order[start : end + 1])
                    improved = True
    return order


def _saved(order: list[Place], start: int, end: int) -> float:
    before = after = 0.0
    if start > 0:
        before += cost(order[start - 1], order[start])
        after += cost(order[start - 1], order[end])
    if end + 1 < len(order):
        before += cost(order[end], order[end + 1])
        after += cost(order[start], order[end + 1])
    return before - after


def in_days(
    order: Sequence[int], room: Mapping[date, int], allowed: Mapping[int, frozenset[date]]
) -> tuple[dict[date, list[int]], list[int]]:
    """Cut a way into days with room; a village that may not be visited on its day gets another one.

    Returns the villages of each day in order, and those for which no day was left. Villages with few days choose
    first, so that the rest do not take their place.
    """
    left = dict(room)
    days: dict[int, date] = {}
    picky = [village for village in order if len(allowed[village] & room.keys()) < len(room)]
    for village in sorted(picky, key=lambda v: (len(allowed[v] & room.keys()), order.index(v))):
        day = next((d for d in sorted(left) if left[d] > 0 and d in allowed[village]), None)
        if day is not None:
            days[village] = day
            left[day] -= 1
    for village in order:
        if village in days or village in picky:
            continue
        day = next((d for d in sorted(left) if left[d] > 0), None)
        if day is not None:
            days[village] = day
            left[day] -= 1
    found: dict[date, list[int]] = {}
    for village in order:
        if village in days:
            found.setdefault(days[village], []).append(village)
    return found, [village for village in order if village not in days]
