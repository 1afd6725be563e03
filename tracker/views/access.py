"""Who is asking, and whether they may enter: each view carries a marker that names a row of the permission matrix."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from tracker import clock, languages
from tracker.errors import ForbiddenError, NotFoundError
from tracker.policy import Cell, cell_for
from tracker.services.sign_ins import SessionTerms, sign_in_actor, sign_in_find

ViewT = TypeVar("ViewT", bound=Callable[..., Any])
LANGUAGE_COOKIE = "tracker_language"


def cookie_name() -> str:
    """Return the name of the sign-in cookie: prefixed where HTTPS lets the browser guard it."""
    return "__Host-sid" if current_app.config["SECURE_COOKIES"] else "tracker_sid"


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


def _stop(action: str) -> Response | None:
    actor = g.actor
    cell = cell_for(action, actor.role if actor else None)
    if cell.allows:
        return None
    if actor is None:
        return to_sign_in()
    raise NotFoundError if cell is Cell.HIDDEN else ForbiddenError


def to_sign_in() -> Response:
    """Send a visitor to the sign-in page, and back to this page afterwards if it can be opened by a link."""
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("auth.sign_in", next=back), 303)


def register(app: Flask) -> None:
    """Know the actor and their language before every request."""
    app.before_request(_recognise)


def _recognise() -> None:
    g.sign_in = g.actor = None
    at = clock.now()
    token = request.cookies.get(cookie_name(), "")
    languages.choose(request.cookies.get(LANGUAGE_COOKIE, languages.SOURCE))
    if not token or request.endpoint == "static":
        return
    config = current_app.config
    terms = SessionTerms(timedelta(minutes=config["SESSION_IDLE_MINUTES"]), timedelta(hours=config["SESSION_HOURS"]))
    g.sign_in = sign_in_find(token, at=at, terms=terms)
    if g.sign_in is not None:
        languages.choose(g.sign_in.person.language)
        g.actor = sign_in_actor(g.sign_in, at)
