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


@dataclass(frozen=True)
class Codes:
    """What the answers of one platform mean; where each code is documented stands in docs/operations.md.

    ``limited`` holds the channel for ``wait`` seconds, ``busy`` is tried again, ``settings`` are key, signature,
    keyword, address of the sender, a robot that is gone: somebody has to look. ``both`` is one code for two things: a
    limit where its words say ``too many``, else a refusal. Any other code refuses this one message.
    """

    limited: frozenset[int]
    settings: frozenset[int]
    busy: frozenset[int] = frozenset({-1})
    expired: frozenset[int] = frozenset()
    both: frozenset[int] = frozenset()
    wait: float = 60.0
    field_name: str = "errcode"


_WECOM = Codes(
    limited=frozenset({45009, 45033}), settings=frozenset({40001, 40013, 40056, 40091, 41001, 60020, 93000}),
    expired=frozenset({42001, 40014}),
)  # fmt: skip
# Who posts more than 20 times a minute to 钉钉 is shut out for ten minutes.
_DINGTALK = Codes(
    limited=frozenset({130101, 410100, 660026, 90030}),
    settings=frozenset({300001, 300005, 310000, 400013, 400101, 400102, 400106}), wait=600.0,
)  # fmt: skip
_FEISHU = Codes(
    limited=frozenset({11232}), settings=frozenset({19001, 19021, 19022, 19024}), busy=frozenset({-1, 10003, 19999}),
    both=frozenset({9499}), field_name="code",
)  # fmt: skip
_LONGEST = 2000  # bytes of UTF-8 that every one of them takes


def _cut(text: str) -> str:
    raw = text.encode()
    return text if len(raw) <= _LONGEST else f"{raw[: _LONGEST - 3].decode(errors='ignore')}…"


def _judge(answer: Answer, codes: Codes) -> int:
    """Return the code of an answer that is good; raise what any other one means."""
    body = answer.body if isinstance(answer.body, dict) else {}
    code = body.get(codes.field_name, body.get("StatusCode"))
    if not isinstance(code, int) or isinstance(code, bool):
        raise UndeliveredError(Fault.ANSWER, Verdict.LATER, f"HTTP {answer.status}")
    words = str(body.get("errmsg") or body.get("msg") or "")
    detail = f"{code} {words}"
    if code in codes.limited or (code in codes.both and "too many" in words.lower()):
        raise UndeliveredError(Fault.RATE, Verdict.HOLD, detail, answer.wait or codes.wait)
    if code in codes.busy:
        raise UndeliveredError(Fault.BUSY, Verdict.LATER, detail)
    if code in codes.settings:
        raise UndeliveredError(Fault.AUTH, Verdict.HOLD, detail)
    if code not in codes.expired and code != 0:
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
        _judge(call_json(url, self.outside, {"msgtype": "text", "text": {"content": _cut(parcel.text)}}), _WECOM)


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
        _judge(call_json(url, self.outside, {"msgtype": "text", "text": {"content": _cut(parcel.text)}}), _DINGTALK)


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
        _judge(call_json(url, self.outside, given), _FEISHU)


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
        if self._send(parcel) in _WECOM.expired:
            self._renew(at)
            if self._send(parcel) in _WECOM.expired:
                raise UndeliveredError(Fault.AUTH, Verdict.HOLD, "access token")

    def _renew(self, at: datetime) -> None:
        query = urlencode({"corpid": self.corp_id, "corpsecret": self.secret})
        answer = call(f"{self.base}/cgi-bin/gettoken?{query}", self.outside, method="GET")
        _judge(answer, _WECOM)
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
        code = _judge(answer, _WECOM)
        if code == 0 and answer.body.get("invaliduser"):
            raise UndeliveredError(Fault.REFUSED, Verdict.GIVE_UP, "invaliduser")
        return code
