"""Chat: robots in groups of 企业微信, 钉钉 and 飞书, and a 企业微信 application that writes to one person."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from tracker.delivery.outcome import Fault, Outside, Parcel, UndeliveredError, Verdict
from tracker.delivery.web import Answer, call, call_json

_LIMITED = frozenset({45009, 45033, 130101, 660026, 11232, 9499})
_BUSY = frozenset({-1, 10003, 19999})
# Key, signature, keyword, address of the sender: somebody has to look at the settings.
_KEYS = frozenset({
    40001, 40013, 40056, 40091, 41001, 60020, 93000, 300001, 300005, 310000, 400013, 19001, 19021, 19022, 19024,
})  # fmt: skip
_EXPIRED = frozenset({42001, 40014})
_LONGEST = 2000  # bytes of UTF-8 that every one of them takes


def _cut(text: str) -> str:
    raw = text.encode()
    return text if len(raw) <= _LONGEST else f"{raw[: _LONGEST - 3].decode(errors='ignore')}…"


def _judge(answer: Answer, field_name: str = "errcode") -> int:
    """Return the code of an answer that is good; raise what any other one means."""
    body = answer.body if isinstance(answer.body, dict) else {}
    code = body.get(field_name, body.get("StatusCode"))
    if not isinstance(code, int) or isinstance(code, bool):
        raise UndeliveredError(Fault.ANSWER, Verdict.LATER, f"HTTP {answer.status}")
    detail = f"{code} {body.get('errmsg') or body.get('msg') or ''}"
    if code in _LIMITED:
        raise UndeliveredError(Fault.RATE, Verdict.HOLD, detail, answer.wait or 60.0)
    if code in _BUSY:
        raise UndeliveredError(Fault.BUSY, Verdict.LATER, detail)
    if code in _KEYS:
        raise UndeliveredError(Fault.AUTH, Verdict.HOLD, detail)
    if code not in _EXPIRED and code != 0:
        raise UndeliveredError(Fault.REFUSED, Verdict.GIVE_UP, detail)
    return code


@dataclass
class _Caller:
    base: str
    outside: Outside

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Keep nothing open: each call is a connection of its own."""
        yield


@dataclass
class WecomRobot(_Caller):
    """Posts into a group of 企业微信."""

    key: str

    def carry(self, parcel: Parcel, at: datetime) -> None:
        """Post one text."""
        url = f"{self.base}/cgi-bin/webhook/send?{urlencode({'key': self.key})}"
        _judge(call_json(url, self.outside, {"msgtype": "text", "text": {"content": _cut(parcel.text)}}))


@dataclass
class DingtalkRobot(_Caller):
    """Posts into a group of 钉钉, signed where it was given a secret."""

    key: str
    secret: str

    def carry(self, parcel: Parcel, at: datetime) -> None:
        """Post one text."""
        query = {"access_token": self.key}
        if self.secret:
            moment = str(int(at.timestamp() * 1000))
            query |= {"timestamp": moment, "sign": _signature(self.secret, f"{moment}\n{self.secret}")}
        url = f"{self.base}/robot/send?{urlencode(query)}"
        _judge(call_json(url, self.outside, {"msgtype": "text", "text": {"content": _cut(parcel.text)}}))


@dataclass
class FeishuRobot(_Caller):
    """Posts into a group of 飞书, signed where it was given a secret."""

    key: str
    secret: str

    def carry(self, parcel: Parcel, at: datetime) -> None:
        """Post one text."""
        given: dict[str, Any] = {"msg_type": "text", "content": {"text": _cut(parcel.text)}}
        if self.secret:
            moment = str(int(at.timestamp()))
            given |= {"timestamp": moment, "sign": _signature(f"{moment}\n{self.secret}", "")}
        url = f"{self.base}/open-apis/bot/v2/hook/{quote(self.key, safe='')}"
        _judge(call_json(url, self.outside, given), "code")


def _signature(key: str, words: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), words.encode(), hashlib.sha256).digest()).decode()


@dataclass
class WecomApp(_Caller):
    """Messages of a 企业微信 application; keeps its access token, and fetches another when that one has run out."""

    corp_id: str
    agent_id: int
    secret: str
    token: str = ""
    token_until: datetime | None = None
    is_renewed: bool = field(default=False, init=False)

    def carry(self, parcel: Parcel, at: datetime) -> None:
        """Send one text to one user."""
        if not self.token or self.token_until is None or self.token_until <= at:
            self._renew(at)
        if self._send(parcel) in _EXPIRED:
            self._renew(at)
            if self._send(parcel) in _EXPIRED:
                raise UndeliveredError(Fault.AUTH, Verdict.HOLD, "access token")

    def _renew(self, at: datetime) -> None:
        query = urlencode({"corpid": self.corp_id, "corpsecret": self.secret})
        answer = call(f"{self.base}/cgi-bin/gettoken?{query}", self.outside, method="GET")
        _judge(answer)
        token, seconds = answer.body.get("access_token"), answer.body.get("expires_in")
        if not isinstance(token, str) or not isinstance(seconds, int) or not token:
            raise UndeliveredError(Fault.ANSWER, Verdict.HOLD, "access token")
        self.token, self.is_renewed = token, True
        self.token_until = at + timedelta(seconds=max(0, min(seconds, 7200) - 120))

    def _send(self, parcel: Parcel) -> int:
        url = f"{self.base}/cgi-bin/message/send?{urlencode({'access_token': self.token})}"
        given = {
            "touser": parcel.address, "msgtype": "text", "agentid": self.agent_id,
            "text": {"content": _cut(parcel.text)}, "enable_duplicate_check": 1, "duplicate_check_interval": 14400,
        }  # fmt: skip
        answer = call_json(url, self.outside, given)
        code = _judge(answer)
        if code == 0 and answer.body.get("invaliduser"):
            raise UndeliveredError(Fault.REFUSED, Verdict.GIVE_UP, "invaliduser")
        return code
