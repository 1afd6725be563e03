"""What the browser keeps for us: the sign-in, who used this device before, the language."""

from __future__ import annotations

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from tracker.models import Person

LANGUAGE = "tracker_language"
_YEAR = 365 * 86400
_DEVICE_PERSONS = 20  # a shared machine of an office


def sign_in_name() -> str:
    """Return the name of the sign-in cookie: prefixed where HTTPS lets the browser guard it."""
    return "__Host-sid" if current_app.config["SECURE_COOKIES"] else "tracker_sid"


def _device_name() -> str:
    return "__Host-device" if current_app.config["SECURE_COOKIES"] else "tracker_device"


def _put(response: Response, name: str, value: str, max_age: int | None) -> Response:
    secure = bool(current_app.config["SECURE_COOKIES"])
    response.set_cookie(name, value, max_age=max_age, path="/", secure=secure, httponly=True, samesite="Lax")
    return response


def put_sign_in(response: Response, token: str) -> Response:
    """Hand the browser its token, until it is closed."""
    return _put(response, sign_in_name(), token, None)


def drop_sign_in(response: Response) -> Response:
    """Take the token back."""
    return _put(response, sign_in_name(), "", 0)


def put_language(response: Response, language: str) -> Response:
    """Keep the language for the pages before the next sign-in."""
    return _put(response, LANGUAGE, language, _YEAR)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="known device")


def known_persons() -> frozenset[int]:
    """Return the ids of those who signed in on this device within a year."""
    try:
        known = _signer().loads(request.cookies.get(_device_name(), ""), max_age=_YEAR)
    except BadSignature:
        return frozenset()
    return frozenset(known)


def put_known_person(response: Response, person: Person) -> Response:
    """Remember that this person has signed in on this device."""
    known = [person.id, *sorted(known_persons() - {person.id})][:_DEVICE_PERSONS]
    return _put(response, _device_name(), str(_signer().dumps(known)), _YEAR)
