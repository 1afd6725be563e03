"""What is typed about channels: the county's, and one's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, Self
from urllib.parse import parse_qs, urlsplit

from pydantic import Field, field_validator

from tracker.forms.base import BLANK_IS_NONE, Form
from tracker.languages import N_, _
from tracker.models import ChannelKind

OptionalId = Annotated[int | None, BLANK_IS_NONE]
LABELS: Mapping[str, str] = {
    "name": N_("通道名称"), "is_on": N_("启用"), "per_minute": N_("每分钟最多发送"), "host": N_("邮件服务器"),
    "port": N_("端口"), "security": N_("加密方式"), "sender": N_("发件地址"), "sender_name": N_("发件人名称"),
    "user": N_("登录名"), "password": N_("登录密码"), "base": N_("接口地址"), "corp_id": N_("企业ID"),
    "agent_id": N_("应用ID"), "secret": N_("密钥"), "key": N_("Webhook 地址或密钥"), "method": N_("请求方法"),
    "url": N_("网关地址"), "headers": N_("请求头"), "body": N_("请求内容"), "body_format": N_("内容格式"),
    "ok_path": N_("成功标志的位置"), "ok_value": N_("成功标志的值"), "rate_values": N_("表示限频的值"),
    "group_id": N_("所属督导组"), "unit_id": N_("所属单位"), "posts_digest": N_("发送每日摘要"),
    "posts_urgent": N_("发送紧急提醒"), "address": N_("接收地址"), "urgent_only": N_("只接收紧急提醒"),
    "quiet_from": N_("免打扰开始"), "quiet_to": N_("免打扰结束"), "code": N_("验证码"),
}  # fmt: skip
SECRETS = ("password", "secret", "key")
_COMMON = ("name", "is_on", "per_minute", "version", "group_id", "unit_id", "posts_digest", "posts_urgent")
_CLOCK = r"^(|([01]\d|2[0-3]):[0-5]\d)$"


class _ChannelForm(Form):
    labels: ClassVar[Mapping[str, str]] = LABELS

    name: str = Field(min_length=1, max_length=40)
    is_on: bool = False
    per_minute: int = Field(ge=1, le=6000)
    version: int | None = None

    def settings(self) -> dict[str, str | int]:
        """Return what may be shown of the channel's own fields."""
        left_out = {*_COMMON, *SECRETS}
        return {name: value for name, value in self.model_dump().items() if name not in left_out}

    def secrets(self) -> dict[str, str]:
        """Return the secrets that were typed; an empty field keeps what is kept."""
        return {name: value for name, value in self.model_dump().items() if name in SECRETS and value}


class MailForm(_ChannelForm):
    """A mail server."""

    host: str = Field(min_length=1, max_length=200)
    port: int = Field(ge=1, le=65535)
    security: Literal["starttls", "tls"]
    sender: str = Field(min_length=3, max_length=120, pattern=r"^[!-?A-~]+@[!-?A-~]+$")
    sender_name: str = Field(default="", max_length=60)
    user: str = Field(default="", max_length=120)
    password: str = Field(default="", max_length=200)


class WecomAppForm(_ChannelForm):
    """An application of 企业微信."""

    base: str = Field(min_length=1, max_length=300)
    corp_id: str = Field(min_length=1, max_length=80)
    agent_id: int = Field(ge=1)
    secret: str = Field(default="", max_length=200)


class SmsForm(_ChannelForm):
    """A gateway for text messages."""

    method: Literal["POST", "GET"]
    url: str = Field(min_length=1, max_length=500)
    headers: str = Field(default="", max_length=1000)
    body_format: Literal["json", "form"]
    body: str = Field(default="", max_length=2000)
    secret: str = Field(default="", max_length=200)
    ok_path: str = Field(default="", max_length=100)
    ok_value: str = Field(default="", max_length=100)
    rate_values: str = Field(default="", max_length=100)


class _RobotForm(_ChannelForm):
    group_id: OptionalId = None
    unit_id: OptionalId = None
    posts_digest: bool = False
    posts_urgent: bool = False
    base: str = Field(default="", max_length=300)
    key: str = Field(default="", max_length=500)

    @classmethod
    def parse(cls, given: Mapping[str, object]) -> Self:
        """Take the whole webhook address apart where one was pasted."""
        form = super().parse(given)
        if not form.key.lower().startswith(("http://", "https://")):
            return form
        parts = urlsplit(form.key)
        query = parse_qs(parts.query)
        found = query.get("key") or query.get("access_token") or [parts.path.rpartition("/")[2]]
        return form.model_copy(update={"base": f"{parts.scheme}://{parts.netloc}", "key": found[0]})


class WecomRobotForm(_RobotForm):
    """A robot in a group of 企业微信."""


