"""What is typed to sign in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from tracker.forms.base import Form
from tracker.languages import N_, _

Secret = Annotated[str, StringConstraints(strip_whitespace=False, min_length=1, max_length=1000)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=20)]


class SignInForm(Form):
    """Login and password; the password is taken as it was typed, spaces and all."""

    labels: ClassVar[Mapping[str, str]] = {"login": N_("账号"), "password": N_("密码")}

    login: str = Field(min_length=1, max_length=64)
    password: Secret


class CodeForm(Form):
    """A one-time code; spaces between its digits are the phone's."""

    labels: ClassVar[Mapping[str, str]] = {"code": N_("动态口令")}

    code: Code

    @field_validator("code")
    @classmethod
    def _without_spaces(cls, code: str) -> str:
        return "".join(code.split())


class PasswordForm(Form):
    """The password once more."""

    labels: ClassVar[Mapping[str, str]] = {"password": N_("密码")}

    password: Secret


class NewPasswordForm(Form):
    """A new password, typed twice."""

    labels: ClassVar[Mapping[str, str]] = {
        "old_password": N_("原密码"), "new_password": N_("新密码"), "new_password_again": N_("再输入一次新密码"),
    }  # fmt: skip

    new_password: Secret
    new_password_again: Secret

    @field_validator("new_password_again")
    @classmethod
    def _same(cls, again: str, info: ValidationInfo) -> str:
        if again != info.data.get("new_password", again):
            raise ValueError(_("两次输入的新密码不一致"))
        return again


class OwnPasswordForm(NewPasswordForm):
    """A new password, and the old one to show whose it is."""

    old_password: Secret
