"""Granting posts: one security administrator grants, another approves, either takes back."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker import clock
from tracker.errors import InvalidError
from tracker.forms.accounts import PostForm
from tracker.languages import _
from tracker.models import Person, Role
from tracker.queries import accounts as queries
from tracker.queries.handovers import successors
from tracker.queries.held import held_counts
from tracker.services import posts
from tracker.services.posts import PostValues
from tracker.views.access import access, require_fresh
from tracker.views.ids import id_of
from tracker.views.shell import post_label

bp = Blueprint("posts", __name__, url_prefix="/accounts")
Page = tuple[str, int] | str | Response


@bp.route("/<int:person_id>/posts", methods=["GET", "POST"])
@access("account.grant")
@require_fresh()
def grant(person_id: int) -> Page:
    person = queries.account_find(person_id)
    if request.method == "GET":
        return _grant_page(person, {})
    needs_second = bool(current_app.config["TWO_PERSON_GRANTS"])
    try:
        values = PostValues(**dict(PostForm.parse(_typed())))
        posts.post_grant(person_id=person_id, values=values, actor=g.actor, at=clock.now(), needs_second=needs_second)
    except InvalidError as error:
        return _grant_page(person, error.errors), error.status
    flash(_("岗位已授予，待另一名安全管理员在24小时内审批") if needs_second else _("岗位已授予并生效"), "success")
    return _back_to(person_id)


def _typed() -> dict[str, str]:
    """Return the form, with the unit looked up by name where no script has chosen its id."""
    given = request.form.to_dict()
    words = given.get("unit_id_text", "").strip()
    if words and not given.get("unit_id"):
        given["unit_id"] = str(queries.unit_by_words(words) or _("未选择"))
    return given


def _grant_page(person: Person, errors: dict[str, str]) -> str:
    groups = [(group.id, group.name) for group in queries.groups_active()]
    return render_template(
        "accounts/grant.html", person=person, typed=request.form, errors=errors, groups=groups,
        roles=[role.value for role in Role], needs_second=current_app.config["TWO_PERSON_GRANTS"],
        is_alone=queries.secadmins_in_force(g.actor.today) < 2,
    )  # fmt: skip


def _back_to(person_id: int) -> Response:
    return redirect(url_for("accounts.detail", person_id=person_id), 303)


@bp.get("/<int:person_id>/held")
@access("account.read")
def held(person_id: int) -> str:
    person = queries.account_find(person_id)
    counts = held_counts(person.posts)
    rows = [(post, post_label(post), counts[post.id]) for post in person.posts if post.id in counts]
    receivers = {post.id: [one.person.name for one in successors(post, g.actor.today)] for post, _words, _n in rows}
    return render_template("accounts/held.html", person=person, rows=rows, receivers=receivers)


@bp.get("/pending")
@access("account.grant")
def pending() -> str:
    waiting = queries.posts_pending(g.actor.today)
    names = queries.names_of({post.granted_by_id for post in waiting})
    rows = [(post, post_label(post), clock.now() - post.granted_at > posts.APPROVE_WITHIN) for post in waiting]
    is_alone = queries.secadmins_in_force(g.actor.today) < 2
    return render_template("accounts/pending.html", rows=rows, names=names, is_alone=is_alone)


@bp.post("/posts/<int:post_id>/approve")
@access("account.grant")
@require_fresh()
def approve(post_id: int) -> Response:
    post = posts.post_approve(post_id=post_id, actor=g.actor, at=clock.now())
    flash(_("岗位已生效，本人须重新登录"), "success")
    return _back_to(post.person_id)


@bp.post("/posts/approve")
@access("account.grant")
@require_fresh()
def approve_chosen() -> Response:
    chosen = [id_of(one) for one in request.form.getlist("ids")]
    count = posts.posts_approve(post_ids=chosen, actor=g.actor, at=clock.now())
    flash(_("已批准 {n} 个岗位，本人须重新登录").format(n=count), "success")
    return redirect(url_for("posts.pending"), 303)


@bp.post("/posts/<int:post_id>/withdraw")
@access("account.grant")
def withdraw(post_id: int) -> Response:
    post = posts.post_withdraw(post_id=post_id, actor=g.actor, at=clock.now())
    flash(_("授予已撤回"), "success")
    return _back_to(post.person_id)


@bp.post("/posts/<int:post_id>/revoke")
@access("account.grant")
@require_fresh()
def revoke(post_id: int) -> Response:
    post = posts.post_revoke(post_id=post_id, actor=g.actor, at=clock.now())
    flash(_("岗位已撤销，本人的登录已全部结束"), "success")
    return _back_to(post.person_id)
