"""The ground of all forms: one pydantic schema reads a form, a JSON body or an Excel row; errors speak to the user."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import ErrorDetails
from werkzeug.datastructures import MultiDict

from tracker.clock import ZONE
from tracker.errors import InvalidError
from tracker.languages import N_, _

FormT = TypeVar("FormT", bound="Form")

_WORDS = {
    "missing": N_("请填写{label}"),
    "string_too_short": N_("请填写{label}"),
    "string_too_long": N_("{label}最多 {max_length} 个字"),
    "int_parsing": N_("请填写或选择{label}"),
    "int_from_float": N_("{label}应为整数"),
    "float_parsing": N_("{label}应为数字，如 113.4012"),
    "int_type": N_("请填写或选择{label}"),
    "greater_than_equal": N_("{label}不能小于 {ge}"),
    "less_than_equal": N_("{label}不能大于 {le}"),
    "greater_than": N_("{label}应大于 {gt}"),
    "date_from_datetime_parsing": N_("{label}不是有效日期，请按 2026-10-09 的格式填写"),
    "date_parsing": N_("{label}不是有效日期，请按 2026-10-09 的格式填写"),
    "date_type": N_("请填写{label}"),
    "enum": N_("请选择{label}"),
    "literal_error": N_("请选择{label}"),
    "bool_parsing": N_("请选择{label}"),
    "too_short": N_("请填写{label}"),
    "too_long": N_("{label}最多 {max_length} 项"),
}
_OTHER = N_("{label}填写有误，请检查")


def _empty_to_none(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


BLANK_IS_NONE = BeforeValidator(_empty_to_none)  # for optional fields: an empty input says nothing
Instant = Annotated[datetime | None, BLANK_IS_NONE]


def in_shanghai(value: datetime | None) -> datetime | None:
    """Return an instant in UTC; without a zone it was typed in Shanghai time. Raise ``ValueError`` beyond all years."""
    if value is None:
        return None
    try:
        return (value if value.tzinfo else value.replace(tzinfo=ZONE)).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(_("请填写过去的时间")) from error


class Form(BaseModel):
    """Strips what was typed, refuses NUL and lone surrogates, ignores what it does not know.

    ``labels`` names each field in the user's words (msgids); a field of type ``list`` takes every value of that name.
    """

    model_config = ConfigDict(str_strip_whitespace=True, extra="ignore", frozen=True)
    labels: ClassVar[Mapping[str, str]] = {}

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> Self:
        """Return the form, or raise ``InvalidError`` with every field's error at once."""
        values = cls._values(given)
        errors = {
            name: _("内容含有无法识别的字符，请删除后重试") for name, value in values.items() if _is_broken(value)
        }
        if errors:
            raise InvalidError(errors)
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise InvalidError(cls._errors(error)) from error

    @classmethod
    def _values(cls, given: Mapping[str, Any]) -> dict[str, Any]:
        if not isinstance(given, MultiDict):
            return dict(given)
        lists = {name for name, field in cls.model_fields.items() if "list[" in str(field.annotation)}
        return {name: given.getlist(name) if name in lists else given[name] for name in given}

    @classmethod
    def _errors(cls, error: ValidationError) -> dict[str, str]:
        found: dict[str, str] = {}
        for detail in error.errors():
            name = str(detail["loc"][0]) if detail["loc"] else "form"
            found.setdefault(name, cls._word(name, detail))
        return found

    @classmethod
    def _word(cls, name: str, detail: ErrorDetails) -> str:
        if detail["type"] == "value_error":
            return str(detail["ctx"]["error"])  # raised by a validator of ours, already in the user's language
        words = _(_WORDS.get(detail["type"], _OTHER))
        return words.format(label=_(cls.labels.get(name, name)), **detail.get("ctx", {}))


def _is_broken(value: Any) -> bool:
    if isinstance(value, list):
        return any(_is_broken(item) for item in value)
    return isinstance(value, str) and any(c == "\x00" or 0xD800 <= ord(c) <= 0xDFFF for c in value)
