"""Bulletins of the demo county: last month's, issued, and this month's, still being written."""

from __future__ import annotations

from datetime import datetime, timedelta

from tracker.clock import local_date
from tracker.demo.people import World
from tracker.services.bulletins import BulletinValues, bulletin_issue, bulletin_write

_OPENING = (
    "{开始日期}至{结束日期}，全县共发现问题{发现}件，已销号{已销号}件，销号率{销号率}；"
    "应办结{应办结}件，按期办结率{按期办结率}。"
)
_DEMANDS = "示例：各乡镇要对照清单逐项落实，对逾期问题明确专人、限期办结。"


def bulletins_tell(world: World, at: datetime) -> None:
    """Issue the bulletin of the month before ``at``, and begin that of the month itself."""
    today = local_date(at)
    office = world.actor(world.people["demo-office"], today)
    begin = today.replace(day=1)
    end = begin - timedelta(days=1)
    for first, last, is_issued in ((end.replace(day=1), end, True), (begin, today, False)):
        values = BulletinValues(
            title=f"示例：关于{first.month}月份整改问题督查情况的通报", first_day=first, last_day=last,
            recipient="各乡镇（街道），县直有关单位：", opening=_OPENING, demands=_DEMANDS,
        )  # fmt: skip
        bulletin = bulletin_write(bulletin_id=None, values=values, actor=office, at=at)
        if is_issued:
            bulletin_issue(bulletin_id=bulletin.id, actor=office, at=at)
