"""What is typed about inspection rounds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from tracker.forms.base import BLANK_IS_NONE, Form
from tracker.languages import N_
from tracker.models import RoundKind
from workflows.planning.terms import NEED, Parameters

Id = Annotated[int, Field(ge=1, le=2**31 - 1)]
OptionalVersion = Annotated[int | None, BLANK_IS_NONE]

LABELS: Mapping[str, str] = {
    "name": N_("名称"), "kind": N_("类别"), "first_day": N_("开始日期"), "last_day": N_("结束日期"),
    "group_ids": N_("参加的督导组"), "seed": N_("随机种子"), "visits_a_day": N_("每队每天走访村数"),
    "team_size": N_("几人一队"), "random_share": N_("随机抽查比例（%）"),
    "unvisited_days": N_("多少天未走访即列入"), "same_group_rounds": N_("同组连续走访同村轮数上限"),
    "visits_a_village": N_("每村每轮走访次数上限"), "other_group_rechecks": N_("由发现组以外的组复核"),
    "days": N_("出组日期"), "people": N_("人数"), "stops_a_day": N_("每天走访村数"), "group_id": N_("督导组"),
    "day": N_("日期"), "position": N_("当天顺序"), "village_id": N_("村（社区）"), "reason": N_("原因"),
    "note": N_("说明"),
    "burden_known": N_("知悉超过减负上限"), "burden_reason": N_("仍要发布的理由"),
}  # fmt: skip


class _RoundForm(Form):
    """All forms about rounds call their fields the same."""

    labels: ClassVar[Mapping[str, str]] = LABELS


class RoundForm(_RoundForm):
    """A round: its period, its groups, the numbers it is planned with."""

    name: str = Field(min_length=1, max_length=80)
    kind: RoundKind
    first_day: date
    last_day: date
    group_ids: list[Id] = Field(min_length=1, max_length=200)
    seed: Annotated[Annotated[int, Field(ge=0, le=2**31 - 1)] | None, BLANK_IS_NONE] = None
    visits_a_day: int = Field(ge=1, le=20)
    team_size: int = Field(ge=1, le=50)
    random_share: int = Field(ge=0, le=100)
    unvisited_days: int = Field(ge=1, le=3650)
    same_group_rounds: int = Field(ge=1, le=50)
    visits_a_village: int = Field(ge=1, le=5)
    other_group_rechecks: bool = False
    idempotency_key: str = Field(default="", max_length=40, pattern=r"^[0-9A-Za-z-]*$")

    def terms(self) -> Parameters:
        """Return the numbers as the plan takes them."""
        return Parameters(
            self.visits_a_day, self.team_size, self.random_share, self.unvisited_days,
            self.same_group_rounds, self.visits_a_village, self.other_group_rechecks, dict(NEED),
        )  # fmt: skip


class RoundGroupForm(_RoundForm):
    """When one group goes out, with how many people, to how many villages a day."""

    days: list[date] = Field(default=[], max_length=200)
    people: int = Field(ge=0, le=500)
    stops_a_day: int = Field(ge=0, le=200)


class PlaceForm(_RoundForm):
    """Where a stop is moved to."""

    group_id: Id
    day: date
    position: int = Field(ge=1, le=999)


class AddForm(_RoundForm):
    """A village that is put into the plan by hand."""

    village_id: Annotated[Annotated[int, Field(ge=1, le=2**31 - 1)] | None, BLANK_IS_NONE] = None
    village_id_text: str = Field(default="", max_length=80)
    group_id: Id
    day: date
    note: str = Field(min_length=1, max_length=200)


class ActForm(_RoundForm):
    """An act on the whole round, seen as ``version``."""

    version: OptionalVersion = None
    reason: str = Field(default="", max_length=200)


class PublishForm(_RoundForm):
    """The publication; ``burden_seen`` is the digest of the villages over their ceilings that the page named."""

    version: OptionalVersion = None
    burden_known: bool = False
    burden_reason: str = Field(default="", max_length=200)
    burden_seen: str = Field(default="", max_length=16)
