"""Who is asking, and whether they may enter: each view carries a marker that names a row of the permission matrix."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, flash, g, redirect, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from tracker import clock, languages
from tracker.errors import ForbiddenError, HiddenError
from tracker.languages import _
from tracker.policy import Cell, cell_for
from tracker.services.sign_ins import SessionTerms, sign_in_actor, sign_in_find
from tracker.services.totp import ROLES as TOTP_ROLES
from tracker.views import cookies

ViewT = TypeVar("ViewT", bound=Callable[..., Any])
# What is open to somebody who must first change a password or enrol a code.
_FIRST_THINGS = frozenset({
    "auth.sign_in", "auth.sign_out", "auth.language", "auth.choose_post", "auth.confirm", "profile.password",
    "profile.code",
})  # fmt: skip


def session_terms() -> SessionTerms:
    """Return how long a session lives here."""
    config = current_app.config
    return SessionTerms(timedelta(minutes=config["SESSION_IDLE_MINUTES"]), timedelta(hours=config["SESSION_HOURS"]))


def access(action: str) -> Callable[[ViewT], ViewT]:
    """Let in whom the matrix row ``action`` lets in; scope and law still decide on the single record."""

    def mark(view: ViewT) -> ViewT:
        @wraps(view)
        def entered(*args: Any, **kwargs: Any) -> Any:
            stop = _stop(action)
            return stop if stop is not None else view(*args, **kwargs)

        entered.access = action  # type: ignore[attr-defined]
        return entered  # type: ignore[return-value]

    return mark


def require_fresh(minutes: int = 10) -> Callable[[ViewT], ViewT]:
    """Ask for the password again before an act if it was last shown longer ago than that; stands below ``access``."""

    def mark(view: ViewT) -> ViewT:
        @wraps(view)
        def entered(*args: Any, **kwargs: Any) -> Any:
            stop = stale(minutes)
            return stop if stop is not None else view(*args, **kwargs)

        return entered  # type: ignore[return-value]

    return mark


def stale(minutes: int = 10) -> Response | None:
    """Return the way to the page that asks for the password again, or ``None`` while it is fresh enough.

    A page with a form should ask when it is opened, so that nothing typed is lost.
    """
    if g.sign_in is None or clock.now() - g.sign_in.fresh_at <= timedelta(minutes=minutes):
        return None
    back = request.full_path.rstrip("?") if request.method == "GET" else referring_path()
    if request.method != "GET":
        flash(_("为确认是本人操作，请再次输入密码，然后重新提交"), "warning")
    return redirect(url_for("auth.confirm", next=back), 303)


def referring_path() -> str | None:
    """Return where the form stood that was sent, with its query: a page of ours that can be opened by a link."""
    here, there = urlsplit(request.host_url), urlsplit(request.referrer or "")
    path = own_path(f"{there.path}?{there.query}".rstrip("?"))
    if path is None or there.netloc != here.netloc:
        return None
    pages = current_app.create_url_adapter(request)
    try:
        return path if pages and pages.match(there.path, "GET") else None
    except HTTPException:
        return None


def _stop(action: str) -> Response | None:
    actor = g.actor
    cell = cell_for(action, actor.role if actor else None)
    if not cell.allows and actor is None:
        return to_sign_in()
    if not cell.allows:
        raise HiddenError if cell is Cell.HIDDEN else ForbiddenError
    return _first_thing() if actor is not None else None


def _first_thing() -> Response | None:
    """Return the way to what somebody must do before all else: choose a password of their own, enrol a code."""
    person = g.sign_in.person
    if request.endpoint in _FIRST_THINGS:
        return None
    if person.must_change_password:
        return redirect(url_for("profile.password"), 303)
    if current_app.config["REQUIRE_TOTP"] and g.actor.role in TOTP_ROLES and not person.totp_secret:
        return redirect(url_for("profile.code"), 303)
    return None


def to_sign_in() -> Response:
    """Send a visitor to the sign-in page, and back to this page afterwards if it can be opened by a link.

    Who is half signed in goes on where they are: to the code, or to the choice of a post.
    """
    back = _way_back()
    if g.sign_in is None:
        return redirect(url_for("auth.sign_in", next=back), 303)
    return redirect(url_for("auth.code" if g.sign_in.needs_totp else "auth.choose_post", next=back), 303)


def _way_back() -> str | None:
    if request.blueprint == "auth":
        return own_path(request.values.get("next"))
    if request.method == "GET":
        return request.full_path.rstrip("?")
    if request.cookies.get(cookies.sign_in_name()):  # somebody was signed in, and sent a form
        flash(_("登录已过期，刚才的内容还没有提交；请重新登录，核对后再次提交"), "warning")
    return referring_path()


def own_path(given: str | None) -> str | None:
    """Return ``given`` if it is a path of ours, and nothing that a browser would take for another host."""
    if not given or not given.startswith("/") or given[1:2] in ("/", "\\"):
        return None
    return None if any(ord(character) <= 32 or character == "\\" for character in given) else given


def register(app: Flask) -> None:
    """Know the actor and their language before every request."""
    app.before_request(_recognise)


def _recognise() -> None:
    g.sign_in = g.actor = None
    at = clock.now()
    token = request.cookies.get(cookies.sign_in_name(), "")
    languages.choose(request.cookies.get(cookies.LANGUAGE, languages.SOURCE))
    if not token or request.endpoint == "static":
        return
    g.sign_in = sign_in_find(token, at=at, terms=session_terms())
    if g.sign_in is not None:
        languages.choose(g.sign_in.person.language)
        g.actor = sign_in_actor(g.sign_in, at)
