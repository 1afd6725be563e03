"""The words of what has happened to an issue: in Chinese those of what is done, in English in the past tense."""

from __future__ import annotations

from tracker.languages import NP_

HAPPENED: dict[str, str] = {
    "register": NP_("done", "登记"),
    "assign": NP_("done", "交办"),
    "contest": NP_("done", "申诉"),
    "accept": NP_("done", "签收"),
    "reassign": NP_("done", "改派"),
    "progress": NP_("done", "进展"),
    "submit": NP_("done", "申请销号"),
    "fail": NP_("done", "复核不通过"),
    "verify": NP_("done", "复核通过"),
    "refuse": NP_("done", "退回"),
    "sign_off": NP_("done", "销号"),
    "dismiss": NP_("done", "不予立案"),
    "reopen": NP_("done", "反弹"),
    "suspend": NP_("done", "挂账"),
    "resume": NP_("done", "恢复"),
    "extension_request": NP_("done", "申请延期"),
    "extension_approve": NP_("done", "同意延期"),
    "extension_refuse": NP_("done", "不同意延期"),
    "extension_withdraw": NP_("done", "撤回延期申请"),
    "consent_request": NP_("done", "报请领导同意"),
    "consent_give": NP_("done", "领导同意"),
    "consent_decline": NP_("done", "领导不同意"),
    "consent_withdraw": NP_("done", "撤回报请"),
    "create": NP_("done", "记录问题"),
    "edit": NP_("done", "修改"),
    "comment": NP_("done", "留言"),
    "instruct": NP_("done", "领导批示"),
    "urge": NP_("done", "催办"),
    "evidence": NP_("done", "上传佐证"),
    "stage_finish": NP_("done", "完成阶段"),
    "merge": NP_("done", "并案"),
    "import": NP_("done", "台账导入"),
    "import_undo": NP_("done", "撤销导入"),
    "calendar": NP_("done", "工作日历调整"),
    "conceal": NP_("done", "设为保密"),
    "reveal": NP_("done", "取消保密"),
}
