"""The words of handovers: states, steps, and what somebody can hold."""

from __future__ import annotations

from tracker.languages import N_, NP_
from workflows.handover import HandoverCapacity, HandoverState

HANDOVER_STATE: dict[str, str] = {
    HandoverState.PROPOSED: N_("待接收"),
    HandoverState.ACCEPTED: N_("已交接"),
    HandoverState.DECLINED: NP_("handover", "已退回"),
    HandoverState.WITHDRAWN: NP_("handover", "已撤回"),
}
HANDOVER_TRIGGER: dict[str, str] = {
    "propose": N_("提出交接"),
    "accept": N_("接收交接"),
    "decline": N_("退回交接"),
    "withdraw": N_("撤回交接"),
}
HANDOVER_CAPACITY: dict[str, str] = {
    HandoverCapacity.GIVER: N_("移交人"),
    HandoverCapacity.RECEIVER: N_("接收人"),
    HandoverCapacity.STEWARD: N_("创建办、县领导或本组组长（代已离岗的人）"),
}
# What a post can hold; the registry is ``tracker/queries/held.py``.
HELD: dict[str, str] = {
    "responsible": N_("承办的问题"),
    "sponsored": N_("包案的问题"),
    "draft": N_("未登记的草稿"),
    "extension": N_("等待批复的延期申请"),
    "consent": N_("等待领导批示的报请"),
    "letter": N_("待签收、待回复的文书和批示"),
    "letter_given": N_("等待答复的批示和督办单"),
    "visit": N_("未结束的走访"),
}
HELD_FATE: dict[str, str] = {
    "moved": N_("已移交"),
    "recused": N_("未移交：接收人须回避（户籍或居住村）"),
    "unseen": N_("未移交：接收人无权查看其中的保密问题"),
    "gone": N_("未移交：接收前已办结或已转出"),
}
