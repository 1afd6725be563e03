"""Who receives my messages while I am away, and whose I receive; for the office, everybody's."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from tracker import clock
from tracker.errors import InvalidError
from tracker.forms.substitutes import LABELS, OfficeSubstituteForm, SubstituteForm
from tracker.languages import _
from tracker.models import Post, Substitute
from tracker.policy import cell_for
from tracker.policy.substitutes import may_agree
from tracker.queries import substitutes as queries
from tracker.services import substitutes as services
from tracker.services.substitutes import SubstituteValues
from tracker.views.access import access
from tracker.views.shell import post_label

bp = Blueprint("substitutes", __name__, url_prefix="/substitutes")
Page = tuple[str, int] | str | Response


@bp.get("/")
@access("substitute.own")
def index() -> Page:
    return _own_page({})


def _own_page(errors: dict[str, str]) -> str:
    me, after = g.actor.person_id, request.args.get("after", type=int)
    found = queries.colleagues(me, g.actor.today)
    return render_template(
        "substitutes/index.html", open=queries.substitutes_open(g.actor, me),
        page=queries.substitutes_over(g.actor, after, me), after=after,
        colleagues=[(post.person_id, f"{post.person.name}（{post_label(post)}）") for post in found],
        errors=errors, typed=request.form, manages=cell_for("substitute.manage", g.actor.role).allows, **_words(),
    )  # fmt: skip


def _words() -> dict[str, Any]:
    return {
        "labels": {name: _(words) for name, words in LABELS.items()}, "me": g.actor.person_id,
        "state_of": _state_of, "may_agree": _may_agree,
    }  # fmt: skip


def _state_of(one: Substitute) -> str:
    """Return how it stands; in force, but with a substitute who holds no post any longer, it does nothing."""
    state = queries.state_of(one, g.actor.today)
    there = queries.stand_ins(g.actor.today).get(one.person_id, ())
    is_idle = state == "now" and all(stand_in.person_id != one.substitute_id for stand_in in there)
    return "idle" if is_idle else state


def _may_agree(one: Substitute) -> bool:
    return one.agreed_at is None and may_agree(g.actor, one)


@bp.post("/")
@access("substitute.own")
def name() -> Page:
    try:
        form = SubstituteForm.parse(request.form)
        values = SubstituteValues(_chosen(form), form.first_day, form.last_day)
        made = services.substitute_set(values=values, actor=g.actor, at=clock.now())
    except InvalidError as error:
        return _own_page(_by_field(error.errors)), error.status
    flash(_("已设置代收人") if made.agreed_at else _("已报创建办，同意后生效"), "success")
    return redirect(url_for("substitutes.index"), 303)


def _chosen(form: SubstituteForm) -> int | None:
    if form.other and form.substitute_id is not None:
        raise InvalidError({"other": _("代收人只能有一位，请只选或只填一处")})
    return _named(form.other, "other") if form.other else form.substitute_id


def _named(words: str, field: str) -> int:
    found = queries.holder_by_words(words, g.actor.today)
    if found is None:
        raise InvalidError({field: _("没有找到唯一的在任人员“{name}”，请核对姓名，或改填账号").format(name=words)})
    return found


def _by_field(errors: dict[str, str]) -> dict[str, str]:
    """Return the errors at the field in which the substitute was named."""
    moved = "other" if request.form.get("other", "").strip() and "substitute_id" in errors else "substitute_id"
    return {moved if field == "substitute_id" else field: words for field, words in errors.items()}


@bp.post("/<int:substitute_id>/end")
@access("substitute.own")
def end(substitute_id: int) -> Response:
    ended = services.substitute_end(substitute_id=substitute_id, actor=g.actor, at=clock.now())
    flash(_ended_words(ended), "success")
    return _back()


def _ended_words(ended: Substitute) -> str:
    if ended.agreed_at is not None:
        return _("代收已结束")
    return _("已撤回") if ended.ended_by_id == ended.entered_by_id else _("已退回")


def _back() -> Response:
    there = "substitutes.office" if request.form.get("from") == "office" else "substitutes.index"
    return redirect(url_for(there), 303)


@bp.post("/<int:substitute_id>/agree")
@access("substitute.manage")
def agree(substitute_id: int) -> Response:
    services.substitute_agree(substitute_id=substitute_id, actor=g.actor, at=clock.now())
    flash(_("已同意代收"), "success")
    return redirect(url_for("substitutes.office"), 303)


@bp.get("/office")
@access("substitute.manage")
def office() -> Page:
    return _office_page({})


def _office_page(errors: dict[str, str]) -> str:
    after = request.args.get("after", type=int)
    return render_template(
        "substitutes/office.html", open=queries.substitutes_open(g.actor), after=after,
        page=queries.substitutes_over(g.actor, after), errors=errors, typed=request.form, **_words(),
    )  # fmt: skip


@bp.post("/office")
@access("substitute.manage")
def office_set() -> Page:
    try:
        form = OfficeSubstituteForm.parse(request.form)
        values = SubstituteValues(
            _picked(form.substitute_id, form.substitute_id_text, "substitute_id"), form.first_day, form.last_day,
            _picked(form.person_id, form.person_id_text, "person_id") or 0,
        )  # fmt: skip
        made = services.substitute_set(values=values, actor=g.actor, at=clock.now())
    except InvalidError as error:
        return _office_page(error.errors), error.status
    flash(_("已设置代收人") if made.agreed_at else _("已提出，请创建办其他同志同意"), "success")
    return redirect(url_for("substitutes.office"), 303)


def _picked(chosen: int | None, words: str, field: str) -> int | None:
    return _named(words, field) if chosen is None and words else chosen


@bp.get("/people")
@access("substitute.manage")
def people() -> ResponseReturnValue:
    found = queries.holders(request.args.get("q", ""), g.actor.today)
    return jsonify([_offered(post) for post in found])


def _offered(post: Post) -> dict[str, Any]:
    return {"id": post.person_id, "name": post.person.name, "path": post_label(post), "kind": post.role.value}
