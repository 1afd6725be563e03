"""What is typed about the rules: a policy, a day of the calendar, a date to explain, names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from tracker.errors import InvalidError
from tracker.forms.base import BLANK_IS_NONE, Form
from tracker.languages import N_, _
from workflows.issue import Severity
from workflows.policy import Policy, Terms
from workflows.policy_rules import RULES, Falling, OneOf, WallTime, YesNo

LABELS: Mapping[str, str] = {
    "effective_on": N_("生效日期"), "note": N_("说明"), "day": N_("日期"), "is_workday": N_("安排"),
    "name": N_("名称"), "source": N_("依据"), "start": N_("起算日"), "days": N_("工作日数"), "year": N_("年份"),
    "county_name": N_("县名"), "campaign_name": N_("活动名称"), "number_prefix": N_("问题编号前缀"),
    "notice_prefix": N_("通知书字号"), "office_name": N_("落款单位"),
}  # fmt: skip
PLAIN = tuple(field.name for field in fields(Policy) if field.name not in set(Severity))
TERMS = tuple(field.name for field in fields(Terms))
_Day = Annotated[date, Field(ge=date(2004, 1, 1), le=date(2100, 12, 31))]


class _RuleForm(Form):
    """All forms about rules call their fields the same."""

    labels: ClassVar[Mapping[str, str]] = LABELS


class VersionForm(_RuleForm):
    """When a new version takes effect, and why it is made."""

    effective_on: date
    note: str = Field(default="", max_length=200)


class CorrectionForm(_RuleForm):
    """A day as the county rules it."""

    day: _Day
    is_workday: bool
    name: str = Field(min_length=1, max_length=60)
    source: str = Field(min_length=1, max_length=200)


class DayForm(_RuleForm):
    """A day."""

    day: _Day


class YearForm(_RuleForm):
    """A year of the calendar."""

    year: Annotated[Annotated[int, Field(ge=2004, le=2100)] | None, BLANK_IS_NONE] = None


class ExplainForm(_RuleForm):
    """A first day and a number of working days."""

    start: _Day
    days: int = Field(ge=0, le=250)


def _plain(value: Any) -> Any:
    return re.sub(r"\s+", "", value) if isinstance(value, str) else value


class SettingsForm(_RuleForm):
    """The names of this installation."""

    campaign_name: str = Field(default="", max_length=60)
    number_prefix: Annotated[
        str, BeforeValidator(_plain), Field(max_length=10, pattern=r"^[0-9A-Za-z\u4e00-\u9fff]*$")
    ] = ""
    notice_prefix: Annotated[str, BeforeValidator(_plain), Field(max_length=10)] = ""
    office_name: str = Field(default="", max_length=60)


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
