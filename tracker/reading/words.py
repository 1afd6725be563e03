"""What a ledger's own words mean: each meaning is a proposal with its sureness from 0 to 1, for a person to confirm."""

from __future__ import annotations

import re

from tracker.reading.amounts import percent_of, whole_of
from tracker.reading.names import unit_key
from workflows.issue import IssueState, Severity

__all__ = ["percent_of", "points_of", "severity_of", "source_of", "state_of", "whole_of", "yes_no"]

_LONGEST = 200
_S = IssueState
# 已整改 does not say whether anyone looked again, and 未整改 not whether anyone has been told.
_STATES: dict[str, tuple[IssueState, float]] = {
    word: (state, sureness)
    for state, sureness, words in (
        (_S.DRAFT, 1.0, "草稿"),
        (_S.REGISTERED, 1.0, "已登记 登记 待交办 未交办"),
        (_S.REGISTERED, 0.7, "新发现 新增 new"),
        (_S.ASSIGNED, 1.0, "已交办 未签收 待签收"),
        (_S.ASSIGNED, 0.7, "交办 已派单 已下发 已转办 assigned"),
        (_S.RECTIFYING, 1.0, "整改中 正在整改 推进中 正在推进 未完成 办理中 正在办理 处理中 进行中 inprogress"),
        (_S.RECTIFYING, 1.0, "复核不通过 验收不通过 复查不合格"),
        (_S.RECTIFYING, 0.9, "长期 长期坚持 长期整改 持续整改 持续推进 部分完成 部分整改 阶段性完成 ongoing"),
        (_S.RECTIFYING, 0.7, "未整改 否 未办结 未解决 未落实 未启动 未销号 逾期 × x no open pending"),
        (_S.SUBMITTED, 1.0, "待复核 待复查 待验收 待核查 申请销号 已申请销号"),
        (_S.SUBMITTED, 0.6, "已整改 已完成 整改到位 已整改到位 整改完成 已整改完成 整改完毕 完成 已解决 已落实"),
        (_S.SUBMITTED, 0.6, "是 √ ✓ yes done completed"),
        (_S.VERIFIED, 1.0, "待销号 复核通过 验收通过 复查合格 验收合格"),
        (_S.VERIFIED, 0.8, "已复核 已复查 已验收"),
        (_S.SIGNED_OFF, 1.0, "已销号 销号 已办结 办结 已销账 销账 closed"),
        (_S.SIGNED_OFF, 0.8, "完结 已完结 已归档 已结案 结案 resolved"),
        (_S.SUSPENDED, 1.0, "挂账 已挂账"),
        (_S.SUSPENDED, 0.6, "暂缓 暂停"),
        (_S.DISMISSED, 0.7, "不属实 不予立案 不予受理 查否 重复 duplicate"),
    )
    for word in words.split()
}  # fmt: skip
_STATE_PHRASES: tuple[tuple[re.Pattern[str], IssueState, float], ...] = (
    (re.compile(r"[未没](?:有|能|予)?(?:完成|整改|整治|办结|解决|落实|到位|清理|动工|开工|移交|启动)|不(?:到位|彻底|合格|通过|达标)"),
     _S.RECTIFYING, 0.6),
    (re.compile(r"[待拟]销号"), _S.VERIFIED, 0.8),
    (re.compile(r"申请销号|(?:待|申请)(?:复核|复查|验收)"), _S.SUBMITTED, 0.8),
    (re.compile(r"销号|办结|销账"), _S.SIGNED_OFF, 0.8),
    (re.compile(r"(?:复核|复查|验收)(?:通过|合格)"), _S.VERIFIED, 0.8),
    (re.compile(r"挂账"), _S.SUSPENDED, 0.8),
    (re.compile(r"不属实|不予立案"), _S.DISMISSED, 0.6),
    (re.compile(r"正在|推进|进展|部分|陆续|阶段性|[改理办]中|仅完成"), _S.RECTIFYING, 0.7),
    (re.compile(r"已(?:经)?(?:全部|基本)?(?:整改|整治|完成|解决|落实|清理|修复|到位)|(?:整改|清理|整治)(?:完毕|到位|完成)|基本清理"),
     _S.SUBMITTED, 0.5),
    (re.compile(r"长期|持续|常态"), _S.RECTIFYING, 0.7),
)  # fmt: skip
_SEVERITIES: dict[str, tuple[Severity, float]] = {
    word: (severity, sureness)
    for severity, sureness, words in (
        (Severity.GENERAL, 1.0, "一般 一般问题 一般隐患"),
        (Severity.GENERAL, 0.8, "轻微 较轻 轻 低 普通 小 low minor"),
        (Severity.SERIOUS, 1.0, "较重 较重问题"),
        (Severity.SERIOUS, 0.8, "较大 较大隐患 中 中等 较严重 medium"),
        (Severity.MAJOR, 1.0, "重大 重大问题 重大隐患 特别重大"),
        (Severity.MAJOR, 0.8, "严重 突出 高 大 high critical major"),
    )
    for word in words.split()
}
_SOURCES = {
    "督导检查": "supervision", "巡查": "inspection", "会议": "meeting", "通报": "bulletin", "述职评议": "appraisal",
    "群众反映": "report", "自查": "self_check", "台账导入": "import", "回头看": "look_back",
}  # fmt: skip
_SOURCE_WORDS = re.compile(
    r"(?P<supervision>督导|督查|督察|督办|暗访)|(?P<inspection>巡查|巡察|巡视|检查|排查|走访|抽查|观摩)|"
    r"(?P<meeting>会议|研判|会商|例会|座谈会?|调度会)|(?P<bulletin>通报|曝光|简报)|(?P<appraisal>述职|评议|考核|考评)|"
    r"(?P<report>群众|市民|举报|投诉|信访|热线|12345|随手拍|网格|来信|来访|留言)|(?P<self_check>自查|自纠|自评)|(?P<import>导入)|"
    r"(?P<look_back>回头看)"
)
_YES = frozenset(
    ("是", "有", "√", "✓", "✔", "对", "y", "yes", "true", "1", "逾期", "已逾期", "超期", "已超期", "overdue")
)
_NO = frozenset(
    (
        "否",
        "无",
        "×",
        "✗",
        "x",
        "没有",
        "不是",
        "n",
        "no",
        "false",
        "0",
        "未逾期",
        "未超期",
        "不逾期",
        "按期",
        "按时",
        "ontime",
    )
)
_POINTS = re.compile(r"([^、，,;；。()（）扣\s]{0,30})(扣[^、，,;；。()（）扣\d\s]{0,30}\d{1,4}(?:\.\d{1,2})?分)")


