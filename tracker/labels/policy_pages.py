"""How the pages of a policy speak: under which heading a field stands, and what it does."""

from __future__ import annotations

import re

from tracker.languages import N_

POLICY_GROUP: dict[str, str] = {
    "clocks": N_("各环节时限"),
    "remind": N_("提醒"),
    "colours": N_("预警颜色"),
    "ladder": N_("督办阶梯"),
    "extension": N_("延期"),
    "rounds": N_("复核与巡查"),
    "quiet": N_("免打扰与摘要"),
}
# The first that fits; what nobody thought of is a matter of the usual work.
_GROUPS = (
    ("quiet", r"quiet|digest|urgent"),
    ("remind", r"remind_before|late_every"),
    ("ladder", r"letter|interview|instruction|order_|points|proposal|ladder"),
    ("colours", r"blue|yellow|red"),
    ("extension", r"extension"),
    ("rounds", r"round|recheck_by|must_recheck|lookback|visit|random|group_runs|roster|capacity|per_month"),
    ("clocks", r""),
)
POLICY_HELP: dict[str, str] = {
    "assign_days": N_("登记之后，创建办交办的工作日数。"),
    "accept_days": N_("交办之后，责任单位签收或申诉的工作日数。"),
    "recheck_days": N_("申请销号之后，督导组到现场复核的工作日数。"),
    "sign_off_days": N_("复核通过之后，创建办审批销号的工作日数。"),
    "lookback_days": N_("销号之后多少个自然日内回头看。"),
    "max_extensions": N_("一个问题最多延期几次；0 为不准延期。"),
    "blue_name": N_("不填则叫“蓝色预警”。"),
    "yellow_name": N_("不填则叫“黄色预警”。"),
    "red_name": N_("不填则叫“红色预警”。"),
    "blue_advice": N_("鼠标停在颜色上、图例里显示；不填则用通常的说法。"),
    "yellow_advice": N_("鼠标停在颜色上、图例里显示；不填则用通常的说法。"),
    "red_advice": N_("鼠标停在颜色上、图例里显示；不填则用通常的说法。"),
    "group_lead_may_assign": N_("选上，组长也可以交办本组发现的问题。"),
    "other_group_must_recheck": N_("选上，发现问题的组不能自己复核。"),
    "rectify_days": N_("交办时没有指定时限的，从交办之日起算。"),
    "evidence_needed": N_("申请销号前至少要有几份整改后的佐证。"),
    "remind_before": N_("整改时限之前几个工作日提醒，从大到小，用逗号分开；0 为当天。"),
    "blue_within": N_("距整改时限不多于几个工作日时显示蓝色。"),
    "yellow_from": N_("逾期满几个工作日显示黄色。"),
    "red_from": N_("逾期满几个工作日显示红色；须大于黄色。"),
    "interview_from": N_("逾期满几个工作日建议约谈；不小于红色。"),
    "interview_every": N_("建议约谈以后，每再过几个工作日又建议一次。"),
    "clock_remind_before": N_("交办、签收、复核、销号这些短期限之前几个工作日提醒；0 为当天。"),
    "digest_at": N_("每个工作日这个时刻发每人一份摘要，节假日不发。"),
    "quiet_from": N_("从这个时刻起不发立即提醒。"),
    "quiet_to": N_("到这个时刻恢复发送，可以跨过半夜。"),
    "late_every": N_("到红色以后，每再过几个工作日提醒一次。"),
    "urgent_from": N_("到这个颜色的提醒不等摘要，立即发出。"),
    "in_digest": N_("不选，这个等级的提醒就不进摘要。"),
    "remind_letter_from": N_("逾期满几个工作日拟发提醒函。"),
    "supervise_letter_from": N_("逾期满几个工作日拟发督办函。"),
    "points_yellow": N_("每到一次黄色，年度考核记几分。"),
    "points_red": N_("每到一次红色，年度考核记几分。"),
    "points_remind": N_("每收到一份提醒函，年度考核记几分。"),
    "points_supervise": N_("每收到一份督办函，年度考核记几分。"),
    "points_interview": N_("每收到一份约谈通知书，年度考核记几分。"),
    "letters_await_office": N_("选上，系统只拟稿，由创建办发出。"),
    "letter_receive_days": N_("发出之后，收文单位签收的工作日数。"),
    "remind_letter_reply_days": N_("签收之后，回复提醒函的工作日数。"),
    "supervise_letter_reply_days": N_("签收之后，回复督办函的工作日数。"),
    "interview_letter_reply_days": N_("签收之后，回复约谈通知书的工作日数。"),
    "lookback_found_again": N_(
        "原问题退回整改，或者另立新问题、两个问题互相链接。保密问题一律退回，没有责任单位的一律另立。"
    ),
    "lookback_all_major": N_("选上，抽样时重大问题不抽签，全部列入。"),
    "same_group_rounds": N_("同一个组连续几轮走访过一个村，下一轮就换组。"),
    "visits_per_month": N_("减负：一个村一个自然月最多走访几次，编排时超过就提示。"),
    "forms_per_month": N_("减负：一个村一个自然月最多要求填报几份表格。"),
    "photos_per_month": N_("减负：一个村一个自然月最多要求提供几张照片。"),
    "visits_anywhere": N_("不选，临时走访只能去本组督导名单上的村。"),
    "order_reply_days": N_("没有写明日期的督办单，回复的工作日数。"),
    "instruction_reply_days": N_("没有写明日期的领导批示，回复的工作日数。"),
    "remind_letter_level": N_("提醒函发给责任单位，还是它的上级。"),
    "supervise_letter_level": N_("督办函发给责任单位，还是它的上级。"),
    "interview_letter_level": N_("约谈通知书发给责任单位，还是它的上级。"),
}
COLOUR_FULL_NAME: dict[str, str] = {
    "red": N_("红色预警"),
    "yellow": N_("黄色预警"),
    "blue": N_("蓝色预警"),
}
COLOUR_ADVICE: dict[str, str] = {
    "red": N_("严重逾期：创建办督办，必要时约谈。"),
    "yellow": N_("已经逾期：责任单位说明原因，尽快整改。"),
    "blue": N_("临近或刚过时限：责任单位抓紧办理。"),
}


def policy_group(name: str) -> str:
    """Return the group of ``POLICY_GROUP`` under whose heading a field stands; every field has one."""
    return next(group for group, pattern in _GROUPS if re.search(pattern, name))
