"""Which addresses outside the house may be called: public ones, and those an administrator has named."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import SplitResult, urlsplit

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_LONGEST = 2000
_STRANGE = frozenset(" \\\"'<>@?#")


class AddressFault(StrEnum):
    """What is wrong with an address."""

    FORM = "form"  # cannot be read as an address of a host
    SCHEME = "scheme"  # not https, and the host is not on the list of those allowed
    INTERNAL = "internal"  # leads into a network that is not public
    UNKNOWN = "unknown"  # the name has no address


class AddressError(Exception):
    """An address that must not or cannot be called; ``fault`` says why."""

    def __init__(self, fault: AddressFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True)
class Allowed:
    """The hosts an administrator has named: ``mail.county.example`` or, for one port alone, ``127.0.0.1:8025``."""

    hosts: frozenset[str] = frozenset()

    @classmethod
    def of(cls, names: Collection[str]) -> Allowed:
        """Return the list of these names."""
        return cls(frozenset(name.strip().lower() for name in names))

    def names(self, host: str, port: int) -> bool:
        """Tell whether the host is on the list, for every port or for this one."""
        host = host.lower()
        return host in self.hosts or f"{host}:{port}" in self.hosts


def is_base(words: str) -> bool:
    """Tell whether this can stand before our own paths: http or https, a host, perhaps a port and a path; no more."""
    try:
        parts = urlsplit(words)
        host = parts.hostname if parts.port != 0 else None
    except ValueError:
        return False
    plain = len(words) <= _LONGEST and words.isascii() and words.isprintable() and not set(words) & _STRANGE
    return bool(plain and host and parts.scheme in ("http", "https"))


def split(url: str, allowed: Allowed) -> tuple[SplitResult, str, int]:
    """Return the parts of ``url``, its host and its port; raises ``AddressError``.

    https only, unless the host is allowed by name. No name or password may stand before the host.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (80 if parts.scheme == "http" else 443)
    except ValueError as error:
        raise AddressError(AddressFault.FORM) from error
    readable = len(url) <= _LONGEST and url.isprintable() and " " not in url and url.isascii()
    if not readable or not host or parts.username is not None or "\\" in url:
        raise AddressError(AddressFault.FORM)
    if parts.scheme != "https" and not (parts.scheme == "http" and allowed.names(host, port)):
        raise AddressError(AddressFault.SCHEME)
    return parts, host, port


def resolve(host: str, port: int, allowed: Allowed) -> list[str]:
    """Return the addresses of ``host``; raises ``AddressError`` where one is not public and the host not allowed.

    Whoever connects must use what is returned here: a name looked up again may have changed its mind.
    """
    if _is_loopback_name(host) and not allowed.names(host, port):
        raise AddressError(AddressFault.INTERNAL)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise AddressError(AddressFault.UNKNOWN) from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not allowed.names(host, port) and not all(map(is_public, addresses)):
        raise AddressError(AddressFault.INTERNAL)
    return addresses


def _is_loopback_name(host: str) -> bool:
    """Tell whether the name means this machine, however a resolver would answer."""
    return host.lower().rstrip(".").rpartition(".")[2] in ("localhost", "localdomain")


def is_public(address: str) -> bool:
    """Tell whether an IP address lies in the public network, also when it wraps one of version 4."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


def check(url: str, allowed: Allowed) -> None:
    """Raise ``AddressError`` where ``url`` may not be called; a name that has no address now may get one later."""
    _parts, host, port = split(url, allowed)
    check_host(host, port, allowed)


def check_host(host: str, port: int, allowed: Allowed) -> None:
    """Raise ``AddressError`` where the host may not be called; as ``check``."""
    if not host or not host.isascii() or any(c.isspace() or c in "/\\@" for c in host):
        raise AddressError(AddressFault.FORM)
    try:
        resolve(host, port, allowed)
    except AddressError as error:
        if error.fault is not AddressFault.UNKNOWN:
            raise


def connect(host: str, port: int, allowed: Allowed, timeout: float) -> socket.socket:
    """Return a connection to one of the checked addresses of ``host``; raises ``AddressError`` or ``OSError``."""
    last: OSError | None = None
    for address in resolve(host, port, allowed):
        try:
            return socket.create_connection((address, port), timeout)
        except OSError as error:
            last = error
    raise last or OSError("no address")
