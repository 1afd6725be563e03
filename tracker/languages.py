"""Words in the reader's language: Chinese is the source, English comes from the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

SOURCE = "zh_CN"
LANGUAGES = {"zh_CN": "中文", "en": "English"}
_FOLDER = Path(__file__).resolve().parent / "translations"
_APART = "\x04"
_current: ContextVar[str] = ContextVar("language", default=SOURCE)


@cache
def _catalogue(language: str) -> NullTranslations:
    path = _FOLDER / language / "LC_MESSAGES" / "messages.mo"
    if language == SOURCE or not path.exists():
        return NullTranslations()
    with path.open("rb") as file:
        return GNUTranslations(file)


def current() -> str:
    """Return the language of this request or job, ``zh_CN`` unless chosen otherwise."""
    return _current.get()


def choose(language: str) -> None:
    """Speak ``language`` from here on in this context; an unknown one falls back to the source."""
    _current.set(language if language in LANGUAGES else SOURCE)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak ``language`` inside the block."""
    token = _current.set(language if language in LANGUAGES else SOURCE)
    try:
        yield
    finally:
        _current.reset(token)


def _(message: str) -> str:
    """Return ``message`` (Chinese) in the current language."""
    return _spoken(_current.get(), message) if message else ""


@lru_cache(maxsize=16384)
def _spoken(language: str, message: str) -> str:
    return _catalogue(language).gettext(message).rpartition(_APART)[2]


def ngettext(singular: str, plural: str, n: int) -> str:
    """Return the form of ``singular``/``plural`` that fits ``n`` in the current language."""
    return _catalogue(_current.get()).ngettext(singular, plural, n)


def N_(message: str) -> str:  # noqa: N802  # the customary name of the marker
    """Mark ``message`` for the catalogue without translating it yet."""
    return message


def NP_(context: str, message: str) -> str:  # noqa: N802  # as above
    """Mark ``message`` like ``N_``, where English has another word for the same Chinese one in this ``context``."""
    return f"{context}{_APART}{message}"
