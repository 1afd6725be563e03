"""What a bulletin says in figures: asked of the history at one instant, and filled into what the office wrote."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

from tracker import labels
from tracker.errors import InvalidError
from tracker.languages import N_, SOURCE, _, speaking
from tracker.models import Bulletin
from tracker.policy import Actor
from tracker.queries.asof_filter import Asked
from tracker.queries.bulletin_figures import ranking_at
from tracker.queries.dashboard import Figures, RankedRow
from tracker.queries.filters import IssueFilter
from tracker.queries.moments import moment

Told = dict[str, Any]
# What can stand in braces in the office's words, and what it is filled with.
FIELDS: Mapping[str, str] = {
    "found": N_("发现"), "closed": N_("已销号"), "closed_rate": N_("销号率"), "judged": N_("应办结"),
    "in_time": N_("按期"), "in_time_rate": N_("按期办结率"), "late": N_("目前逾期"), "recurred": N_("反弹"),
    "recurred_rate": N_("反弹率"), "first": N_("开始日期"), "last": N_("结束日期"),
}  # fmt: skip
_BRACES = re.compile(r"\{([^{}]*)\}")


def bulletin_figures(bulletin: Bulletin, actor: Actor, at: datetime) -> Told:
    """Return the figures of the period as they stood at ``at``: counts alone, so that anybody can divide again.

    ``actor`` must see the whole county; asked again for the same instant, the answer is the same.
    """
    chosen = IssueFilter(states=(), found_from=bulletin.first_day, found_to=bulletin.last_day)
    found = ranking_at(Asked(actor, chosen, moment(at)), bulletin.ranked_by.value)
    return {
        "whole": _counts(found.whole),
        "ranked": [_row(row) for row in found.ranked],
        "unranked": [_row(row) for row in found.unranked],
    }


def figures_digest(figures: Told) -> str:
    """Return the SHA-256 (hex) of the figures."""
    told = json.dumps(figures, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


def figures_of(counts: Mapping[str, int]) -> Figures:
    """Return the counts as figures that know their rates."""
    return Figures(**counts)


def _counts(figures: Figures) -> dict[str, int]:
    return {name: int(getattr(figures, name)) for name in Figures.__dataclass_fields__}


def _row(row: RankedRow) -> Told:
    place = {"place": row.place.number, "is_shared": row.place.is_shared} if row.place else {}
    return {"key": row.key, "name": row.name, "figures": _counts(row.figures), **place}


def share(rate: Fraction | None) -> str:
    """Return a rate as documents write it, rounded half up to a tenth of a per cent; a dash for none."""
    if rate is None:
        return "—"
    tenths = (rate * 1000 * 2 + 1) // 2
    return f"{tenths // 10}.{tenths % 10}%"


def values_of(bulletin: Bulletin, figures: Told) -> dict[str, str]:
    """Return what each word in braces stands for."""
    whole = figures_of(figures["whole"])
    rates = {name: share(getattr(whole, name)) for name in ("closed_rate", "in_time_rate", "recurred_rate")}
    days = {"first": _day(bulletin.first_day), "last": _day(bulletin.last_day)}
    return {name: str(value) for name, value in figures["whole"].items()} | rates | days


def _day(day: Any) -> str:
    with speaking(SOURCE):
        return _("{month}月{day}日").format(month=day.month, day=day.day)


def filled_in(words: str, values: Mapping[str, str]) -> str:
    """Return the office's words with each word in braces replaced by its figure."""
    with speaking(SOURCE):
        known = {_(name): values[key] for key, name in FIELDS.items()}
    return _BRACES.sub(lambda found: known.get(found[1].strip(), found[0]), words)


def words_checked(field: str, words: str) -> None:
    """Raise ``InvalidError`` where something stands in braces that is no figure."""
    with speaking(SOURCE):
        known = [_(name) for name in FIELDS.values()]
    for name in _BRACES.findall(words):
        if name.strip() not in known:
            said = _("没有“{name}”这个数字，花括号里可以写：{names}")
            raise InvalidError({field: said.format(name=name, names=_("、").join(known))})


def bulletin_told(bulletin: Bulletin, figures: Told) -> Told:
    """Return everything the paper is made of."""
    values = values_of(bulletin, figures)
    words = {name: filled_in(getattr(bulletin, name), values) for name in ("opening", "problems", "demands")}
    return {
        **words, "name": bulletin.title, "recipient": bulletin.recipient, "copies": bulletin.copies,
        "ranked_by": labels.word(labels.RANKED_BY, bulletin.ranked_by),
        "rows": [_line(row) for row in figures["ranked"]],
        "apart": [row["name"] or _("未填写") for row in figures["unranked"]],
        "whole": _shares(figures["whole"]),
        "first": bulletin.first_day.isoformat(), "last": bulletin.last_day.isoformat(),
        "figures_digest": figures_digest(figures),
    }  # fmt: skip


def _line(row: Told) -> Told:
    return {
        "name": row["name"] or _("未填写"),
        "place": row["place"],
        "is_shared": row["is_shared"],
        **_shares(row["figures"]),
    }


def _shares(counts: Mapping[str, int]) -> Told:
    figures = figures_of(counts)
    return dict(counts) | {"closed_rate": share(figures.closed_rate), "in_time_rate": share(figures.in_time_rate),
                           "recurred_rate": share(figures.recurred_rate)}  # fmt: skip
