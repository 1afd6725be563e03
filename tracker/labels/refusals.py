"""Why something is refused and what to do about it; no parameters, so that they serve every place."""

from __future__ import annotations

from tracker.languages import N_

REFUSAL: dict[str, str] = {
    "not_from_here": N_("当前状态不能办理此事项，请刷新页面查看最新状态"),
    "not_by_you": N_("您无权办理此事项，请由有权限的同志办理"),
    # Registering and assigning.
    "no_place": N_("请填写问题所在的乡镇、村(社区)"),
    "no_category": N_("请选择所属星或问题类别"),
    "no_source": N_("请选择问题来源"),
    "no_description": N_("请填写具体问题"),
    "group_lead_may_not_assign": N_("本县规定由创建办交办，请联系创建办"),
    "no_responsible_unit": N_("请选择责任单位"),
    "no_responsible_person": N_("请选择责任人"),
    "no_deadline": N_("请填写整改时限"),
    "deadline_in_past": N_("整改时限不能早于今天，请重新选择日期"),
    "no_reason": N_("请填写理由"),
    "no_reason_or_original": N_("请填写不予立案的理由，或选择与之重复的问题"),
    # Rectifying.
    "contested_before": N_("本次交办已申诉过一次，请签收整改或联系创建办"),
    "no_measures": N_("请至少填写一条整改措施"),
    "undated_measures": N_("有多条整改措施时，请为每条措施填写完成日期"),
    "no_note": N_("请填写进展情况"),
    "no_result": N_("请填写整改结果"),
    "not_enough_evidence": N_("请先上传整改后的佐证材料，并达到本等级要求的份数"),
    "open_stages": N_("还有未完成的阶段，请先逐个完成各阶段"),
    "extension_pending": N_("有延期申请待批复，请先批复或撤回该申请"),
    # Re-check and sign-off.
    "no_finding": N_("请填写现场核查情况"),
    "you_submitted": N_("申请销号的是您本人，请换一位同志办理"),
    "you_uploaded": N_("整改佐证是您上传的，请换一位同志办理"),
    "your_unit_submitted": N_("申请销号的是您所在的单位，请由其他单位的同志办理"),
    "you_verified": N_("复核是您本人做的，请换一位同志办理"),
    "your_group_found": N_("问题是本组发现的，请由其他督导组复核"),
    "no_leader_consent": N_("须经县领导同意，请先报请领导批示"),
    "finder_alone": N_("发现人不能独自销号，请换一位同志办理或先报请领导批示"),
    "you_consented": N_("您已作为领导表示同意，请由创建办其他同志办理"),
    "no_review_date": N_("请填写复审日期"),
    "review_date_not_ahead": N_("复审日期须晚于今天，请重新选择日期"),
    # Extensions.
    "extension_not_now": N_("只有整改中的问题可以申请延期"),
    "extension_undated": N_("该问题未定时限，无需延期"),
    "extension_late": N_("整改时限已过，不能再申请延期，请尽快整改并申请销号"),
    "extension_limit": N_("延期次数已达上限，请按现时限完成整改"),
    "no_new_deadline": N_("请填写申请延至的日期"),
    "extension_not_later": N_("新时限须晚于现时限，请重新选择日期"),
    "you_asked": N_("申请是您本人提出的，请换一位同志批复"),
    "your_unit_asked": N_("申请是您所在的单位提出的，请由其他单位的同志批复"),
    "extension_by_office": N_("首次延期由创建办批复"),
    "extension_by_leader": N_("再次延期由县领导批复"),
    # Consents.
    "consent_out_of_place": N_("问题的状态已变化，请刷新页面后重新报请"),
    "consent_pending": N_("已报请领导批示，请等待批示或先撤回"),
    # Stages.
    "stage_dates_disordered": N_("各阶段的日期须依次推后，请调整日期"),
    "stage_after_deadline": N_("最后阶段的日期不能晚于整改时限，请调整日期"),
    "stage_unknown": N_("没有这个阶段，请刷新页面"),
    "stage_finished": N_("该阶段已完成"),
    "stage_out_of_order": N_("请先完成前面的阶段"),
}
POLICY_ERROR: dict[str, str] = {
    "policy_unknown": N_("没有这一项设置，请删除"),
    "policy_not_whole": N_("请填写整数"),
    "policy_too_small": N_("数值过小，请改大"),
    "policy_too_large": N_("数值过大，请改小"),
    "policy_not_yes_no": N_("请选择是或否"),
    "policy_not_list": N_("请填写一组天数"),
    "policy_not_falling": N_("请按从大到小的顺序填写天数，不要重复"),
    "policy_not_terms": N_("请逐项填写该等级的设置"),
    "policy_red_before_yellow": N_("红色预警的天数须大于黄色预警的天数"),
    "policy_interview_before_red": N_("约谈的天数不能小于红色预警的天数"),
}
CALENDAR_ERROR: dict[str, str] = {
    "calendar_columns": N_("列须依次为 date、kind、name、source，每行都要填全"),
    "calendar_date": N_("日期须为 2026-01-01 的形式"),
    "calendar_kind": N_("类别须为 holiday（放假）或 workday（上班）"),
    "calendar_twice": N_("同一天出现了两次，请删除一行"),
}
POLICY_FIELD: dict[str, str] = {
    "assign_days": N_("交办期限（工作日）"),
    "accept_days": N_("签收期限（工作日）"),
    "recheck_days": N_("复核期限（工作日）"),
    "sign_off_days": N_("销号期限（工作日）"),
    "lookback_days": N_("回头看期限（自然日）"),
    "max_extensions": N_("延期次数上限"),
    "group_lead_may_assign": N_("督导组组长可以交办"),
    "other_group_must_recheck": N_("须由其他督导组复核"),
    "rectify_days": N_("默认整改时限（工作日）"),
    "evidence_needed": N_("整改佐证份数"),
    "remind_before": N_("提前提醒（工作日）"),
    "blue_within": N_("蓝色：到期前（工作日）"),
    "yellow_from": N_("黄色：逾期满（工作日）"),
    "red_from": N_("红色：逾期满（工作日）"),
    "interview_from": N_("建议约谈：逾期满（工作日）"),
    "interview_every": N_("其后每隔（工作日）再次建议约谈"),
}
