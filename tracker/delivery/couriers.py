"""Makes the courier of a channel out of its settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from tracker.delivery.chat import DingtalkRobot, FeishuRobot, WecomApp, WecomRobot
from tracker.delivery.mail import MailCourier
from tracker.delivery.outcome import Courier, Fault, Outside, UndeliveredError, Verdict
from tracker.delivery.sms import SmsCourier

Given = Mapping[str, Any]
Secrets = Mapping[str, str]


def courier(kind: str, given: Given, secrets: Secrets, outside: Outside) -> Courier:
    """Return the courier; raises ``UndeliveredError`` where the settings are not complete."""
    try:
        return _MAKE[kind](given, secrets, outside)
    except (KeyError, ValueError, TypeError) as error:
        raise UndeliveredError(Fault.SETTINGS, Verdict.HOLD, str(error)) from error


def _mail(given: Given, secrets: Secrets, outside: Outside) -> Courier:
    return MailCourier(
        host=given["host"], port=int(given["port"]), security=given["security"], sender=given["sender"],
        sender_name=given.get("sender_name", ""), user=given.get("user", ""), password=secrets.get("password", ""),
        outside=outside,
    )  # fmt: skip


def _wecom_app(given: Given, secrets: Secrets, outside: Outside) -> Courier:
    until = given.get("token_until")
    return WecomApp(
        base=given["base"], outside=outside, corp_id=given["corp_id"], agent_id=int(given["agent_id"]),
        secret=secrets["secret"], token=secrets.get("token", ""),
        token_until=datetime.fromisoformat(until) if until else None,
    )  # fmt: skip


def _sms(given: Given, secrets: Secrets, outside: Outside) -> Courier:
    return SmsCourier(
        method=given["method"], url=given["url"], headers=header_lines(given.get("headers", "")),
        body=given.get("body", ""), body_format=given["body_format"], secret=secrets.get("secret", ""),
        ok_path=given.get("ok_path", ""), ok_value=given.get("ok_value", ""),
        rate_values=frozenset(given.get("rate_values", "").split()), outside=outside,
    )  # fmt: skip


def header_lines(words: str) -> dict[str, str]:
    """Return the headers written one a line, ``Name: value``."""
    parts = (line.partition(":") for line in words.splitlines() if line.strip())
    return {name.strip(): value.strip() for name, _colon, value in parts}


_MAKE: dict[str, Callable[[Given, Secrets, Outside], Courier]] = {
    "mail": _mail,
    "wecom_app": _wecom_app,
    "sms": _sms,
    "wecom_robot": lambda given, secrets, outside: WecomRobot(given["base"], outside, secrets["key"]),
    "dingtalk_robot": lambda given, secrets, outside: DingtalkRobot(
        given["base"], outside, secrets["key"], secrets.get("secret", "")
    ),
    "feishu_robot": lambda given, secrets, outside: FeishuRobot(
        given["base"], outside, secrets["key"], secrets.get("secret", "")
    ),
}
