"""The words of the lists: what they are narrowed by."""

from __future__ import annotations

from tracker.languages import N_

TIMING = {
    "overdue": N_("已逾期"),
    "soon": N_("即将到期"),
    "undated": N_("未定时限"),
    "closed_late": N_("超期销号"),
    "closed_in_time": N_("按期销号"),
    "judged": N_("应办结"),
}
MINE = {
    "created": N_("我登记的"),
    "responsible": N_("我负责的"),
    "assisting": N_("我单位协办的"),
    "handled": N_("我办理过的"),
}
BAND = {
    "0-4": N_("不满 5 个工作日"),
    "5-9": N_("5 至 9 个工作日"),
    "10-19": N_("10 至 19 个工作日"),
    "20-": N_("20 个工作日以上"),
}
COLOUR_NAME = {
    "red": N_("红色"),
    "yellow": N_("黄色"),
    "blue": N_("蓝色"),
    "none": N_("未预警"),
}
TAB = {
    "open": N_("未办结"),
    "all": N_("全部"),
    "standing": N_("已立案"),
}
OUTCOME = {
    "draft": N_("未整改"),
    "registered": N_("未整改"),
    "assigned": N_("未整改"),
    "rectifying": N_("整改中"),
    "submitted": N_("整改中"),
    "verified": N_("已整改"),
    "signed_off": N_("已整改"),
    "suspended": N_("长期"),
    "dismissed": N_("不予立案"),
}
SPAN = {
    "month": N_("本月"),
    "quarter": N_("本季度"),
    "year": N_("今年"),
    "last_year": N_("去年"),
}
LEDGER = {
    "issues": N_("问题台账"),
    "duties": N_("责任台账"),
    "progress": N_("进度台账"),
    "overdue": N_("逾期台账"),
    "signed_off": N_("销号台账"),
}
LEDGER_TITLE = {
    "issues": N_("整改问题台账"),
    "duties": N_("整改责任台账"),
    "progress": N_("整改进度台账"),
    "overdue": N_("整改问题逾期台账"),
    "signed_off": N_("整改问题销号台账"),
}
LEDGER_MEDIUM = {
    "paper": N_("打印"),
    "xlsx": N_("Excel"),
    "csv": N_("CSV"),
    "json": N_("JSON"),
    "pdf": N_("PDF"),
}
LEDGER_GROUP = {
    "township": N_("乡镇"),
    "unit": N_("责任单位"),
    "star": N_("所属星"),
    "group": N_("督导组"),
}
LEDGER_CHANGE = {
    "came": N_("新增"),
    "closed": N_("销号"),
    "fell_back": N_("反弹或退回"),
    "late": N_("新增逾期"),
    "gone": N_("不予立案"),
    "moved": N_("变动"),
}
