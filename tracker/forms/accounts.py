"""What is typed about accounts and posts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from tracker.forms.base import BLANK_IS_NONE, Form
from tracker.languages import N_, _
from tracker.logins import is_login, login_of
from tracker.models import Role

_LARGEST = 2**31 - 1


def _login(typed: str) -> str:
    login = login_of(typed)
    if not is_login(login):
        raise ValueError(_("账号为 2 至 64 个字母、数字或汉字，可含 . _ -"))
    return login


def _phone(typed: str | None) -> str | None:
    if typed is not None and not re.fullmatch(r"[0-9+() -]{5,32}", typed):
        raise ValueError(_("联系电话只能含数字、空格、+、-、括号"))
    return typed


def _email(typed: str | None) -> str | None:
    if typed is not None and not re.fullmatch(r"[^@\s]{1,64}@[^@\s]{1,55}", typed):
        raise ValueError(_("电子邮箱填写有误，请检查"))
    return typed


Login = Annotated[str, AfterValidator(_login)]
Name = Annotated[str, Field(min_length=1, max_length=60)]
Phone = Annotated[str | None, BLANK_IS_NONE, AfterValidator(_phone)]
Email = Annotated[str | None, BLANK_IS_NONE, AfterValidator(_email)]
OptionalId = Annotated[Annotated[int, Field(ge=1, le=_LARGEST)] | None, BLANK_IS_NONE]
OptionalDay = Annotated[date | None, BLANK_IS_NONE]


class AccountForm(Form):
    """One account; the home unit decides where its person must stay away 回避."""

    labels: ClassVar[Mapping[str, str]] = {
        "login": N_("账号"), "name": N_("姓名"), "phone": N_("联系电话"), "email": N_("电子邮箱"),
        "home_unit_id": N_("户籍或居住村（社区）"),
    }  # fmt: skip

    login: Login
    name: Name
    phone: Phone = None
    email: Email = None
    home_unit_id: OptionalId = None


class ContactForm(Form):
    """What people may correct about themselves."""

    labels: ClassVar[Mapping[str, str]] = {"phone": N_("联系电话"), "email": N_("电子邮箱")}

    phone: Phone = None
    email: Email = None


class PostForm(Form):
    """One post to be granted."""

    labels: ClassVar[Mapping[str, str]] = {
        "role": N_("岗位"), "unit_id": N_("单位"), "group_id": N_("督导组"), "title": N_("职务名称"),
        "valid_from": N_("开始日期"), "valid_to": N_("结束日期"),
    }  # fmt: skip

    role: Role
    unit_id: OptionalId = None
    group_id: OptionalId = None
    title: str = Field(default="", max_length=60)
    valid_from: OptionalDay = None
    valid_to: OptionalDay = None
