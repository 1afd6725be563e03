"""The words of the law: states, triggers, capacities, clocks, colours and days."""

from __future__ import annotations

from tracker.labels.letters import LETTER_TRIGGER
from tracker.languages import N_
from workflows.calendar import DayKind, DayReason
from workflows.consent import ConsentKind, ConsentState
from workflows.extension import ExtensionState
from workflows.issue import Capacity, Clock, IssueState, Severity
from workflows.policy import Colour
from workflows.reminding import DigestSection

STATE: dict[str, str] = {
    IssueState.DRAFT: N_("草稿"),
    IssueState.REGISTERED: N_("已登记"),
    IssueState.ASSIGNED: N_("已交办"),
    IssueState.RECTIFYING: N_("整改中"),
    IssueState.SUBMITTED: N_("待复核"),
    IssueState.VERIFIED: N_("待销号"),
    IssueState.SIGNED_OFF: N_("已销号"),
    IssueState.SUSPENDED: N_("挂账"),
    IssueState.DISMISSED: N_("不予立案"),
}
ISSUE_TRIGGER: dict[str, str] = {
    "register": N_("登记"),
    "assign": N_("交办"),
    "contest": N_("申诉"),
    "accept": N_("签收"),
    "reassign": N_("改派"),
    "progress": N_("进展"),
    "submit": N_("申请销号"),
    "fail": N_("复核不通过"),
    "verify": N_("复核通过"),
    "refuse": N_("退回"),
    "sign_off": N_("销号"),
    "dismiss": N_("不予立案"),
    "reopen": N_("反弹"),
    "suspend": N_("挂账"),
    "resume": N_("恢复"),
}
EXTENSION_TRIGGER: dict[str, str] = {
    "request": N_("申请延期"),
    "approve": N_("同意延期"),
    "refuse": N_("不同意延期"),
    "withdraw": N_("撤回延期申请"),
}
CONSENT_TRIGGER: dict[str, str] = {
    "request": N_("报请领导同意"),
    "give": N_("领导同意"),
    "decline": N_("领导不同意"),
    "withdraw": N_("撤回报请"),
}
# Everything the record of an issue can say, moves and what happens beside them, under one name each.
TRIGGER: dict[str, str] = {
    **ISSUE_TRIGGER,
    **{f"extension_{trigger}": words for trigger, words in EXTENSION_TRIGGER.items()},
    **{f"consent_{trigger}": words for trigger, words in CONSENT_TRIGGER.items()},
    "create": N_("记录问题"),
    "edit": N_("修改"),
    "comment": N_("留言"),
    "instruct": N_("领导批示"),
    "letter_propose": N_("拟发督办文书"),
    **{f"letter_{trigger}": words for trigger, words in LETTER_TRIGGER.items()},
    "urge": N_("催办"),
    "annotate": N_("补充台账内容"),
    "document": N_("出具文书"),
    "notice_receive": N_("签收通知"),
    "evidence": N_("上传佐证"),
    "stage_finish": N_("完成阶段"),
    "merge": N_("并案"),
    "import": N_("台账导入"),
    "import_undo": N_("撤销导入"),
    "calendar": N_("工作日历调整"),
    "policy": N_("改按新规则"),
    "handover": N_("交接"),
    "look_back": N_("回头看未反弹"),
    "recur": N_("反弹（另立新问题）"),
    "conceal": N_("设为保密"),
    "reveal": N_("取消保密"),
}
CAPACITY: dict[str, str] = {
    Capacity.FINDER: N_("发现人"),
    Capacity.OFFICE: N_("创建办"),
    Capacity.LEADER: N_("县领导"),
    Capacity.RESPONSIBLE: N_("责任单位"),
    Capacity.GROUP: N_("督导组"),
    Capacity.GROUP_LEAD: N_("督导组组长"),
    Capacity.DEPARTMENT: N_("牵头部门"),
}
SEVERITY: dict[str, str] = {
    Severity.GENERAL: N_("一般"),
    Severity.SERIOUS: N_("较重"),
    Severity.MAJOR: N_("重大"),
}
CLOCK: dict[str, str] = {
    Clock.ASSIGN: N_("交办期限"),
    Clock.ACCEPT: N_("签收期限"),
    Clock.DEADLINE: N_("整改时限"),
    Clock.RECHECK: N_("复核期限"),
    Clock.SIGN_OFF: N_("销号期限"),
    Clock.LOOKBACK: N_("回头看期限"),
    Clock.REVIEW: N_("复审日期"),
    Clock.STAGE: N_("阶段时限"),
}
COLOUR: dict[str, str] = {
    Colour.NONE: N_("正常"),
    Colour.BLUE: N_("临期"),
    Colour.YELLOW: N_("逾期"),
    Colour.RED: N_("严重逾期"),
}
EXTENSION_STATE: dict[str, str] = {
    ExtensionState.REQUESTED: N_("待批复"),
    ExtensionState.APPROVED: N_("已同意"),
    ExtensionState.REFUSED: N_("未同意"),
    ExtensionState.WITHDRAWN: N_("已撤回"),
}
CONSENT_STATE: dict[str, str] = {
    ConsentState.REQUESTED: N_("待领导批示"),
    ConsentState.GIVEN: N_("领导已同意"),
    ConsentState.DECLINED: N_("领导未同意"),
    ConsentState.WITHDRAWN: N_("已撤回"),
}
CONSENT_KIND: dict[str, str] = {
    ConsentKind.SIGN_OFF: N_("同意销号"),
    ConsentKind.SUSPEND: N_("同意挂账"),
}
DAY_KIND: dict[str, str] = {
    DayKind.HOLIDAY: N_("放假"),
    DayKind.WORKDAY: N_("上班"),
}
DAY_REASON: dict[str, str] = {
    DayReason.START: N_("起算日，不计入"),
    DayReason.WEEKDAY: N_("工作日"),
    DayReason.WEEKEND: N_("周末"),
    DayReason.HOLIDAY: N_("法定节假日及调休放假"),
    DayReason.MAKE_UP: N_("调休上班"),
    DayReason.COUNTY_HOLIDAY: N_("本县规定放假"),
    DayReason.COUNTY_WORKDAY: N_("本县规定上班"),
}
DIGEST_SECTION: dict[str, str] = {
    DigestSection.LATE: N_("已逾期"),
    DigestSection.DUE: N_("本周到期"),
    DigestSection.WAITING: N_("等您办理"),
    DigestSection.ANSWERED: N_("有答复"),
}
