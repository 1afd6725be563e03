"""The words of the documents of supervision 督办文书 and of leaders' instructions 批示."""

from __future__ import annotations

from tracker.languages import N_

LETTER_KIND: dict[str, str] = {
    "remind": N_("提醒函"),
    "supervise": N_("督办函"),
    "interview": N_("约谈通知书"),
    "order": N_("督办单"),
    "instruction": N_("领导批示"),
}
LETTER_STATE: dict[str, str] = {
    "proposed": N_("待发出"),
    "issued": N_("待签收"),
    "received": N_("待回复"),
    "replied": N_("待办结"),
    "settled": N_("已办结"),
    "withdrawn": N_("已撤回"),
}
LETTER_TRIGGER: dict[str, str] = {
    "issue": N_("发出文书"),
    "receive": N_("签收文书"),
    "reply": N_("回复文书"),
    "return": N_("退回重报"),
    "settle": N_("办结文书"),
    "withdraw": N_("撤回文书"),
}
LETTER_CAPACITY: dict[str, str] = {
    "office": N_("创建办"),
    "issuer": N_("发文人"),
    "giver": N_("批示领导"),
    "recipient": N_("收文单位"),
    "clock": N_("系统"),
}
END_REASON: dict[str, str] = {
    "given": N_("人工撤回"),
    "closed": N_("问题已办结"),
    "suspended": N_("问题已挂账"),
    "extended": N_("问题已延期或改派，不再逾期"),
    "overtaken": N_("已提出更高一级的文书"),
}
POINT_CAUSE: dict[str, str] = {
    "yellow": N_("达到黄色预警"),
    "red": N_("达到红色预警"),
    "remind": N_("发出提醒函"),
    "supervise": N_("发出督办函"),
    "interview": N_("发出约谈通知书"),
}
NOTICE_KIND: dict[str, str] = {
    "rectification": N_("整改通知书"),
    "immediate": N_("立行立改通知书"),
    "urge": N_("催办通知"),
}
DOCUMENT_KIND: dict[str, str] = {
    "extension_request": N_("延期申请书"),
    "extension_decision": N_("延期审批表"),
    "sign_off_request": N_("销号申请单"),
    "sign_off_form": N_("销号审批表"),
    "closing_report": N_("办结报告"),
    "file": N_("全过程档案"),
    "round_plan": N_("巡查方案"),
    "visit_record": N_("巡查记录"),
    "bulletin": N_("督查通报"),
}