def state_of(words: str) -> tuple[IssueState | None, float]:
    """Return the state that ``words`` propose; None and 0 if they say nothing of it."""
    key = unit_key(words[:_LONGEST])
    if key in _STATES:
        return _STATES[key]
    return next(((state, sure) for phrase, state, sure in _STATE_PHRASES if phrase.search(key)), (None, 0.0))


def severity_of(words: str) -> tuple[Severity | None, float]:
    """Return the severity that ``words`` propose; None and 0 if they say nothing of it."""
    return _SEVERITIES.get(unit_key(words[:_LONGEST]), (None, 0.0))


def source_of(words: str) -> tuple[str | None, float]:
    """Return the code of the source; of several the last, which in Chinese is the thing itself (督查通报)."""
    key = unit_key(words[:_LONGEST])
    if key in _SOURCES:
        return _SOURCES[key], 1.0
    found = [match.lastgroup for match in _SOURCE_WORDS.finditer(key)]
    return (found[-1], 0.8 if len(set(found)) == 1 else 0.6) if found else (None, 0.0)


def yes_no(words: object) -> bool | None:
    """Return what a cell of a yes-or-no column says, None if neither; 逾期 and OVERDUE are yes, 1 and 0 count."""
    if isinstance(words, int | float) and words in (0, 1):
        return bool(words)
    key = unit_key(words[:_LONGEST]) if isinstance(words, str) else ""
    return True if key in _YES else False if key in _NO else None


def points_of(text: str) -> tuple[str, ...]:
    """Return the phrases that take points off, each with whom it hits: 乡镇扣6分, 保洁公司扣0.5分; no money."""
    return tuple("".join(found).strip() for found in _POINTS.findall(text))
