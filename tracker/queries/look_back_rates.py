"""How much of what was drawn has been looked back at, and how much of that had come back: by unit, township, star."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute

from tracker.database import db
from tracker.models import LookBack, Star, Unit
from tracker.policy import Actor
from tracker.queries.look_backs import LookBackFilter, narrowed
from workflows.look_back import LookBackState

SMALL = 5  # look-backs below which a share says little


class RateBy(StrEnum):
    """What the rates are counted by."""

    UNIT = "unit"
    TOWNSHIP = "township"
    STAR = "star"


_BY: dict[RateBy, tuple[InstrumentedAttribute[Any], Any]] = {
    RateBy.UNIT: (LookBack.unit_id, Unit),
    RateBy.TOWNSHIP: (LookBack.township_id, Unit),
    RateBy.STAR: (LookBack.star_id, Star),
}


@dataclass(frozen=True)
class Rate:
    """What became of the sample of one unit, township or star; ``beside`` are look-backs that no plan had drawn."""

    key: int | None
    name: str
    waiting: int
    held: int
    again: int
    beside: int
    beside_again: int

    @property
    def drawn(self) -> int:
        """Return how many were to be looked back at; what was called off does not count."""
        return self.waiting + self.looked

    @property
    def looked(self) -> int:
        """Return how many of them were."""
        return self.held + self.again

    @property
    def done_share(self) -> float | None:
        """Return the per cent of the sample that was looked back at, ``None`` without a sample."""
        return 100 * self.looked / self.drawn if self.drawn else None

    @property
    def again_share(self) -> float | None:
        """Return the per cent of what was looked back at that had come back, ``None`` where nothing was."""
        return 100 * self.again / self.looked if self.looked else None

    @property
    def is_small(self) -> bool:
        """Tell whether there are too few to compare: such shares are not ranked."""
        return self.looked < SMALL


def rates(actor: Actor, by: RateBy, chosen: LookBackFilter) -> list[Rate]:
    """Return the rates, the greatest share found again first; those of too few stand after all others, by name."""
    column, named = _BY[by]
    drawn, beside = LookBack.plan_id.is_not(None), LookBack.plan_id.is_(None)

    def count(*conditions: Any) -> Any:
        return func.count().filter(*conditions)

    query = (
        select(
            column.label("key"), func.max(named.name).label("name"),
            count(drawn, LookBack.state == LookBackState.WAITING).label("waiting"),
            count(drawn, LookBack.state == LookBackState.HELD).label("held"),
            count(drawn, LookBack.state == LookBackState.FOUND_AGAIN).label("again"),
            count(beside).label("beside"),
            count(beside, LookBack.state == LookBackState.FOUND_AGAIN).label("beside_again"),
        )
        .select_from(LookBack)
        .outerjoin(named, named.id == column)
        .where(*narrowed(actor, chosen), LookBack.state != LookBackState.DROPPED)
        .group_by(column)
    )  # fmt: skip
    found = [Rate(**{**row._mapping, "name": row.name or ""}) for row in db.session.execute(query)]
    return sorted(found, key=_order)


def _order(rate: Rate) -> tuple[bool, float, str, int]:
    return (rate.is_small, 0.0 if rate.is_small else -(rate.again_share or 0.0), rate.name, rate.key or 0)


def whole(found: Sequence[Rate]) -> Rate:
    """Return all of them together."""
    sums = {
        name: sum(getattr(one, name) for one in found)
        for name in ("waiting", "held", "again", "beside", "beside_again")
    }
    return Rate(None, "", **sums)
