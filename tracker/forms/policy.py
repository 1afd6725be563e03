"""What is typed about a policy, field by field, and back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from tracker.errors import InvalidError
from tracker.languages import _
from workflows.issue import Severity
from workflows.policy import Policy, Terms
from workflows.policy_rules import RULES, Falling, OneOf, WallTime, YesNo

PLAIN = tuple(field.name for field in fields(Policy) if field.name not in set(Severity))
TERMS = tuple(field.name for field in fields(Terms))


def policy_body(given: Mapping[str, str]) -> dict[str, Any]:
    """Return the policy that was typed, fields dotted by severity; raise ``InvalidError`` for what is no number."""
    errors: dict[str, str] = {}
    body: dict[str, Any] = {name: _read("policy", name, name, given, errors) for name in PLAIN}
    for severity in Severity:
        body[severity.value] = {name: _read("terms", name, f"{severity}.{name}", given, errors) for name in TERMS}
    if errors:
        raise InvalidError(errors)
    return body


def _read(group: str, name: str, field: str, given: Mapping[str, str], errors: dict[str, str]) -> Any:
    text = given.get(field, "").strip()
    rule = RULES[group][name]
    if isinstance(rule, YesNo):
        return bool(text)
    if isinstance(rule, WallTime | OneOf):
        return text
    parts = [part for part in re.split(r"[\s,，、]+", text) if part] if isinstance(rule, Falling) else [text]
    if not all(re.fullmatch(r"[0-9]{1,5}", part) for part in parts):
        errors[field] = _("请填写整数，多个用逗号分开") if isinstance(rule, Falling) else _("请填写整数")
        return None
    numbers = [int(part) for part in parts]
    return numbers if isinstance(rule, Falling) else numbers[0]


def policy_typed(body: Mapping[str, Any]) -> dict[str, str]:
    """Return a policy as the form shows it, the reverse of ``policy_body``."""
    typed = {name: _shown(body[name]) for name in PLAIN}
    for severity in Severity:
        typed |= {f"{severity}.{name}": _shown(body[severity.value][name]) for name in TERMS}
    return typed


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else ""
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
