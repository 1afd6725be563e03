"""What became of each message, and sending again what failed."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker import clock, labels
from tracker.errors import InvalidError
from tracker.labels.deliveries import fault_words, kind_words
from tracker.languages import _
from tracker.models import Role
from tracker.policy import cell_for
from tracker.queries import deliveries as queries
from tracker.queries.substitutes import asked_count
from tracker.services.resending import MOST, messages_resend
from tracker.views.access import access

bp = Blueprint("deliveries", __name__, url_prefix="/deliveries")
Page = tuple[str, int] | str


@bp.get("")
@access("delivery.read")
def index() -> str:
    wanted, wrong = _wanted()
    at = clock.now()
    oldest = queries.oldest_unsent(at)
    page = queries.delivery_page(wanted, request.args.get("after", type=int))
    return render_template(
        "deliveries/index.html", page=page, wanted=wanted, errors=wrong, counts=queries.delivery_counts(),
        cap=queries.CAP, late=oldest if oldest and at - oldest > queries.LATE_AFTER else None,
        fault_words=fault_words, kind_words=kind_words, may_open=g.actor.role is Role.OFFICE, query=_query(wanted),
        most=MOST, manages=cell_for("substitute.manage", g.actor.role).allows, asked=asked_count(g.actor.today),
    )  # fmt: skip


@bp.post("/resend")
@access("delivery.resend")
def resend() -> Response:
    wanted, wrong = _wanted(request.form.to_dict())
    if wrong:
        raise InvalidError(wrong)
    every = request.form.get("every") == "1"
    ids = queries.failed_ids(wanted) if every else [n for n in request.form.getlist("ids", int) if 0 < n < 2**31][:MOST]
    number = messages_resend(message_ids=ids, actor=g.actor, at=clock.now())
    words = _("已重新排队 {n} 条消息") if number else _("没有可以重新发送的消息，只有发送失败的消息才能重发")
    flash(words.format(n=number), "success" if number else "warning")
    return redirect(url_for("deliveries.index", **_query(wanted)), 303)


def _wanted(given: dict[str, str] | None = None) -> tuple[queries.DeliveryFilter, dict[str, str]]:
    typed = request.args.to_dict() if given is None else given
    wrong, day = {}, None
    try:
        day = date.fromisoformat(typed["day"]) if typed.get("day") else None
    except ValueError:
        wrong["day"] = _("日期填写有误，请按 2026-10-09 的格式填写")
    state, channel = typed.get("state", ""), typed.get("channel", "")
    person = typed.get("person", "").replace("\x00", "").strip()[:60]
    return queries.DeliveryFilter(
        state if state in queries.STATES else "", channel if channel in labels.CHANNEL else "", person, day
    ), wrong


def _query(wanted: queries.DeliveryFilter) -> dict[str, Any]:
    all_of = {
        "state": wanted.state, "channel": wanted.channel, "person": wanted.person,
        "day": wanted.day.isoformat() if wanted.day else "",
    }  # fmt: skip
    return {name: value for name, value in all_of.items() if value}
