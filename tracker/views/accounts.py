"""Accounts and posts: made by one kind of administrator, given rights by another, seen by the third."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from tracker import clock
from tracker.errors import InvalidError
from tracker.forms.account_list import AccountListForm
from tracker.forms.accounts import AccountForm
from tracker.languages import _
from tracker.models import Person, Role
from tracker.policy.matrix import action_words, matrix
from tracker.queries import accounts as queries
from tracker.queries.handovers import Departing, ending_soon
from tracker.queries.held import held_totals
from tracker.queries.substitutes import substitutes_of
from tracker.services import accounts, resets
from tracker.services.accounts import AccountValues
from tracker.services.sign_ins import is_in_force
from tracker.views.access import access, session_terms
from tracker.views.shell import post_label

bp = Blueprint("accounts", __name__, url_prefix="/accounts")
Page = tuple[str, int] | str | Response
_LINK = "reset_link"  # whose link to show, and the link; shown once, then forgotten


@bp.get("/")
@access("account.read")
def index() -> Page:
    try:
        form, errors = AccountListForm.parse(request.args), {}
    except InvalidError as error:
        form, errors = AccountListForm(), error.errors
    page = queries.account_page(form.filter(), today=g.actor.today, after=form.after)
    chosen = {name: value for name, value in request.args.items() if name in AccountListForm.model_fields and value}
    waiting = len(queries.posts_pending(g.actor.today))
    html = render_template(
        "accounts/index.html", page=page, typed=request.args, query=chosen, errors=errors, roles=_roles(),
        waiting=waiting, posts_of=_posts_in_force, leaving=_leaving() if not chosen else [],
    )  # fmt: skip
    return (html, 422) if errors else html


def _leaving() -> list[Departing]:
    """Return whose posts end within two weeks while something is still held, for those who grant and end posts."""
    return ending_soon(g.actor.today) if g.actor.role is Role.SECADMIN else []


def _roles() -> list[str]:
    return [role.value for role in Role]


def _posts_in_force(person: Person) -> list[str]:
    at = clock.now()
    return [post_label(post) for post in person.posts if is_in_force(post, at)]


@bp.route("/new", methods=["GET", "POST"])
@access("account.create")
def new() -> Page:
    if request.method == "GET":
        return _form_page(None, {})
    try:
        form = AccountForm.parse(_typed())
        person = accounts.account_create(values=AccountValues(**dict(form)), actor=g.actor, at=clock.now())
    except InvalidError as error:
        return _form_page(None, error.errors), error.status
    flash(_("账号已建立。请生成链接交本人设置密码，并由安全管理员授予岗位。"), "success")
    return _back_to(person.id)


def _typed() -> dict[str, str]:
    """Return the form, with the home unit looked up by name where no script has chosen its id."""
    given = request.form.to_dict()
    words = given.get("home_unit_id_text", "").strip()
    if words and not given.get("home_unit_id"):
        given["home_unit_id"] = str(queries.unit_by_words(words) or _("未选择"))
    return given


def _form_page(person: Person | None, errors: dict[str, str]) -> str:
    typed = request.form if request.method == "POST" else person
    return render_template("accounts/form.html", person=person, typed=typed, errors=errors)


def _back_to(person_id: int) -> Response:
    return redirect(url_for("accounts.detail", person_id=person_id), 303)


@bp.get("/<int:person_id>")
@access("account.read")
def detail(person_id: int) -> Page:
    person = queries.account_find(person_id)
    link = session.get(_LINK, (0, ""))
    shown = session.pop(_LINK)[1] if link[0] == person_id else ""
    at = clock.now()
    granters = {one for post in person.posts for one in (post.granted_by_id, post.approved_by_id)}
    return render_template(
        "accounts/detail.html", person=person, link=shown, names=queries.names_of(granters | {person.created_by_id}),
        posts=[(post, post_label(post), is_in_force(post, at)) for post in person.posts],
        held=held_totals(person.posts), substitutes=substitutes_of(person.id, g.actor.today),
        sign_ins=queries.sign_ins_of(person, since=at - session_terms().idle),
    )  # fmt: skip


@bp.route("/<int:person_id>/edit", methods=["GET", "POST"])
@access("account.create")
def edit(person_id: int) -> Page:
    person = queries.account_find(person_id)
    if request.method == "GET":
        return _form_page(person, {})
    try:
        form = AccountForm.parse(_typed())
        accounts.account_edit(person_id=person_id, values=AccountValues(**dict(form)), actor=g.actor, at=clock.now())
    except InvalidError as error:
        return _form_page(person, error.errors), error.status
    flash(_("账号已更正"), "success")
    return _back_to(person_id)


@bp.post("/<int:person_id>/disable")
@access("account.create")
def disable(person_id: int) -> Response:
    accounts.account_disable(person_id=person_id, actor=g.actor, at=clock.now())
    flash(_("账号已停用，其登录已全部结束"), "success")
    return _back_to(person_id)


@bp.post("/<int:person_id>/enable")
@access("account.create")
def enable(person_id: int) -> Response:
    accounts.account_enable(person_id=person_id, actor=g.actor, at=clock.now())
    flash(_("账号已启用"), "success")
    return _back_to(person_id)


@bp.post("/<int:person_id>/reset")
@access("account.reset")
def reset(person_id: int) -> Response:
    token = resets.reset_link_make(person_id=person_id, actor=g.actor, at=clock.now())
    session[_LINK] = (person_id, url_for("auth.reset", token=token, _external=True))
    flash(_("链接已生成，只显示这一次，请当面或电话核实后交给本人"), "success")
    return _back_to(person_id)


@bp.post("/<int:person_id>/unlock")
@access("account.unlock")
def unlock(person_id: int) -> Response:
    accounts.account_unlock(person_id=person_id, actor=g.actor, at=clock.now())
    flash(_("账号已解锁"), "success")
    return _back_to(person_id)


@bp.post("/<int:person_id>/end-sessions")
@access("account.unlock")
def end_sessions(person_id: int) -> Response:
    accounts.account_end_sessions(person_id=person_id, actor=g.actor, at=clock.now())
    flash(_("该账号的登录已全部结束"), "success")
    return _back_to(person_id)


@bp.post("/<int:person_id>/drop-code")
@access("account.unlock")
def drop_code(person_id: int) -> Response:
    accounts.account_drop_totp(person_id=person_id, actor=g.actor, at=clock.now())
    flash(_("动态口令已解除，本人登录后可重新启用"), "success")
    return _back_to(person_id)


@bp.get("/permissions", endpoint="matrix")
@access("account.read")
def permissions() -> str:
    return render_template("accounts/permissions.html", rows=matrix(), words=action_words(), roles=_roles())
