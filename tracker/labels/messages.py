"""The words of messages, put together in the reader's language when they are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tracker.labels.law import DIGEST_SECTION
from tracker.labels.letters import LETTER_KIND
from tracker.labels.substitutes import for_words, unseen_words
from tracker.languages import N_, _

# Of the clocks beside the deadline: what is to be done, and by when.
CLOCK_SOON = {
    "assign": N_("{number} {place}：待交办，请于 {deadline} 前交办。{summary}"),
    "accept": N_("{number} {place}：待签收，请于 {deadline} 前签收并填写整改措施。{summary}"),
    "recheck": N_("{number} {place}：待现场复核，请于 {deadline} 前复核。{summary}"),
    "sign_off": N_("{number} {place}：待销号，请于 {deadline} 前审批。{summary}"),
    "review": N_("{number} {place}：挂账问题将于 {deadline} 复审。{summary}"),
    "stage": N_("{number} {place}：本阶段整改任务请于 {deadline} 前完成。{summary}"),
}
CLOCK_LATE = {
    "assign": N_("{number} {place}：超过期限未交办（{deadline}），请尽快交办。{summary}"),
    "accept": N_("{number} {place}：超过期限未签收（{deadline}），请尽快签收。{summary}"),
    "recheck": N_("{number} {place}：超过期限未复核（{deadline}），请尽快现场复核。{summary}"),
    "sign_off": N_("{number} {place}：超过期限未销号（{deadline}），请尽快审批。{summary}"),
    "review": N_("{number} {place}：挂账复审日期已过（{deadline}），请尽快复审。{summary}"),
    "stage": N_("{number} {place}：本阶段整改任务已逾期（{deadline}），请尽快完成并报告进展。{summary}"),
}
MESSAGE: dict[str, str] = {
    "registered": N_("{number} {place}：新登记的问题，请交办。{summary}"),
    "assigned": N_("{number} {place}：已交办，整改时限 {deadline}，请签收并填写整改措施。{summary}"),
    "reassigned": N_("{number} {place}：已改派，整改时限 {deadline}，请责任单位签收。{summary}"),
    "unassigned": N_("{number} {place}：已改派其他责任单位，您不再承办。{summary}"),
    "contested": N_("{number} {place}：责任单位提出申诉，请重新交办或不予立案。{summary}"),
    "submitted": N_("{number} {place}：责任单位申请销号，请现场复核。{summary}"),
    "failed": N_("{number} {place}：复核不通过，请继续整改，整改时限 {deadline}。{summary}"),
    "verified": N_("{number} {place}：复核通过，请办理销号。{summary}"),
    "refused": N_("{number} {place}：销号申请被退回，请继续整改，整改时限 {deadline}。{summary}"),
    "signed_off": N_("{number} {place}：已销号。{summary}"),
    "dismissed": N_("{number} {place}：不予立案。{summary}"),
    "merged": N_("{number} {place}：有重复的问题并入本问题。{summary}"),
    "reopened": N_("{number} {place}：回头看发现反弹，重新整改，整改时限 {deadline}。{summary}"),
    "look_back_held": N_("{number} {place}：回头看未反弹。{summary}"),
    "recurred": N_("{number} {place}：回头看发现反弹，已另立新问题。{summary}"),
    "suspended": N_("{number} {place}：已挂账，时限暂停计算。{summary}"),
    "resumed": N_("{number} {place}：已恢复整改，整改时限 {deadline}。{summary}"),
    "extension_requested": N_("{number} {place}：责任单位申请延期，请批复。{summary}"),
    "extension_approved": N_("{number} {place}：同意延期，整改时限延至 {deadline}。{summary}"),
    "extension_refused": N_("{number} {place}：不同意延期，整改时限仍为 {deadline}。{summary}"),
    "consent_requested": N_("{number} {place}：报请领导同意，请批示。{summary}"),
    "consent_given": N_("{number} {place}：县领导已同意，请继续办理。{summary}"),
    "consent_declined": N_("{number} {place}：县领导未同意。{summary}"),
    "comment": N_("{number} {place}：有新的留言。{summary}"),
    "instruction": N_("{number} {place}：县领导作出批示，请落实。{summary}"),
    "urged": N_("{number} {place}：催办，请尽快办理，整改时限 {deadline}。{summary}"),
    "bulletin": N_("{number}《{name}》已发出，请查看。"),
    "bulletin_withdrawn": N_("《{name}》已撤回，不再有效。"),
    "letters_proposed": N_("有逾期问题达到督办条件，系统已拟出督办文书，请审核发出或撤回。"),
    "letter_issued": N_("{number}《{name}》已发出，请及时签收，并于 {deadline} 前回复。{summary}"),
    "letter_replied": N_("{number}《{name}》：{unit}已回复，请审阅后办结或退回。{summary}"),
    "letter_returned": N_("{number}《{name}》：回复被退回，请于 {deadline} 前重新回复。{summary}"),
    "letter_settled": N_("{number}《{name}》已办结。{summary}"),
    "letter_withdrawn": N_("{number}《{name}》已撤回，不必再办理。{summary}"),
    "letter_receive": N_("{number}《{name}》尚未签收，请于 {day} 前签收，{deadline} 前回复。{summary}"),
    "letter_reply": N_("{number}《{name}》请于 {deadline} 前回复。{summary}"),
    "due_soon": N_("{number} {place}：距整改时限还有 {days} 个工作日（{deadline}）。{summary}"),
    "due_today": N_("{number} {place}：今天是整改时限前的最后一个工作日（{deadline}）。{summary}"),
    "late": N_("{number} {place}：已超过整改时限（{deadline}），请尽快整改并申请销号。{summary}"),
    "very_late": N_("{number} {place}：严重逾期（时限 {deadline}），请立即整改并申请销号。{summary}"),
    "look_back_due": N_("“{name}”：{n} 个问题待回头看，最近的请于 {deadline} 前完成。"),
    "look_back_overdue": N_("“{name}”：{n} 个问题超过期限未回头看（最早 {deadline}），请尽快安排。"),
    "extension_due": N_("{number} {place}：延期申请待批复，请于 {deadline} 前批复。{summary}"),
    "extension_overdue": N_("{number} {place}：延期申请超过期限未批复（{deadline}），请尽快批复。{summary}"),
    "consent_due": N_("{number} {place}：待领导批示，请于 {deadline} 前批示。{summary}"),
    "consent_overdue": N_("{number} {place}：超过期限未批示（{deadline}），请尽快批示。{summary}"),
    "round_report_due": N_("{group}：“{name}”已结束，请于 {deadline} 前提交巡查报告。"),
    "round_report_overdue": N_("{group}：超过期限未提交“{name}”的巡查报告（{deadline}），请尽快提交。"),
    "delivery_failed": N_("有消息未能送达，请到“消息发送”查看原因并重新发送。"),
    "channel_down": N_("通道“{name}”超过5分钟无法发送，消息仍在排队，恢复后自动补发。"),
    **{f"{clock}_soon": words for clock, words in CLOCK_SOON.items()},
    **{f"{clock}_late": words for clock, words in CLOCK_LATE.items()},
    "digest": N_("工作提醒 {day}：{parts}。"),
    "sign_in_lock": N_("账号“{name}”多次登录失败，已锁定30分钟，来源地址 {address}。如非本人操作，请联系安全管理员。"),
    "sign_in_replaced": N_("您的账号在第三处登录（{address}），最早的一处已自动退出。如非本人操作，请立即修改密码。"),
    "post_ends": N_("{name}的岗位将于 {day} 结束，仍有 {n} 项在手，请办理交接。"),
    "holidays_missing": N_("{period} 年放假安排尚未导入，落在这一年的期限都是暂定的，公布后请到“工作日历”导入。"),
    "handover_proposed": N_("{giver}的工作拟交接给{receiver}，共 {n} 项，请接收人核对后接收。"),
    "handover_accepted": N_("{receiver}已接收{giver}交接的工作，共 {n} 项。"),
    "handover_declined": N_("{receiver}退回了{giver}的工作交接，共 {n} 项，请重新安排。"),
    "handover_withdrawn": N_("{giver}交接给{receiver}的工作（{n} 项）已撤回。"),
    "import_asked": N_("{name} 请您复核导入“{file}”：{n} 个问题，其中有的已办结。"),
    "export_ready": N_("“{file}”已生成，请在 {day} 前下载。"),
    "export_failed": N_("“{file}”没有生成，请打开查看原因。"),
    "import_declined": N_("{name} 退回了“{file}”的导入，请修改后重新提请。"),
    "round_published": N_("{name}已发布（{period}）：本组 {n} 个走访点，请查看巡查清单。"),
    "round_withdrawn": N_("{name}（{period}）已撤回，请等待重新发布。"),
    "round_group_reported": N_("{group}已提交“{name}”的巡查报告。"),
    "substitute_asked": N_("{name}（{period}）拟由{receiver}代收消息，请审批。"),
    "substitute_set": N_("{name}（{period}）的提醒和消息同时由您代收，请及时转告本人；办理权限不变。"),
    "substitute_named": N_("{period} 期间，您的提醒和消息同时由{receiver}代收。"),
    "substitute_declined": N_("由{receiver}代收{name}的消息（{period}）未获同意，请另选代收人。"),
    "substitute_ended": N_("{receiver}代收{name}的消息（{period}）已提前结束。"),
    "alarm_clock": N_("运行告警：时钟超过3分钟没有运行，无人收到提醒。请查看“运行状态”。"),
    "alarm_outbox": N_("运行告警：有消息等待5分钟以上未发出。请查看“运行状态”。"),
    "alarm_skew": N_("运行告警：有进程的时钟与数据库相差超过1分钟，已不参与值守。请校准服务器时间。"),
    "alarm_disk": N_("运行告警：数据目录剩余空间不足500 MB。请清理或扩容。"),
    "post_approved": N_("您有新的岗位生效，可在页面上方切换岗位。"),
}
_SAID = N_("{message} {who}：“{words}”")
_UNDATED = N_("未定时限")
_PLAIN = ("group", "number", "place", "summary", "days", "name", "address", "file", "n", "period", "unit", "day")


def message_words(kind: str, context: Mapping[str, Any]) -> str:
    """Return the whole message in the current language; a kind without words speaks for itself."""
    return for_words(context, _message_words(kind, context))


def _message_words(kind: str, context: Mapping[str, Any]) -> str:
    if context.get("unseen"):
        return unseen_words(kind, context)
    if kind == "digest":
        return _(MESSAGE[kind]).format(day=context.get("day", ""), parts=digest_counts(context))
    known = {name: str(context.get(name) or "") for name in _PLAIN}
    letter = LETTER_KIND.get(str(context.get("letter")))
    if letter is not None:
        known["name"] = _(letter)
    known |= {name: str(context.get(name) or "") for name in ("giver", "receiver")}
    deadline = context.get("deadline") or _(_UNDATED)
    message = _(MESSAGE[kind]).format(**known, deadline=deadline) if kind in MESSAGE else kind
    if not context.get("words"):
        return message
    return _(_SAID).format(message=message, who=context.get("who", ""), words=context["words"])


_COUNT = N_("{section} {n} 件")
_COUNTY = N_("全县逾期 {n} 件")
_COMMA = N_("，")


def digest_counts(context: Mapping[str, Any]) -> str:
    """Return what a digest comes to, such as how many are late and how many are due this week."""
    found = [(DIGEST_SECTION[part["section"]], part["total"]) for part in context["parts"]]
    counts = [_(_COUNT).format(section=_(words), n=number) for words, number in found]
    if context.get("county"):
        counts.insert(0, _(_COUNTY).format(n=context["county"]["overdue"]))
    return _(_COMMA).join(counts)
