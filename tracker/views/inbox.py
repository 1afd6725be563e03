"""The messages inside the product: newest first, what is unread stands out."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker import clock
from tracker.labels.digests import county_words, digest_parts
from tracker.labels.messages import message_words
from tracker.languages import _
from tracker.queries.inbox import digest_of, inbox_page, unread_count
from tracker.services.inbox import message_read, messages_read_all
from tracker.views.access import access
from tracker.views.subjects import subject_url

bp = Blueprint("inbox", __name__, url_prefix="/inbox")


@bp.get("")
@access("self")
def index() -> str:
    after = request.args.get("after", type=int)
    unread_only = request.args.get("unread") == "1"
    found = inbox_page(g.actor, after=after, unread_only=unread_only)
    return render_template(
        "inbox/index.html",
        page=found,
        after=after,
        unread_only=unread_only,
        unread=unread_count(g.actor.person_id),
        message_words=message_words,
        parts_of=lambda message: digest_parts(message.context),
    )


@bp.get("/<int:message_id>")
@access("self")
def digest(message_id: int) -> str:
    message = digest_of(g.actor, message_id)
    parts, county = digest_parts(message.context), county_words(message.context)
    return render_template("inbox/digest.html", message=message, parts=parts, county=county)


@bp.post("/<int:message_id>/read")
@access("self")
def read(message_id: int) -> Response:
    message = message_read(message_id=message_id, actor=g.actor, at=clock.now())
    if message.kind == "digest" and request.form.get("open"):
        return redirect(url_for("inbox.digest", message_id=message.id), 303)
    if message.issue_id is not None and request.form.get("open"):
        return redirect(url_for("issue.detail", issue_id=message.issue_id), 303)
    there = subject_url(message.subject) if request.form.get("open") else ""
    return redirect(there or url_for("inbox.index"), 303)


@bp.post("/read")
@access("self")
def read_all() -> Response:
    number = messages_read_all(actor=g.actor, at=clock.now())
    flash(_("已将 {n} 条消息标为已读").format(n=number), "success")
    return redirect(url_for("inbox.index"), 303)