class SignedRobotForm(_RobotForm):
    """A robot in a group of 钉钉 or 飞书, which may sign."""

    secret: str = Field(default="", max_length=200)


FORMS: Mapping[str, type[_ChannelForm]] = {
    ChannelKind.MAIL: MailForm,
    ChannelKind.WECOM_APP: WecomAppForm,
    ChannelKind.SMS: SmsForm,
    ChannelKind.WECOM_ROBOT: WecomRobotForm,
    ChannelKind.DINGTALK_ROBOT: SignedRobotForm,
    ChannelKind.FEISHU_ROBOT: SignedRobotForm,
}


@dataclass(frozen=True)
class FieldSpec:
    """How one field of a channel is drawn: ``shape`` is text, number, secret, area or choice."""

    name: str
    shape: str = "text"
    help: str = ""
    default: str = ""
    required: bool = False
    options: tuple[tuple[str, str], ...] = ()


_BASE_HELP = N_("一般不用修改；单位自建网关时填写网关地址。")
_HOST_HELP = N_("如 smtp.example.gov.cn；内部网络的服务器须先由运维人员列入允许名单。")
_SECRET = FieldSpec("secret", "secret")


def _robot(base: str, *more: FieldSpec) -> tuple[FieldSpec, ...]:
    key = FieldSpec("key", "secret", N_("在群里添加机器人后，把完整的 Webhook 地址粘贴到这里。"))
    return (key, *more, FieldSpec("base", help=_BASE_HELP, default=base))


_SIGN = FieldSpec("secret", "secret", N_("机器人安全设置选“加签”时填写。"))
SPECS: Mapping[str, tuple[FieldSpec, ...]] = {
    ChannelKind.MAIL: (
        FieldSpec("host", required=True, help=_HOST_HELP),
        FieldSpec("port", "number", default="587", required=True),
        FieldSpec("security", "choice", default="starttls", required=True,
                  options=(("starttls", "STARTTLS (587)"), ("tls", "TLS (465)"))),
        FieldSpec("sender", required=True), FieldSpec("sender_name"), FieldSpec("user"),
        FieldSpec("password", "secret"),
    ),
    ChannelKind.WECOM_APP: (
        FieldSpec("corp_id", required=True), FieldSpec("agent_id", "number", required=True), _SECRET,
        FieldSpec("base", help=_BASE_HELP, default="https://qyapi.weixin.qq.com", required=True),
    ),
    ChannelKind.SMS: (
        FieldSpec("method", "choice", default="POST", required=True, options=(("POST", "POST"), ("GET", "GET"))),
        FieldSpec("url", required=True, help=N_("可用 {mobile} 手机号、{text} 内容、{secret} 密钥、{id} 唯一编号。")),
        FieldSpec("headers", "area", N_("每行一个，如 Authorization: Bearer {secret}")),
        FieldSpec("body_format", "choice", default="json", required=True,
                  options=(("json", "JSON"), ("form", "x-www-form-urlencoded"))),
        FieldSpec("body", "area", default='{"mobile": "{mobile}", "content": "{text}"}'), _SECRET,
        FieldSpec("ok_path", help=N_("返回 JSON 中的位置，如 result.code；不填则只看状态码。")),
        FieldSpec("ok_value"), FieldSpec("rate_values", help=N_("多个值用空格隔开。")),
    ),
    ChannelKind.WECOM_ROBOT: _robot("https://qyapi.weixin.qq.com"),
    ChannelKind.DINGTALK_ROBOT: _robot("https://oapi.dingtalk.com", _SIGN),
    ChannelKind.FEISHU_ROBOT: _robot("https://open.feishu.cn", _SIGN),
}  # fmt: skip
PER_MINUTE = {"mail": 300, "wecom_app": 300, "sms": 60, "wecom_robot": 20, "dingtalk_robot": 20, "feishu_robot": 60}


class OwnChannelForm(Form):
    """Where one channel reaches me, and when it should not."""

    labels: ClassVar[Mapping[str, str]] = LABELS

    address: str = Field(min_length=1, max_length=120)
    is_on: bool = False
    urgent_only: bool = False
    quiet_from: str = Field(default="", pattern=_CLOCK)
    quiet_to: str = Field(default="", pattern=_CLOCK)

    @field_validator("address")
    @classmethod
    def _plain(cls, value: str) -> str:
        if not value.isascii() or any(c.isspace() or c in ",;|<>\"'" for c in value):
            raise ValueError(_("请填写一个地址，不要包含空格、逗号或引号"))
        return value


class CodeForm(Form):
    """The code that arrived."""

    labels: ClassVar[Mapping[str, str]] = LABELS

    code: str = Field(min_length=6, max_length=6)
