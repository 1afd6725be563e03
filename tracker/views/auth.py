"""The way in and out: password, code, post, language, reset link."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from tracker import clock, languages
from tracker.errors import CredentialsError, InvalidError, TooManyError
from tracker.forms.auth import CodeForm, NewPasswordForm, PasswordForm, SignInForm
from tracker.languages import _
from tracker.models import Person
from tracker.queries.accounts import demo_logins
from tracker.services import credentials, resets, setup, sign_ins, totp
from tracker.views import cookies
from tracker.views.access import access, own_path, to_sign_in
from tracker.views.ids import id_of
from tracker.views.shell import post_label

bp = Blueprint("auth", __name__)
Page = tuple[str, int] | str | Response


@bp.route("/sign-in", methods=["GET", "POST"])
@access("public")
def sign_in() -> Page:
    if request.method == "POST":
        return _signed_in()
    if g.sign_in is not None:
        return redirect(_onward(), 303) if g.actor is not None else to_sign_in()
    if not setup.is_set_up():
        return redirect(url_for("setup.index"), 303)
    return _sign_in_page({})


def _signed_in() -> Page:
    try:
        form = SignInForm.parse(request.form)
        person = credentials.person_by_password(
            login=form.login,
            password=form.password,
            address=_address(),
            devices=cookies.known_persons(),
            at=clock.now(),
        )
    except (InvalidError, CredentialsError, TooManyError) as error:
        return _sign_in_page(_errors_of(error)), error.status
    return enter(person, needs_totp=person.totp_secret is not None)


def _errors_of(error: InvalidError | CredentialsError | TooManyError) -> dict[str, str]:
    return error.errors if isinstance(error, InvalidError) else {"form": error.message}


def _sign_in_page(errors: dict[str, str]) -> str:
    demo = demo_logins(clock.today()) if current_app.config["DEMO"] else []
    return render_template("auth/sign_in.html", errors=errors, typed=request.form, demo_logins=demo, next=_next())


def enter(person: Person, *, needs_totp: bool) -> Response:
    """Open a new session in place of any old one, and send the person on."""
    at = clock.now()
    _leave()
    token = credentials.sign_in_enter(
        person=person, post=sign_ins.only_post(person.id, at), at=at, address=_address(),
        agent=request.user_agent.string, needs_totp=needs_totp,
    )  # fmt: skip
    if needs_totp:
        return cookies.put_sign_in(redirect(url_for("auth.code", next=_next()), 303), token)
    return cookies.put_known_person(cookies.put_sign_in(redirect(_onward(), 303), token), person)


def _leave() -> None:
    token = request.cookies.get(cookies.sign_in_name(), "")
    if token:
        sign_ins.sign_in_end(token)
    session.clear()  # with it the CSRF token of before


def _next() -> str | None:
    return own_path(request.values.get("next"))


def _from_here() -> str:
    referrer = urlsplit(request.referrer or "")
    same = referrer.netloc == urlsplit(request.host_url).netloc
    return own_path(f"{referrer.path}?{referrer.query}".rstrip("?")) or "/" if same else "/"


def _onward() -> str:
    return _next() or "/"


def _address() -> str:
    return request.remote_addr or ""


@bp.route("/sign-in/code", methods=["GET", "POST"])
@access("public")
def code() -> Page:
    if g.sign_in is None or not g.sign_in.needs_totp:
        return to_sign_in()
    if request.method == "GET":
        return render_template("auth/code.html", errors={}, next=_next())
    person = g.sign_in.person
    try:
        given = CodeForm.parse(request.form).code
        totp.totp_check(person=person, code=given, address=_address(), at=clock.now())
    except (InvalidError, CredentialsError, TooManyError) as error:
        page = render_template("auth/code.html", errors=_errors_of(error), next=_next())
        return page, error.status
    return enter(person, needs_totp=False)


@bp.route("/sign-in/confirm", methods=["GET", "POST"])
@access("self")
def confirm() -> Page:
    if request.method == "GET":
        return _confirm_page({})
    try:
        _shown_again()
    except (InvalidError, CredentialsError, TooManyError) as error:
        return _confirm_page(_errors_of(error)), error.status
    sign_ins.sign_in_freshen(sign_in=g.sign_in, at=clock.now())
    return redirect(_onward(), 303)


def _shown_again() -> None:
    person, at = g.sign_in.person, clock.now()
    password = PasswordForm.parse(request.form).password
    credentials.password_confirm(person=person, password=password, address=_address(), at=at)
    if person.totp_secret:
        totp.totp_check(person=person, code=CodeForm.parse(request.form).code, address=_address(), at=at)


def _confirm_page(errors: dict[str, str]) -> str:
    needs_code = g.sign_in.person.totp_secret is not None
    return render_template("auth/confirm.html", errors=errors, needs_code=needs_code, next=_next())


@bp.post("/sign-out")
@access("public")
def sign_out() -> Response:
    _leave()
    return cookies.drop_sign_in(redirect(url_for("auth.sign_in"), 303))


@bp.route("/posts", methods=["GET", "POST"])
@access("public")
def choose_post() -> Page:
    if g.sign_in is None or g.sign_in.needs_totp:
        return to_sign_in()
    at = clock.now()
    if request.method == "POST":
        wanted = id_of(request.form.get("post"))
        sign_ins.sign_in_choose_post(sign_in=g.sign_in, post_id=wanted, at=at)
        return redirect(_onward(), 303)
    choices = [(post.id, post_label(post)) for post in sign_ins.posts_in_force(g.sign_in.person_id, at)]
    return render_template("auth/choose_post.html", posts=choices, next=_next())


@bp.post("/language")
@access("public")
def language() -> Response:
    wanted = request.form.get("language", "")
    wanted = wanted if wanted in languages.LANGUAGES else languages.SOURCE
    if g.sign_in is not None:
        credentials.language_set(person_id=g.sign_in.person_id, language=wanted)
    return cookies.put_language(redirect(_next() or _from_here(), 303), wanted)


@bp.route("/reset/<token>", methods=["GET", "POST"])
@access("public")
def reset(token: str) -> Page:
    at = clock.now()
    if request.method == "GET":
        return _reset_page(resets.reset_link_find(token, at=at).person, {})
    try:
        form = NewPasswordForm.parse(request.form)
        resets.reset_link_use(token, password=form.new_password, address=_address(), at=at)
    except InvalidError as error:
        return _reset_page(resets.reset_link_find(token, at=at).person, error.errors), error.status
    flash(_("密码已设置，请用新密码登录"), "success")
    return redirect(url_for("auth.sign_in"), 303)


def _reset_page(person: Person, errors: dict[str, str]) -> str:
    return render_template("auth/reset.html", person=person, errors=errors)
