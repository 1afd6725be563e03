"""Text messages through whatever gateway the county has: its request is a template, its success a value to look for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, quote_plus

from tracker.delivery.outcome import Fault, Outside, Parcel, UndeliveredError, Verdict
from tracker.delivery.web import Answer, call

PLACES = ("mobile", "text", "secret", "id")
FORMATS = {"json": "application/json; charset=utf-8", "form": "application/x-www-form-urlencoded"}
_LONGEST = 300  # characters


@dataclass
class SmsCourier:
    """Calls a gateway. ``{mobile}``, ``{text}``, ``{secret}`` and ``{id}`` are filled in, quoted as their place asks.

    A message is taken when the status is 2xx and, where ``ok_path`` (``result.code``) is given, the value there is
    ``ok_value``; values in ``rate_values`` say that the gateway wants fewer.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: str
    body_format: str
    secret: str
    ok_path: str
    ok_value: str
    rate_values: frozenset[str]
    outside: Outside

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Keep nothing open."""
        yield

    def carry(self, parcel: Parcel, at: datetime) -> None:
        """Hand one message to the gateway."""
        known = {
            "mobile": parcel.address, "text": parcel.text[:_LONGEST], "secret": self.secret, "id": parcel.stable_id,
        }  # fmt: skip
        url = _filled(self.url, known, lambda words: quote(words, safe=""))
        headers = {name: _header(_filled(value, known, str)) for name, value in self.headers.items()}
        body = self._body(known) if self.method == "POST" else None
        if body is not None:
            headers = {"Content-Type": FORMATS[self.body_format], **headers}
        headers = {"Idempotency-Key": parcel.stable_id, **headers}
        self._judge(call(url, self.outside, method=self.method, body=body, headers=headers))

    def _body(self, known: Mapping[str, str]) -> bytes:
        if self.body_format == "form":
            return _filled(self.body, known, quote_plus).encode()
        return json.dumps(_filled_in(json.loads(self.body), known), ensure_ascii=False).encode()

    def _judge(self, answer: Answer) -> None:
        found = _value(answer.body, self.ok_path) if self.ok_path else ""
        detail = f"HTTP {answer.status} {found}".strip()
        if self.ok_path and found in self.rate_values:
            raise UndeliveredError(Fault.RATE, Verdict.HOLD, detail, answer.wait or 60.0)
        if answer.status in (401, 403):
            raise UndeliveredError(Fault.AUTH, Verdict.HOLD, detail)
        if not 200 <= answer.status < 300 or (self.ok_path and found != self.ok_value):
            raise UndeliveredError(Fault.REFUSED, Verdict.GIVE_UP, detail)


def _filled(template: str, known: Mapping[str, str], quoted: Callable[[str], str]) -> str:
    """Fill the places in one pass: what stands in a message is never looked at for places again."""
    parts = template.split("{")
    done = [parts[0]]
    for part in parts[1:]:
        name, brace, rest = part.partition("}")
        done.append(quoted(known[name]) + rest if brace and name in known else "{" + part)
    return "".join(done)


def _filled_in(value: Any, known: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return _filled(value, known, str)
    if isinstance(value, list):
        return [_filled_in(one, known) for one in value]
    if isinstance(value, dict):
        return {name: _filled_in(one, known) for name, one in value.items()}
    return value


def _header(words: str) -> str:
    return "".join(c if c.isprintable() and c.isascii() else " " for c in words)


def _value(body: Any, path: str) -> str:
    """Return what stands at ``path`` (names and numbers, parted by dots) as text, nothing where there is none."""
    for name in path.split("."):
        if isinstance(body, list) and name.isdigit() and int(name) < len(body):
            body = body[int(name)]
        elif isinstance(body, dict) and name in body:
            body = body[name]
        else:
            return ""
    return json.dumps(body) if isinstance(body, bool) else str(body)
