"""The ledgers as they stand in an address: which one, as of when, its filter, columns, order and grouping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar, Literal

from pydantic import field_validator

from tracker.clock import ZONE
from tracker.forms.base import Instant, in_shanghai
from tracker.forms.filters import ListForm
from tracker.languages import N_, _
from tracker.models import LedgerKind
from tracker.queries.asof_place import Place, place_of
from tracker.queries.filters import ALL_TAB, IssueFilter, Timing
from tracker.queries.ledger_columns import COLUMN_KEYS, LEDGERS
from workflows.issue import IssueState

_TRANSIENT = ("after", "before", "move")
# What is no condition: the shape of the ledger, and where one is in it.
_SHAPE = {"view", "sort", "group", "col", "size", "at", "after", "before"}


class LedgerForm(ListForm):
    """A ledger: ``view`` is which one, ``at`` the instant (none: now), ``col`` its columns in their order."""

    labels: ClassVar[Mapping[str, str]] = {
        **ListForm.labels,
        "view": N_("台账"),
        "at": N_("截至"),
        "group": N_("分组"),
        "col": N_("列"),
        "size": N_("每页行数"),
        "blank": N_("未填写"),
    }

    view: LedgerKind = LedgerKind.ISSUES
    at: Instant = None
    group: Literal["", "township", "unit", "star", "group"] = ""
    col: list[str] = []
    size: Literal["50", "200", "500"] = "50"
    sort: Literal["", "number", "deadline"] = ""  # type: ignore[assignment]  # fewer orders than a list of today
    blank: Literal["", "township", "unit", "star", "group"] = ""
    move: str = ""

    @field_validator("todo", "digest", "part", "absent", "left", "left_from", "left_to", "left_after")
    @classmethod
    def _of_today_alone(cls, value: Any) -> Any:
        """What waits today, what a digest told of and how long something waited are no part of the history."""
        if value:
            raise ValueError(_("台账不能按这一项筛选，请在问题清单里查看"))
        return value

    @field_validator("direction")
    @classmethod
    def _rising(cls, value: str) -> str:
        if value != "asc":
            raise ValueError(_("台账只能从前往后排，不能倒序"))
        return value

    @field_validator("at")
    @classmethod
    def _zoned(cls, value: datetime | None) -> datetime | None:
        return in_shanghai(value)

    @field_validator("col")
    @classmethod
    def _known_columns(cls, value: list[str]) -> list[str]:
        return [key for key in dict.fromkeys(value) if key in COLUMN_KEYS]

    @property
    def order_by(self) -> str:
        """Return what the rows stand in order of: their group, or what was chosen; what is late by its deadline."""
        return self.group or self.sort or ("deadline" if self.view is LedgerKind.OVERDUE else "number")

    @property
    def columns(self) -> Sequence[str]:
        """Return the columns to show, in their order; the number leads whatever was chosen."""
        chosen = self.col or LEDGERS[self.view]
        return ["number", *(key for key in chosen if key != "number")]

    def _cursor(self) -> None:
        self.begins_after()
        self.ends_before()

    def begins_after(self) -> Place | None:
        """Return after which row the page begins; raise ``ValueError`` for a place of another order."""
        return self._place(self.after)

    def ends_before(self) -> Place | None:
        """Return before which row the page ends; raise ``ValueError`` for a place of another order."""
        return self._place(self.before)

    def _place(self, given: str) -> Place | None:
        try:
            return place_of(given, self.order_by) if given else None
        except (ValueError, TypeError, RecursionError) as error:
            raise ValueError(_("翻页位置已失效，请回到首页")) from error

    def chosen(self) -> IssueFilter:
        """Return the filter: the overdue ledger is of what is late, that of closed issues of what is signed off."""
        states = tuple(self.state) or (ALL_TAB,)
        timing = self.timing
        if self.view is LedgerKind.OVERDUE:
            timing = Timing.OVERDUE
        elif self.view is LedgerKind.SIGNED_OFF:
            states = (IssueState.SIGNED_OFF.value,)
        given = super().chosen()
        return replace(
            given, states=states, timing=timing, blank=self.blank, todo=None, digest=None,
        )  # fmt: skip

    def query(self, *, whole: bool = True) -> dict[str, Any]:
        """Return what the address says, empty values left out; not ``whole``: without the page that is open."""
        dropped = () if whole else _TRANSIENT
        said = {name: value for name, value in super().query(whole=whole).items() if name not in dropped}
        if self.at is not None:
            said["at"] = local_text(self.at)
        return said

    @property
    def is_narrowed(self) -> bool:
        """Tell whether anything beside the shape of the ledger was chosen."""
        return bool(self.query(whole=False).keys() - _SHAPE)

    def moved(self) -> dict[str, Any]:
        """Return the address after a button that moves a column: ``unit:-1`` puts it one to the left."""
        key, _sign, step = self.move.partition(":")
        keys = list(self.columns)
        if key in keys and step in ("-1", "1"):
            start = keys.index(key)
            end = max(1, min(len(keys) - 1, start + int(step)))
            keys.insert(end, keys.pop(start))
        return self.query(whole=False) | {"col": keys}


def local_text(at: datetime) -> str:
    """Return an instant in Shanghai time as an address and a field hold it."""
    return at.astimezone(ZONE).replace(tzinfo=None).isoformat(timespec="seconds")


class ComparisonForm(LedgerForm):
    """Two instants of which the later is compared with the earlier; ``view`` is the kind of change that is listed."""

    labels: ClassVar[Mapping[str, str]] = {**LedgerForm.labels, "since": N_("从"), "until": N_("到")}

    view: Literal["", "came", "closed", "fell_back", "gone", "moved", "late"] = ""  # type: ignore[assignment]  # no ledger
    since: Instant = None
    until: Instant = None

    @field_validator("since", "until")
    @classmethod
    def _both_zoned(cls, value: datetime | None) -> datetime | None:
        return in_shanghai(value)

    def query(self, *, whole: bool = True) -> dict[str, Any]:
        """Return what the address says, empty values left out; instants in Shanghai time."""
        said = super().query(whole=whole)
        given = {"since": self.since, "until": self.until}
        return said | {name: local_text(at) for name, at in given.items() if at is not None}
