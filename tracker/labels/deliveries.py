"""The words of what leaves the house, of why it did not arrive, and of how it fares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tracker.languages import N_, _

DELIVERY_FAULT: dict[str, str] = {
    "refused": N_("对方拒收，请核对收件地址"),
    "busy": N_("对方暂时无法接收"),
    "rate": N_("对方限制发送频率，稍后自动继续"),
    "unreachable": N_("无法连接对方服务器"),
    "tls": N_("对方服务器的证书未通过校验"),
    "auth": N_("账号、密钥或签名不正确，请系统管理员检查通道设置"),
    "answer": N_("对方返回的内容无法识别"),
    "cut": N_("发送途中连接中断"),
    "address": N_("服务器地址指向内部网络，且未列入允许名单"),
    "settings": N_("通道设置不完整"),
    "sealed": N_("通道的密钥无法读取，请重新填写"),
    "no_channel": N_("通道未启用"),
    "no_address": N_("收件人没有已确认的接收地址"),
    "gone": N_("收件人的账号已停用"),
    "expired": N_("超过72小时未能送出"),
}
DELIVERY_STATE: dict[str, str] = {
    "queued": N_("等待发送"),
    "sent": N_("已发送"),
    "read": N_("已读"),
    "failed": N_("发送失败"),
    "withdrawn": N_("不必再发"),
}
OUTWARD = {
    "channel_code": N_("您的验证码是 {code}，30分钟内有效。请回到本人资料页面填写。"),
    "channel_test": N_("这是一条测试消息。收到即表示这个接收方式可用。"),
    "robot_digest": N_("{name}：逾期 {late} 件，本周到期 {due} 件，等待办理 {waiting} 件。"),
    "robot_urgent": N_("{name}：{number} {place} 有紧急提醒，请责任人登录查看。"),
}
_KINDS = {
    "digest": N_("每日摘要"),
    "channel_code": N_("验证码"),
    "channel_test": N_("测试消息"),
    "robot_digest": N_("每日摘要"),
    "robot_urgent": N_("紧急提醒"),
    "due_soon": N_("到期提醒"),
    "due_today": N_("到期提醒"),
    "late": N_("逾期提醒"),
    "very_late": N_("逾期提醒"),
    "delivery_failed": N_("通道告警"),
    "channel_down": N_("通道告警"),
}
_OTHER_KIND = N_("办理通知")
_HIDDEN = N_("{number}：有新的消息，请登录查看。")
_SIGN_IN = N_("有新的消息，请登录查看。")
_PLACES = ("code", "name", "late", "due", "waiting", "number", "place")


def outward_words(kind: str, context: Mapping[str, Any]) -> str:
    """Return the words of a message that only ever leaves the house."""
    known = {name: str(context.get(name, "")) for name in _PLACES}
    return _(OUTWARD[kind]).format(**known)


def kind_words(kind: str) -> str:
    """Return what a message is for, without what it says."""
    return _(_KINDS.get(kind, _OTHER_KIND))


def hidden_words(number: str) -> str:
    """Return all that may be said outside about a confidential issue."""
    return _(_HIDDEN).format(number=number) if number else _(_SIGN_IN)


def fault_words(error: str) -> str:
    """Return in words what a message or a channel last complained of; the other side's own words follow."""
    code, _blank, detail = error.partition(" ")
    words = _(DELIVERY_FAULT[code]) if code in DELIVERY_FAULT else code
    return _("{words}（对方答复：{detail}）").format(words=words, detail=detail) if detail else words
