"""The calendar of a year, and the county's corrections: first what would move, then moving it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.errors import InvalidError, NotFoundError
from tracker.forms import rules as forms
from tracker.languages import _
from tracker.queries import rule_pages as queries
from tracker.queries.calendar_moves import CalendarPreview, CalendarSpan, calendar_preview, corrected
from tracker.queries.rules import correction_days, notice_of, work_calendar
from tracker.services.rules import CorrectionValues, correction_add, correction_remove
from tracker.views.access import access
from tracker.views.rules import field_labels, may_change

bp = Blueprint("rule_calendar", __name__, url_prefix="/rules/calendar")


@bp.get("/")
@access("policy.read")
def index() -> ResponseReturnValue:
    try:
        year = forms.YearForm.parse(request.args).year or g.actor.today.year
    except InvalidError as error:
        return _page(g.actor.today.year, {}, error.errors), 422
    return _page(year, {}, {})


def _page(
    year: int, typed: Any, errors: dict[str, str], preview: CalendarPreview | None = None, removing: str = ""
) -> str:
    return render_template(
        "rules/calendar.html", year=year, months=queries.year_months(year), acts=queries.correction_acts(year),
        published=queries.is_published(year), brought=notice_of(year), typed=typed,
        errors=errors, preview=preview, removing=removing, may=may_change(),
        labels=field_labels(), tab="calendar", years=(queries.FIRST_YEAR, queries.LAST_YEAR),
    )  # fmt: skip


@bp.post("/")
@access("policy.manage")
def add() -> ResponseReturnValue:
    try:
        form = forms.CorrectionForm.parse(request.form)
        values = CorrectionValues(form.day, form.last or form.day, form.is_workday, form.name, form.source)
        if not request.form.get("apply"):
            calendar = work_calendar()
            then = corrected(calendar, values.rows(calendar))
            return _page(form.day.year, request.form, {}, calendar_preview(then, values.span, g.actor, form.after))
        moved = correction_add(values=values, actor=g.actor, at=clock.now())
    except InvalidError as error:
        return _page(g.actor.today.year, request.form, error.errors), 422
    return _done(form.day.year, moved)


@bp.post("/remove")
@access("policy.manage")
def remove() -> ResponseReturnValue:
    form = forms.DayForm.parse(request.form)
    if not request.form.get("apply"):
        days = [one.day for one in correction_days(form.day)]
        if not days:
            raise NotFoundError
        then = corrected(work_calendar(), (), days)
        preview = calendar_preview(then, CalendarSpan(days[0], days[-1]), g.actor, form.after)
        return _page(days[0].year, {}, {}, preview, days[0].isoformat())
    moved = correction_remove(day=form.day, actor=g.actor, at=clock.now())
    return _done(form.day.year, moved)


def _done(year: int, moved: int) -> ResponseReturnValue:
    flash(_("日历已调整，{n} 件事项的办理期限随之变动").format(n=moved), "success")
    return redirect(url_for("rule_calendar.index", year=year), 303)
