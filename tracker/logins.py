"""What a login is."""

from __future__ import annotations

import re
import unicodedata

LENGTH = 64
_LOGIN = re.compile(r"[a-z0-9\u4e00-\u9fff][a-z0-9\u4e00-\u9fff._-]{1,63}")


def login_of(typed: str) -> str:
    """Return a login as the table keeps it, whatever width and case it was typed in."""
    return unicodedata.normalize("NFKC", typed).strip().lower()[:LENGTH]


def is_login(login: str) -> bool:
    """Tell whether a new account may be called that: 2 to 64 letters, digits or 汉字, with dots, dashes and bars."""
    return _LOGIN.fullmatch(login) is not None
