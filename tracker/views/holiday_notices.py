"""The State Council's notice of a year brought in: read line by line, seen with what it changes, then kept."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.errors import InvalidError, NotFoundError, TooLargeError
from tracker.forms import rules as forms
from tracker.languages import _
from tracker.queries.calendar_moves import CalendarPreview, calendar_preview
from tracker.queries.rules import notice_of, work_calendar
from tracker.reading.holiday_notices import MOST_LINES, NoticeLine, missing_holidays, notice_lines
from tracker.reports.holiday_template import holiday_template
from tracker.services.holiday_notices import (
    calendar_without,
    check_year,
    notice_import,
    notice_rows,
    notice_withdraw,
    span_of,
)
from tracker.storage.plain_tables import table_text
from tracker.views.access import access
from tracker.views.rules import field_labels
from workflows.calendar import CalendarRow, DayKind, WorkCalendar

bp = Blueprint("holiday_notices", __name__, url_prefix="/rules/calendar/notice")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("")
@access("policy.manage")
def index() -> ResponseReturnValue:
    try:
        year = forms.YearForm.parse(request.args).year
    except InvalidError as error:
        return _page({}, error.errors), 422
    return _page({"year": year or _likely_year()}, {})


def _likely_year() -> int:
    """Return the first year from this one whose notice is not known."""
    published, year = work_calendar().published, int(g.actor.today.year)
    return next(one for one in range(year, year + 100) if one not in published)


@bp.post("")
@access("policy.manage")
def bring() -> ResponseReturnValue:
    """Show what the notice says and changes; keep it where that was asked for and no line is wrong."""
    typed: dict[str, Any] = request.form.to_dict()
    lines: list[NoticeLine] = []
    try:
        typed["text"] = _text()
        form = forms.NoticeForm.parse(typed)
        lines = notice_lines(form.text, form.year, form.source)
        rows = _rows(lines)
        check_year(form.year)
        if not request.form.get("apply") or _has_file():
            return _page(typed, {}, lines, _preview(rows, form.year, form.after))
        moved = notice_import(year=form.year, rows=rows, actor=g.actor, at=clock.now())
    except InvalidError as error:
        return _page(typed, error.errors, lines), 422
    except TooLargeError as error:
        return _page(typed, {"file": error.message}), 422
    words = _("{year} 年放假安排已导入，这一年的日期不再暂定；{n} 件事项的办理期限随之变动")
    return _done(form.year, words.format(year=form.year, n=moved))


def _has_file() -> bool:
    chosen = request.files.get("file")
    return chosen is not None and bool(chosen.filename)


def _text() -> str:
    """Return the lines of the file that was chosen, or else those that were pasted."""
    chosen = request.files.get("file")
    if chosen is None or not chosen.filename:
        return request.form.get("text", "")
    return table_text(chosen.stream.read(), chosen.filename)


def _rows(lines: Sequence[NoticeLine]) -> list[CalendarRow]:
    """Return the days of the lines; raise ``InvalidError`` where there are none, too many, or a line is wrong."""
    wrong = sum(bool(line.fault) for line in lines)
    if len(lines) > MOST_LINES:
        raise InvalidError({"text": _("一次最多 {n} 行").format(n=MOST_LINES)})
    if wrong:
        raise InvalidError({"text": _("有 {n} 行不能导入，请按“读到的内容”里的“结果”修改后再预览").format(n=wrong)})
    if not lines:
        raise InvalidError({"text": _("请粘贴放假安排，或选择文件")})
    return [
        CalendarRow(day, DayKind.WORKDAY if line.is_workday else DayKind.HOLIDAY, line.name, line.source)
        for line in lines
        for day in line.days
    ]


def _preview(rows: Sequence[CalendarRow], year: int, after: int) -> dict[str, Any]:
    calendar = work_calendar()
    return _compared(calendar, calendar.with_notices(rows, {year}), rows, after)


def _compared(calendar: WorkCalendar, then: WorkCalendar, rows: Sequence[CalendarRow], after: int) -> dict[str, Any]:
    """Return the days whose working changes, those the county rules itself, and what would move."""
    ruled = {row.date for row in calendar.corrections}
    span = span_of(calendar, then, [row.date for row in rows])
    return {
        "changes": [
            (row.date, then.is_workday(row.date), row.name)
            for row in sorted(rows, key=lambda row: row.date)
            if calendar.is_workday(row.date) != then.is_workday(row.date)
        ],
        "ruled": [row.date for row in rows if row.date in ruled],
        "moves": calendar_preview(then, span, g.actor, after) if span else CalendarPreview(),
    }  # fmt: skip


@bp.post("/remove")
@access("policy.manage")
def remove() -> ResponseReturnValue:
    form = forms.NoticeYearForm.parse(request.form)
    if notice_of(form.year) is None:
        raise NotFoundError
    if not request.form.get("apply"):
        calendar, rows = work_calendar(), notice_rows(form.year)
        found = _compared(calendar, calendar_without(calendar, form.year), rows, form.after)
        return _page({"year": form.year}, {}, (), found, removing=form.year)
    moved = notice_withdraw(year=form.year, actor=g.actor, at=clock.now())
    words = _("{year} 年放假安排已撤销，这一年的日期又是暂定的；{n} 件事项的办理期限随之变动")
    return _done(form.year, words.format(year=form.year, n=moved))


@bp.get("/template.xlsx")
@access("policy.manage")
def template() -> ResponseReturnValue:
    year = _likely_year()
    name = _("{year} 年放假安排").format(year=year) + ".xlsx"
    return send_file(io.BytesIO(holiday_template(year)), mimetype=_XLSX, as_attachment=True, download_name=name)


def _page(
    typed: dict[str, Any], errors: dict[str, str], lines: Sequence[NoticeLine] = (),
    preview: dict[str, Any] | None = None, removing: int = 0,
) -> str:  # fmt: skip
    return render_template(
        "rules/notice.html", typed=typed, errors=errors, lines=lines, preview=preview, removing=removing,
        missing=missing_holidays(lines) if lines and not errors else [], labels=field_labels(), tab="calendar",
    )  # fmt: skip


def _done(year: int, words: str) -> ResponseReturnValue:
    flash(words, "success")
    return redirect(url_for("rule_calendar.index", year=year), 303)
