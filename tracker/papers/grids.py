"""The pieces that forms about one issue are made of, from its frozen facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tracker.languages import _
from tracker.papers.paper import Block, paper_day, shortened

Facts = Mapping[str, Any]
Row = tuple[str, ...]
NOTHING = "—"
PHOTOS = 24  # of one phase, on a form
PHOTOS_IN_FILE = 100  # of one phase, in the whole file of an issue


def basics(facts: Facts) -> Block:
    """Return the grid of what the issue is, whose it is and until when."""
    return Block("grid", rows=(
        (_("问题编号"), facts["number"], _("等级"), facts["severity"]),
        (_("问题地点"), facts["place"], _("所属星"), facts["star"] or facts["category"] or NOTHING),
        (_("问题来源"), facts["source"], _("发现"), _joined(paper_day(facts["found_on"]), facts["found_by"])),
        (_("责任单位"), facts["unit"] or NOTHING, _("责任人"), facts["person"] or NOTHING),
        (_("协办单位"), "、".join(facts["assisting"]) or NOTHING, _("包案领导"), facts["sponsor"] or NOTHING),
        (_("原定时限"), paper_day(facts["first_deadline"]) or _("未定时限"),
         _("现时限"), paper_day(facts["deadline"]) or _("未定时限")),
        (_("具体问题"), shortened(facts["description"])),
        (_("整改目标"), shortened(facts["goal"]) or NOTHING),
    ))  # fmt: skip


def measures(facts: Facts) -> str:
    """Return the measures with their days, one a line."""
    return "\n".join(
        _("（{n}）{words}{days}").format(n=n, words=shortened(words, 500), days=_measured(due, done))
        for n, (words, due, done) in enumerate(facts["measures"], 1)
    )


def _measured(due: str, done: str) -> str:
    if done:
        return _("（{day}完成）").format(day=paper_day(done))
    return _("（{day}前）").format(day=paper_day(due)) if due else ""


def photos(facts: Facts, phase: str, heading: str, most: int = PHOTOS) -> tuple[Block, ...]:
    """Return the newest ``most`` photos of a phase under a heading that tells of all; none where there are none."""
    found = facts["photos"].get(phase, [])
    if len(found) > most:
        heading = _("{heading}（共{n}张，列出最近{most}张，其余见系统）").format(
            heading=heading, n=len(found), most=most
        )
    return (Block("photos", heading, rows=tuple(map(tuple, found[-most:]))),) if found else ()


def signed(whose: str, words: str, act: Sequence[str] | None) -> Row:
    """Return the opinion of somebody with name and day, or an empty place to write it."""
    who, day = act or ("", "")
    return (whose, shortened(words, 800), who, paper_day(day))


def listed(heading: str, head: Row, rows: Sequence[Sequence[str]]) -> tuple[Block, ...]:
    """Return a table under a heading; none where it has no rows."""
    return (Block("table", heading, rows=(head, *map(tuple, rows))),) if rows else ()


def _joined(*words: str) -> str:
    return " ".join(filter(None, words)) or NOTHING
