"""One call over HTTP: to a checked address, without redirects, within a time, with a short answer."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tracker import outward
from tracker.delivery.outcome import Fault, Outside, UndeliveredError, Verdict
from tracker.outward import AddressError, AddressFault

LONGEST_ANSWER = 64 * 1024
_LIMITED, _SERVER = 429, 500


@dataclass(frozen=True)
class Answer:
    """What came back: the status and the JSON body, an empty object where it is none."""

    status: int
    body: Any
    wait: float | None = None


def tls_context(ca_file: str) -> ssl.SSLContext:
    """Return a context that verifies certificate and host name; an empty name stands for the system's authorities."""
    context = ssl.create_default_context(cafile=ca_file or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def unreachable(error: Exception) -> UndeliveredError:
    """Return what a failure to connect says about the channel."""
    if isinstance(error, AddressError):
        fault = Fault.UNREACHABLE if error.fault is AddressFault.UNKNOWN else Fault.ADDRESS
        return UndeliveredError(fault, Verdict.HOLD, error.fault.value)
    fault = Fault.TLS if isinstance(error, ssl.SSLError) else Fault.UNREACHABLE
    return UndeliveredError(fault, Verdict.HOLD, str(error) or type(error).__name__)


@contextmanager
def cut_after(sock: socket.socket | None, seconds: float) -> Iterator[None]:
    """Cut a connection after this time, however slowly the other side keeps dripping."""

    def cut() -> None:
        try:
            if sock is not None:
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
        except OSError:
            return  # it has gone by itself

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def call(
    url: str, outside: Outside, *, method: str = "POST", body: bytes | None = None, headers: Mapping[str, str] = {}
) -> Answer:
    """Return the answer of ``url``; raises ``UndeliveredError`` where there is none, or none that may be used."""
    try:
        connection, target = _connected(url, outside)
    except (OSError, AddressError) as error:
        raise unreachable(error) from error
    try:
        with cut_after(connection.sock, outside.timeout):
            connection.request(method, target, body=body, headers={"User-Agent": "tracker", **headers})
            with connection.getresponse() as response:
                content = response.read(LONGEST_ANSWER + 1)
    except (OSError, http.client.HTTPException) as error:
        raise UndeliveredError(Fault.CUT, Verdict.LATER, type(error).__name__) from error
    finally:
        connection.close()
    return _judged(response, content)


def call_json(url: str, outside: Outside, given: Any, *, headers: Mapping[str, str] = {}) -> Answer:
    """Return the answer to a JSON object that is posted."""
    body = json.dumps(given, ensure_ascii=False).encode()
    return call(url, outside, body=body, headers={"Content-Type": "application/json; charset=utf-8", **headers})


def _connected(url: str, outside: Outside) -> tuple[http.client.HTTPConnection, str]:
    parts, host, port = outward.split(url, outside.allowed)
    sock = outward.connect(host, port, outside.allowed, outside.timeout)
    if parts.scheme == "https":
        sock = _wrapped(sock, host, outside)
    connection = http.client.HTTPConnection(host, port, timeout=outside.timeout)
    connection.sock = sock
    return connection, f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"


def _wrapped(sock: socket.socket, host: str, outside: Outside) -> ssl.SSLSocket:
    try:
        with cut_after(sock, outside.timeout):
            return tls_context(outside.ca_file).wrap_socket(sock, server_hostname=host)
    except OSError:
        sock.close()
        raise


def _judged(response: http.client.HTTPResponse, content: bytes) -> Answer:
    status = response.status
    if len(content) > LONGEST_ANSWER or 300 <= status < 400:
        raise UndeliveredError(Fault.ANSWER, Verdict.HOLD, f"HTTP {status}")
    wait = _seconds(response.getheader("Retry-After"))
    if status == _LIMITED:
        raise UndeliveredError(Fault.RATE, Verdict.HOLD, "HTTP 429", wait or 60.0)
    if status >= _SERVER:
        raise UndeliveredError(Fault.BUSY, Verdict.LATER, f"HTTP {status}", wait)
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        body = {}
    return Answer(status, body, wait)


def _seconds(words: str | None) -> float | None:
    return min(float(words), 3600.0) if words and words.isascii() and words.isdigit() else None
