"""A map of the county by township: where each lies, as far as that is known, and how it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians, sqrt

from sqlalchemy import func, select

from tracker.database import db
from tracker.models import Unit, UnitKind, UnitPlace
from tracker.queries.dashboard import Figures, Ranking

WIDTH, EDGE, LEAST, MOST = 100.0, 9.0, 1.2, 6.0  # of the drawing; the last two are radii


@dataclass(frozen=True)
class Spot:
    """A township on the drawing: the middle of its circle and its radius, which grows with what is late."""

    key: int
    name: str
    figures: Figures
    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class CountyMap:
    """The townships whose place is known, on a drawing ``WIDTH`` wide, and the names of the others."""

    spots: Sequence[Spot]
    unplaced: Sequence[str]
    height: float
    width: float = WIDTH


def county_map(ranked: Ranking) -> CountyMap:
    """Return the townships of a ranking by township; each lies in the middle of its villages."""
    rows = [row for row in (*ranked.ranked, *ranked.unranked) if row.key is not None]
    where = _where([row.key for row in rows if row.key is not None])
    placed = [(row, where[row.key]) for row in rows if row.key in where]
    unplaced = [row.name for row in rows if row.key not in where]
    if not placed:
        return CountyMap((), unplaced, 0)
    west, east = min(x for _row, (x, _y) in placed), max(x for _row, (x, _y) in placed)
    south, north = min(y for _row, (_x, y) in placed), max(y for _row, (_x, y) in placed)
    narrowing = cos(radians((south + north) / 2))
    scale = (WIDTH - 2 * EDGE) / max((east - west) * narrowing, (north - south), 1e-6)
    most = max(row.figures.late for row, _place in placed)
    spots = [
        Spot(
            row.key or 0, row.name, row.figures,
            round(EDGE + (x - west) * narrowing * scale, 2), round(EDGE + (north - y) * scale, 2),
            round(LEAST + (MOST - LEAST) * sqrt(row.figures.late / most), 2) if most else LEAST,
        )
        for row, (x, y) in placed
    ]  # fmt: skip
    return CountyMap(spots, unplaced, round((north - south) * scale + 2 * EDGE, 2))


def _where(keys: Sequence[int]) -> dict[int, tuple[float, float]]:
    """Return longitude and latitude by township: the middle of what is known of it and its villages."""
    town = func.coalesce(Unit.township_id, Unit.id)
    query = (
        select(town, func.avg(UnitPlace.longitude), func.avg(UnitPlace.latitude))
        .join(UnitPlace, UnitPlace.unit_id == Unit.id)
        .where(town.in_(keys), Unit.kind != UnitKind.COUNTY)
        .group_by(town)
    )
    return {row[0]: (row[1], row[2]) for row in db.session.execute(query)}
