"""The words of the office: roles, units, sources and what else the tables name by code."""

from __future__ import annotations

from tracker.languages import N_

ROLE: dict[str, str] = {
    "sysadmin": N_("系统管理员"),
    "secadmin": N_("安全管理员"),
    "auditor": N_("审计管理员"),
    "office": N_("创建办"),
    "leader": N_("县领导"),
    "department": N_("牵头部门"),
    "assignee": N_("责任单位"),
    "group_lead": N_("督导组组长"),
    "group_member": N_("督导组组员"),
    "township": N_("乡镇(街道)组织委员"),
    "village": N_("村(社区)书记"),
    "reporter": N_("网格员、群众"),
}
UNIT_KIND: dict[str, str] = {
    "county": N_("县"),
    "township": N_("乡镇"),
    "street": N_("街道"),
    "village": N_("村"),
    "community": N_("社区"),
    "grid": N_("网格"),
    "department": N_("部门"),
    "office": N_("机关"),
    "enterprise": N_("企业"),
}
NAME_REASON: dict[str, str] = {
    "current": N_("现名"),
    "renamed": N_("更名"),
    "recoded": N_("代码变更"),
    "merged": N_("合并"),
    "alias": N_("别名"),
}
SOURCE: dict[str, str] = {
    "supervision": N_("督导检查"),
    "inspection": N_("巡查"),
    "meeting": N_("会议"),
    "bulletin": N_("通报"),
    "appraisal": N_("述职评议"),
    "report": N_("群众反映"),
    "self_check": N_("自查"),
    "import": N_("台账导入"),
    "look_back": N_("回头看"),
}
PHASE: dict[str, str] = {
    "before": N_("整改前"),
    "after": N_("整改后"),
    "recheck": N_("复核"),
    "lookback": N_("回头看"),
    "attachment": N_("附件"),
}
COMMENT_KIND: dict[str, str] = {
    "comment": N_("留言"),
    "instruction": N_("领导批示"),
}
INDICATOR_KIND: dict[str, str] = {
    "ordinary": N_("一般指标"),
    "bottom_line": N_("底线指标"),
    "veto": N_("否决情形"),
}
CHANNEL: dict[str, str] = {
    "inbox": N_("站内消息"),
    "mail": N_("电子邮件"),
    "wecom_app": N_("企业微信"),
    "sms": N_("短信"),
    "wecom_robot": N_("企业微信群机器人"),
    "dingtalk_robot": N_("钉钉群机器人"),
    "feishu_robot": N_("飞书群机器人"),
}
