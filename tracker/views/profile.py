"""One's own page: posts, sessions, password, one-time code."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from tracker import clock
from tracker.errors import InvalidError
from tracker.forms.accounts import ContactForm
from tracker.forms.auth import CodeForm, OwnPasswordForm
from tracker.languages import _
from tracker.policy import cell_for
from tracker.queries.accounts import account_find, sign_ins_of
from tracker.queries.substitutes import substitutes_of
from tracker.services import accounts, credentials, sign_ins, totp
from tracker.views import cookies
from tracker.views.access import access, require_fresh, session_terms
from tracker.views.shell import post_label

bp = Blueprint("profile", __name__, url_prefix="/profile")
Page = tuple[str, int] | str | Response
_OFFER = "totp_offer"  # the secret on offer until a first code shows that it arrived


@bp.get("")
@access("self")
def index() -> Page:
    return _page({})


def _page(errors: dict[str, str]) -> str:
    at = clock.now()
    person = account_find(g.actor.person_id)
    posts = [(post, post_label(post), sign_ins.is_in_force(post, at)) for post in person.posts]
    living = sign_ins_of(person, since=at - session_terms().idle)
    return render_template(
        "profile/index.html", person=person, posts=posts, sign_ins=living, here=g.sign_in.token_hash, errors=errors,
        typed=request.form if errors else person, substitutes=substitutes_of(person.id, g.actor.today),
        may_hand_over=cell_for("handover.propose", g.actor.role).allows,
        may_name=cell_for("substitute.own", g.actor.role).allows,
    )  # fmt: skip


@bp.post("/contact")
@access("self")
def contact() -> Page:
    try:
        form = ContactForm.parse(request.form)
    except InvalidError as error:
        return _page(error.errors), error.status
    accounts.contact_set(phone=form.phone, email=form.email, actor=g.actor, at=clock.now())
    flash(_("联系方式已更新"), "success")
    return redirect(url_for("profile.index"), 303)


@bp.route("/password", methods=["GET", "POST"])
@access("self")
def password() -> Page:
    if request.method == "GET":
        return render_template("profile/password.html", errors={}, person=g.sign_in.person)
    person, at = g.sign_in.person, clock.now()
    try:
        form = OwnPasswordForm.parse(request.form)
        credentials.password_change(
            person=person, old=form.old_password, new=form.new_password, actor=g.actor,
            address=request.remote_addr or "", at=at,
        )  # fmt: skip
    except InvalidError as error:
        return render_template("profile/password.html", errors=error.errors, person=person), error.status
    post = g.sign_in.post
    token = sign_ins.sign_in_open(
        person=person, post=post, at=at, address=request.remote_addr or "", agent=request.user_agent.string
    )  # fmt: skip
    flash(_("密码已修改，其他设备上的登录已结束"), "success")
    return cookies.put_sign_in(redirect(url_for("profile.index"), 303), token)


@bp.post("/sessions/end")
@access("self")
def end_others() -> Response:
    ended = sign_ins.sign_ins_end_others(sign_in=g.sign_in, actor=g.actor, at=clock.now())
    flash(_("已结束其他设备上的 {n} 个登录").format(n=ended), "success")
    return redirect(url_for("profile.index"), 303)


@bp.route("/code", methods=["GET", "POST"])
@access("self")
@require_fresh()
def code() -> Page:
    person = g.sign_in.person
    if request.method == "GET" or _OFFER not in session:
        session[_OFFER] = totp.totp_secret()
        return _totp_page({})
    try:
        given = CodeForm.parse(request.form).code
        secret = session[_OFFER]
        totp.totp_enrol(person_id=person.id, secret=secret, code=given, actor=g.actor, at=clock.now())
    except InvalidError as error:
        return _totp_page(error.errors), error.status
    session.pop(_OFFER)
    flash(_("动态口令已启用，以后登录时需要输入"), "success")
    return redirect(url_for("profile.index"), 303)


def _totp_page(errors: dict[str, str]) -> str:
    secret, person = session[_OFFER], g.sign_in.person
    issuer = current_app.config["PRODUCT_NAME"]
    picture = totp.totp_picture(secret=secret, login=person.login, issuer=issuer)
    return render_template("profile/totp.html", secret=secret, picture=picture, person=person, errors=errors)
