"""Seals what the house must keep and nobody may read, such as keys of channels, by the key of the installation."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_PURPOSE = b"tracker channels 1"


class SealError(Exception):
    """The seal does not open: it was made with another key, or was changed."""


def _fernet(key: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


def seal(values: Mapping[str, str], key: str) -> str:
    """Return these values under seal; ``key`` is the secret key of the installation."""
    return _fernet(key).encrypt(json.dumps(dict(values), ensure_ascii=False).encode()).decode("ascii")


def unseal(sealed: str, key: str) -> dict[str, str]:
    """Return what was sealed, nothing where nothing was; raises ``SealError``."""
    if not sealed:
        return {}
    try:
        opened: dict[str, str] = json.loads(_fernet(key).decrypt(sealed.encode("ascii")))
    except (InvalidToken, ValueError) as error:
        raise SealError from error
    return opened
