"""Handing over what somebody holds: what there is, to whom, the answer, and the list on paper."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker import clock, labels
from tracker.errors import InvalidError
from tracker.forms.handovers import AnswerForm, HandoverForm, receivers_of
from tracker.languages import _
from tracker.models import Handover, Post
from tracker.policy import cell_for
from tracker.policy.handovers import handover_capacities
from tracker.queries import handovers as queries
from tracker.queries.accounts import account_find, names_of
from tracker.queries.held import held_by, held_counts
from tracker.queries.held_lines import group_work, held_lines, recorded_lines
from tracker.services import handovers
from tracker.services.sign_ins import is_in_force
from tracker.views.access import access
from tracker.views.shell import post_label
from workflows.handover import HandoverCapacity, HandoverState

bp = Blueprint("handovers", __name__, url_prefix="/handovers")
Page = tuple[str, int] | str | Response


@bp.get("/")
@access("handover.read")
def index() -> Page:
    after = request.args.get("after", type=int)
    page = queries.handover_page(g.actor, after)
    return render_template(
        "handovers/index.html", page=page, after=after, departing=[] if after else queries.departing(g.actor),
        mine=_my_posts(), post_label=post_label, me=g.actor.person_id,
    )  # fmt: skip


def _my_posts() -> list[tuple[Post, int]]:
    """Return the reader's own posts by which they hold something, with how much."""
    at = clock.now()
    posts = [post for post in account_find(g.actor.person_id).posts if is_in_force(post, at)]
    counts = held_counts(posts)
    return [(post, sum(counts[post.id].values())) for post in posts if post.id in counts]


@bp.route("/posts/<int:post_id>", methods=["GET", "POST"])
@access("handover.propose")
def propose(post_id: int) -> Page:
    post = queries.post_for(post_id, g.actor)
    if request.method == "GET":
        return _propose_page(post, {})
    try:
        form = HandoverForm.parse(request.form)
        kinds = held_counts([post]).get(post.id, {})
        receivers = receivers_of(request.form, form.receiver_id, kinds)
        if kinds and not receivers:
            raise InvalidError({"receiver_id": _("请选择接收人")})
        made = handovers.handover_propose(
            post_id=post_id, receivers=receivers, reason=form.reason, actor=g.actor, at=clock.now()
        )
    except InvalidError as error:
        return _propose_page(post, error.errors), error.status
    flash(_("已提出交接，待接收人确认"), "success")
    if len(made) > 1:
        return redirect(url_for("handovers.index"), 303)
    return redirect(url_for("handovers.detail", handover_id=made[0].id), 303)


def _propose_page(post: Post, errors: dict[str, str]) -> str:
    lines = held_lines(held_by(post), g.actor)
    sections = [(kind, [line for line in lines if line.kind == kind]) for kind in dict.fromkeys(x.kind for x in lines)]
    pending = queries.pending_for(post.id)
    return render_template(
        "handovers/propose.html", post=post, place=post_label(post), sections=sections, errors=errors,
        is_own=post.person_id == g.actor.person_id, is_gone=queries.is_gone(post, g.actor.today), pending=pending,
        typed=request.form, total=len(lines), group_work=group_work(post, g.actor),
        taken={kind for one in pending for kind in one.kinds},
        people=[(one.person_id, f"{one.person.name}（{post_label(one)}）") for one in _receivers(post)],
    )  # fmt: skip


def _receivers(post: Post) -> list[Post]:
    """Return who may be named: another than the reader, since two people confirm."""
    return [one for one in queries.successors(post, g.actor.today) if one.person_id != g.actor.person_id]


@bp.get("/<int:handover_id>")
@access("handover.read")
def detail(handover_id: int) -> Page:
    return _detail(queries.handover_find(handover_id, g.actor), {})


def _detail(handover: Handover, errors: dict[str, str]) -> str:
    return render_template("handovers/detail.html", errors=errors, typed=request.form, **_shown(handover))


def _shown(handover: Handover) -> dict[str, Any]:
    """Return what the page and the printed list show alike."""
    accepted = handover.state is HandoverState.ACCEPTED
    lines = recorded_lines(handover.result if accepted else handover.content, g.actor)
    held = handover_capacities(
        g.actor, giver_id=handover.giver_id, group_id=handover.group_id, receiver_id=handover.receiver_id
    )
    waits = handover.state is HandoverState.PROPOSED
    return {
        "handover": handover, "place": post_label(handover.post), "accepted": accepted,
        "sections": [(kind, [one for one in lines if one.kind == kind]) for kind in handover.kinds],
        "moved": sum(one.fate == "moved" for one in lines), "total": len(lines),
        "stayed": sum(bool(one.fate) and one.fate != "moved" for one in lines),
        "fresh": sum(one.is_new for one in lines),
        "decided_by": names_of({handover.decided_by_id}).get(handover.decided_by_id or 0, ""),
        "may_answer": waits and HandoverCapacity.RECEIVER in held,
        "may_withdraw": waits and bool(held & {HandoverCapacity.GIVER, HandoverCapacity.STEWARD}),
        "may_propose": cell_for("handover.propose", g.actor.role).allows,
    }  # fmt: skip


@bp.get("/<int:handover_id>/list", endpoint="paper")
@access("handover.read")
def paper(handover_id: int) -> Page:
    return render_template("handovers/paper.html", **_shown(queries.handover_find(handover_id, g.actor)))


@bp.post("/<int:handover_id>/accept")
@access("handover.accept")
def accept(handover_id: int) -> Page:
    handover = queries.handover_find(handover_id, g.actor)
    try:
        form = AnswerForm.parse(request.form)
    except InvalidError as error:
        return _detail(handover, error.errors), error.status
    handovers.handover_accept(handover_id=handover_id, actor=g.actor, at=clock.now(), version=form.version)
    flash(
        _("已接收，{n} 项转到您名下").format(n=sum(row["fate"] == handovers.MOVED for row in handover.result)),
        "success",
    )
    return _back(handover_id)


@bp.post("/<int:handover_id>/decline")
@access("handover.accept")
def decline(handover_id: int) -> Page:
    handover = queries.handover_find(handover_id, g.actor)
    try:
        form = AnswerForm.parse(request.form)
        if not form.opinion and handover.receiver_id == g.actor.person_id:
            raise InvalidError({"opinion": labels.word(labels.REFUSAL, "no_reason")})
        handovers.handover_decline(
            handover_id=handover_id, opinion=form.opinion, actor=g.actor, at=clock.now(), version=form.version
        )
    except InvalidError as error:
        return _detail(handover, error.errors), error.status
    flash(_("已退回交接，请与移交人另行商定"), "success")
    return _back(handover_id)


@bp.post("/<int:handover_id>/withdraw")
@access("handover.propose")
def withdraw(handover_id: int) -> Page:
    handover = queries.handover_find(handover_id, g.actor)
    try:
        form = AnswerForm.parse(request.form)
    except InvalidError as error:
        return _detail(handover, error.errors), error.status
    handovers.handover_withdraw(handover_id=handover_id, actor=g.actor, at=clock.now(), version=form.version)
    flash(_("已撤回交接，没有事项变动"), "success")
    return _back(handover_id)


def _back(handover_id: int) -> Response:
    return redirect(url_for("handovers.detail", handover_id=handover_id), 303)
