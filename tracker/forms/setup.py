"""What is typed to set an installation up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from tracker.forms.accounts import Login, Name
from tracker.forms.auth import Secret
from tracker.forms.base import BLANK_IS_NONE, Form
from tracker.languages import N_


class SetupForm(Form):
    """The county, the campaign, and the three administrators."""

    labels: ClassVar[Mapping[str, str]] = {
        "county": N_("县（市、区）名称"), "code": N_("行政区划代码"), "campaign": N_("专项工作名称"),
        "sysadmin_login": N_("系统管理员账号"), "sysadmin_name": N_("系统管理员姓名"),
        "sysadmin_password": N_("系统管理员密码"),
        "secadmin_login": N_("安全管理员账号"), "secadmin_name": N_("安全管理员姓名"),
        "secadmin_password": N_("安全管理员密码"),
        "auditor_login": N_("审计管理员账号"), "auditor_name": N_("审计管理员姓名"),
        "auditor_password": N_("审计管理员密码"),
    }  # fmt: skip

    county: str = Field(min_length=2, max_length=80)
    code: Annotated[Annotated[str, Field(pattern=r"^([0-9]{6}|[0-9]{12})$")] | None, BLANK_IS_NONE] = None
    campaign: str = Field(min_length=1, max_length=80)
    sysadmin_login: Login
    sysadmin_name: Name
    sysadmin_password: Secret
    secadmin_login: Login
    secadmin_name: Name
    secadmin_password: Secret
    auditor_login: Login
    auditor_name: Name
    auditor_password: Secret
