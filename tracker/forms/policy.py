"""What is typed about a policy, field by field, and back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from tracker import labels
from tracker.errors import InvalidError
from tracker.languages import _
from workflows.issue import Severity
from workflows.policy import Policy, Terms
from workflows.policy_rules import RULES, Falling, OneOf, Rule, WallTime, Whole, Words, YesNo

PLAIN = tuple(field.name for field in fields(Policy) if field.name not in set(Severity))
TERMS = tuple(field.name for field in fields(Terms))
_KINDS: Mapping[type, str] = {
    Whole: "whole", YesNo: "yes_no", Falling: "days", WallTime: "time", OneOf: "choice", Words: "words",
}  # fmt: skip


@dataclass(frozen=True)
class PolicyField:
    """How one field is asked for; ``kind`` chooses the control, ``codes`` are what a choice offers."""

    name: str
    kind: str
    codes: tuple[str, ...]
    most: int


@dataclass(frozen=True)
class PolicyGroup:
    """The fields under one heading: those of the county, and those that each severity has."""

    code: str
    plain: tuple[PolicyField, ...]
    terms: tuple[PolicyField, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of all its controls."""
        of_terms = (f"{severity}.{field.name}" for severity in Severity for field in self.terms)
        return (*(field.name for field in self.plain), *of_terms)


def policy_groups() -> tuple[PolicyGroup, ...]:
    """Return every field of a policy once, in the order of the page; a group without fields is left out."""
    groups = (
        PolicyGroup(code, _fields("policy", PLAIN, code), _fields("terms", TERMS, code)) for code in labels.POLICY_GROUP
    )
    return tuple(group for group in groups if group.plain or group.terms)


def _fields(table: str, names: tuple[str, ...], group: str) -> tuple[PolicyField, ...]:
    return tuple(_field(name, RULES[table][name]) for name in names if labels.policy_group(name) == group)


def _field(name: str, rule: Rule) -> PolicyField:
    codes = rule.codes if isinstance(rule, OneOf) else ()
    return PolicyField(name, _KINDS[type(rule)], codes, rule.most if isinstance(rule, Words) else 0)


def policy_labels() -> dict[str, str]:
    """Return what each control is called, for the list of errors; those of a severity say which."""
    found = {name: labels.word(labels.POLICY_FIELD, name) for name in PLAIN}
    for severity in Severity:
        title = labels.word(labels.SEVERITY, severity)
        found |= {f"{severity}.{name}": f"{title} {labels.word(labels.POLICY_FIELD, name)}" for name in TERMS}
    return found


def _controls() -> Iterator[tuple[str, str, Rule]]:
    """Yield the table, the dotted name and the rule of every control."""
    yield from (("policy", name, RULES["policy"][name]) for name in PLAIN)
    yield from ((severity, f"{severity}.{name}", RULES["terms"][name]) for severity in Severity for name in TERMS)


def policy_body(given: Mapping[str, str]) -> dict[str, Any]:
    """Return the policy that was typed, fields dotted by severity; raise ``InvalidError`` for what is no number."""
    errors: dict[str, str] = {}
    body: dict[str, Any] = {severity.value: {} for severity in Severity}
    for table, name, rule in _controls():
        holder = body if table == "policy" else body[table]
        holder[name.rpartition(".")[2]] = _read(rule, name, given.get(name, "").strip(), errors)
    if errors:
        raise InvalidError(errors)
    return body


def _read(rule: Rule, name: str, text: str, errors: dict[str, str]) -> Any:
    if isinstance(rule, YesNo):
        return bool(text)
    if isinstance(rule, WallTime | OneOf | Words):
        return text
    parts = [part for part in re.split(r"[\s,，、]+", text) if part] if isinstance(rule, Falling) else [text]
    if not all(re.fullmatch(r"[0-9]{1,5}", part) for part in parts):
        errors[name] = _("请填写整数，多个用逗号分开") if isinstance(rule, Falling) else _("请填写整数")
        return None
    numbers = [int(part) for part in parts]
    return numbers if isinstance(rule, Falling) else numbers[0]


def policy_typed(body: Mapping[str, Any]) -> dict[str, str]:
    """Return a policy as the form shows it, the reverse of ``policy_body``."""
    typed = {name: _shown(body[name]) for name in PLAIN}
    for severity in Severity:
        typed |= {f"{severity}.{name}": _shown(body[severity.value][name]) for name in TERMS}
    return typed


def policy_defaults() -> dict[str, str]:
    """Return the built-in policy as the form shows it."""
    return policy_typed(Policy().to_dict())


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else ""
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
