"""The State Council's notice of a year brought in: all its days in one act, taken back together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select

from tracker.database import db, memo_forget, transaction
from tracker.errors import InvalidError, NotFoundError
from tracker.languages import _
from tracker.models import HolidayDay, HolidayNotice
from tracker.policy import Actor
from tracker.queries.calendar_moves import CalendarSpan, calendar_moves
from tracker.queries.rules import corrections_plain, notice_comes_with_software, work_calendar
from tracker.services.calendar_moving import calendar_lock, calendar_move
from tracker.services.chain import audit_record
from tracker.services.holiday_reminders import holidays_known
from tracker.services.versions import CALENDAR, remember
from workflows.calendar import CalendarRow, DayKind, WorkCalendar


def notice_import(*, year: int, rows: Sequence[CalendarRow], actor: Actor | None, at: datetime) -> int:
    """Keep the notice of ``year``, and move the days that it changes; return how many moved.

    From then on no day of the year is provisional. Corrections of the county stay on top. Raises ``InvalidError``
    where the notice of the year is known already, or where it says nothing.
    """
    with transaction() as session:
        calendar_lock()
        check_year(year)
        remember(CALENDAR, 0, corrections_plain())
        if not rows:
            raise InvalidError({"text": _("没有可导入的日期")})
        calendar = work_calendar()
        then = calendar.with_notices(rows, {year})
        source = Counter(row.source for row in rows).most_common(1)[0][0]
        made_by_id = actor.person_id if actor else None
        session.add(HolidayNotice(year=year, source=source, made_by_id=made_by_id, made_at=at))
        session.flush()
        for row in rows:
            session.add(
                HolidayDay(
                    day=row.date, year=year, is_workday=row.kind is DayKind.WORKDAY, name=row.name, source=row.source
                )  # fmt: skip
            )
        moved = _moved(calendar, then, actor, at)
        holidays_known(year)
        audit_record("calendar.notice", actor=actor, at=at, target=f"year:{year}", detail=_told(rows, source, moved))
    return moved


def notice_withdraw(*, year: int, actor: Actor | None, at: datetime) -> int:
    """Take back the notice of ``year`` with all its days; return how much moved again."""
    with transaction() as session:
        calendar_lock()
        notice = session.get(HolidayNotice, year, populate_existing=True)
        if notice is None:
            raise NotFoundError
        calendar, rows = work_calendar(), notice_rows(year)
        then = calendar_without(calendar, year)
        remember(CALENDAR, 0, corrections_plain())
        session.execute(delete(HolidayDay).where(HolidayDay.year == year))
        session.delete(notice)
        moved = _moved(calendar, then, actor, at)
        detail = _told(rows, notice.source, moved)
        audit_record("calendar.notice_withdraw", actor=actor, at=at, target=f"year:{year}", detail=detail)
    return moved


def check_year(year: int) -> None:
    """Raise ``InvalidError`` where the notice of a year is known already."""
    if notice_comes_with_software(year):
        words = _("{year} 年放假安排已随软件提供；有出入的日子请在“本县的调整”中调整")
        raise InvalidError({"year": words.format(year=year)})
    if db.session.get(HolidayNotice, year) is not None:
        words = _("{year} 年放假安排已导入；要更换，请先撤销再重新导入")
        raise InvalidError({"year": words.format(year=year)})


def notice_rows(year: int) -> list[CalendarRow]:
    """Return the days of a notice that was brought in, in order."""
    found = db.session.scalars(select(HolidayDay).where(HolidayDay.year == year).order_by(HolidayDay.day))
    kinds = {True: DayKind.WORKDAY, False: DayKind.HOLIDAY}
    return [CalendarRow(one.day, kinds[one.is_workday], one.name, one.source) for one in found]


def calendar_without(calendar: WorkCalendar, year: int) -> WorkCalendar:
    """Return the calendar as it is without the notice of ``year`` that was brought in."""
    return calendar.without_notice(year, [row.date for row in notice_rows(year)])


def span_of(calendar: WorkCalendar, then: WorkCalendar, days: Sequence[date]) -> CalendarSpan | None:
    """Return from which to which of these days the two calendars differ; nothing where they do not."""
    changed = [day for day in days if calendar.is_workday(day) != then.is_workday(day)]
    return CalendarSpan(min(changed), max(changed)) if changed else None


def _moved(calendar: WorkCalendar, then: WorkCalendar, actor: Actor | None, at: datetime) -> int:
    """Write what is pending, and move what waits to the days of the new calendar."""
    days = sorted({row.date for row in (*calendar.rows, *then.rows)})
    span = span_of(calendar, then, days)
    moves = list(calendar_moves(then, span)) if span else []
    db.session.flush()
    memo_forget()
    if span:
        calendar_move(moves, span, actor, at)
    return len(moves)


def _told(rows: Sequence[CalendarRow], source: str, moved: int) -> dict[str, Any]:
    off = [row.date.isoformat() for row in rows if row.kind is DayKind.HOLIDAY]
    return {"source": source, "moved": moved, "holidays": off,
            "workdays": [row.date.isoformat() for row in rows if row.kind is DayKind.WORKDAY]}  # fmt: skip
