"""Private calendar addresses: the page on which they are made, and the calendar itself, read without signing in."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Response, flash, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from tracker import clock, languages
from tracker.clock import local_date
from tracker.errors import NotFoundError
from tracker.languages import _
from tracker.models import CalendarFeed
from tracker.queries.calendar_days import OWN, CalendarDay, calendar_days, feed_actors, group_scope
from tracker.queries.feeds import feed_by_hash, feeds_of, groups_to_follow
from tracker.services import feeds
from tracker.services.attempts import attempt_begin
from tracker.views.access import access
from tracker.views.ids import id_of

bp = Blueprint("calendars", __name__)
_ADDRESS = "calendar_address"  # whose address to show, which and the address; shown once, then forgotten
_KIND = "calendar"


@bp.get("/calendars")
@access("self")
def index() -> str:
    shown = session.pop(_ADDRESS, (0, "", ""))
    address = shown[2] if shown[0] == g.actor.person_id else ""
    rows = [(OWN, _("我的日历"), 0)] + [(group_scope(one.id), one.name, one.id) for one in groups_to_follow(g.actor)]
    return render_template(
        "calendars/index.html", rows=rows, feeds=feeds_of(g.actor.person_id), address=address, shown=shown[1],
        webcal=f"webcal://{address.partition('://')[2]}" if address else "",
    )  # fmt: skip


@bp.post("/calendars/make")
@access("self")
def make() -> BaseResponse:
    group_id = id_of(request.form.get("group_id")) or None
    scope = OWN if group_id is None else group_scope(group_id)
    is_anew = scope in feeds_of(g.actor.person_id)
    token = feeds.feed_make(group_id=group_id, actor=g.actor, at=clock.now())
    session[_ADDRESS] = (g.actor.person_id, scope, url_for("calendars.feed", token=token, _external=True))
    flash(_("地址已更换，只显示这一次；原来的地址已失效") if is_anew else _("地址已生成，只显示这一次"), "success")
    return redirect(url_for("calendars.index"), 303)


@bp.post("/calendars/revoke")
@access("self")
def revoke() -> BaseResponse:
    feeds.feed_revoke(group_id=id_of(request.form.get("group_id")) or None, actor=g.actor, at=clock.now())
    flash(_("地址已停用"), "success")
    return redirect(url_for("calendars.index"), 303)


@bp.get("/calendar/<token>.ics")
@access("public")
def feed(token: str) -> Response:
    from tracker.reports.icalendar import calendar_file  # noqa: PLC0415  # a twelfth of a start, where nobody has a feed

    at = clock.now()
    found = feed_by_hash(feeds.feed_token_hash(token))
    actors = feed_actors(found, local_date(at)) if found is not None else []
    if found is None or not actors or (found.group is not None and not found.group.is_active):
        address = request.remote_addr or ""
        attempt_begin(login=f"{_KIND}:{address}"[:64], address=address, kind=_KIND, at=at)  # who guesses must wait
        raise NotFoundError
    with languages.speaking(found.person.language):
        body = calendar_file(
            _name(found), calendar_days(found, actors), at=at, host=urlsplit(request.host_url).hostname or "tracker",
            address=_page,
        )  # fmt: skip
    answer = Response(body, mimetype="text/calendar")
    answer.headers["Cache-Control"] = "private, max-age=900"
    answer.headers["Content-Disposition"] = 'inline; filename="calendar.ics"'
    return answer


def _name(feed: CalendarFeed) -> str:
    return _("督办日历：{name}").format(name=feed.group.name if feed.group else feed.person.name)


def _page(day: CalendarDay) -> str:
    if day.issue_id is not None:
        return url_for("issue.detail", issue_id=day.issue_id, _external=True)
    return url_for("letters.page", letter_id=day.letter_id, _external=True) if day.letter_id else ""
