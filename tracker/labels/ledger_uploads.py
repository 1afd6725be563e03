"""The words of edited ledgers: what becomes of a cell, why it cannot be written, where it can be instead."""

from __future__ import annotations

from tracker.languages import N_, NP_, _

UPLOAD_TASK = {
    "compare": N_("正在逐格核对"),
    "apply": N_("正在写入"),
    "undo": N_("正在撤回"),
}
UPLOAD_CELL = {
    "change": N_("将写入"),
    "conflict": N_("冲突"),
    "refused": N_("不从表里改"),
    "forbidden": N_("不归您填"),
    "wrong": N_("无法写入"),
    "done": N_("已写入"),
    "same": N_("已是这样"),
    "undone": NP_("upload", "已撤回"),
    "stayed": N_("没有撤回"),
}
UPLOAD_NOTE = {
    "too_long": N_("不能这样写：{words}"),
    "no_leader": N_("在任的县领导中没有“{words}”，请写姓名或账号"),
    "which_leader": N_("有同名的县领导，请写账号：{words}"),
    "broken": N_("单元格是公式错误 {words}，请改成文字"),
    "twice": N_("同一问题的这一项在“{words}”行改成了另一样，请只留一处"),
    "gone": N_("您已看不到这个问题"),
    "refused": N_("没有写成：{words}"),
}
_REGISTERED = N_("登记时的内容，登记后不改")
_ELSEWHERE = {
    **dict.fromkeys(
        ("source", "found_on", "finder", "township", "place", "village", "star", "star_name", "severity", "words",
         "summary"),
        _REGISTERED,
    ),
    **dict.fromkeys(("unit", "responsible", "assisting"), N_("在问题页办理改派")),
    **dict.fromkeys(("first_deadline", "deadline", "extensions"), N_("在问题页申请延期")),
    **dict.fromkeys(("progress", "latest", "outcome", "state"), N_("随办理变化，在问题页记录进展或办理")),
    **dict.fromkeys(("signed_off", "closed_late"), N_("办理销号时产生")),
    "measures": N_("由责任单位签收时填写"),
    "evidence": N_("在问题页上传佐证"),
    "recheck": N_("由督导组复核时填写"),
    "look_back": N_("回头看时填写"),
    "instructions": N_("由县领导批示"),
    "taken": N_("出具督办文书时产生"),
}  # fmt: skip
_DERIVED = N_("由系统得出，不能改")


def where_instead(column: str) -> str:
    """Return in words where what stands in a column of a ledger is written, if not by an edited ledger."""
    return _(_ELSEWHERE.get(column, _DERIVED))
