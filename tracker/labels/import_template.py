"""What the template of each import says of its columns: what belongs there, and three examples that go together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from tracker.languages import N_
from tracker.reading.fields import ImportKind

Example: TypeAlias = str | int | date


@dataclass(frozen=True)
class ColumnNote:
    """What belongs into a column (a msgid), and its cells in the three example rows; words among them are msgids."""

    words: str
    examples: tuple[Example, Example, Example] = ("", "", "")


_ORDER = ColumnNote(N_("只用来核对，不导入"), (1, 2, 3))
_FROM_LIST = N_("从下拉列表中选择")
_PICTURE = N_("插入 → 图片 → 放置在单元格内，或浮于单元格上方；左上角要落在本行这一格内；多张请浮于单元格上方")
_LEDGER = {
    "order": _ORDER,
    "key": ColumnNote(
        N_("原台账中这个问题的编号，不能重复；填了编号，同一份台账再次导入时不会重复登记"),
        ("2026-001", "2026-002", "2026-003"),
    ),
    "source": ColumnNote(_FROM_LIST, (N_("督导检查"), N_("群众反映"), N_("会议"))),
    "source_ref": ColumnNote(N_("文件的文号，或会议的名称"), ("", "", N_("3 月研判会商会"))),
    "found_on": ColumnNote(N_("发现问题的那一天"), (date(2026, 3, 2), date(2026, 3, 5), date(2026, 3, 6))),
    "group": ColumnNote(N_("发现问题的督导组，从下拉列表中选择；不是督导组发现的留空"), (N_("督导一组"), "", "")),
    "found_by": ColumnNote(N_("发现问题的人，可以写多人"), (N_("示例甲"), N_("示例村民"), "")),
    "township": ColumnNote(
        N_("问题所在的乡镇或街道，从下拉列表中选择；选好后“村(社区)”只列出它的村"),
        (N_("示例镇"), N_("示例镇"), N_("示例街道")),
    ),
    "village": ColumnNote(
        N_("问题所在的村或社区，从下拉列表中选择；问题在乡镇本级的留空"),
        (N_("东示例村"), N_("西示例村"), N_("示例社区")),
    ),
    "spot": ColumnNote(N_("村里的具体地点"), (N_("村口公交站旁"), N_("二组排水沟"), N_("社区活动室"))),
    "star": ColumnNote(
        N_("问题属于哪一颗星，从下拉列表中选择"), (N_("生态宜居"), N_("平安法治"), N_("支部过硬"))
    ),
    "category": ColumnNote(N_("问题的类别，本县自己的叫法"), (N_("环境卫生"), N_("安全隐患"), N_("阵地建设"))),
    "severity": ColumnNote(N_("从下拉列表中选择；留空按“一般”"), (N_("一般"), N_("较重"), N_("重大"))),
    "description": ColumnNote(
        N_("一行写一个问题：在哪里、什么情况，不超过 4000 字"),
        (N_("垃圾桶未及时清运，污水外流"), N_("排水沟盖板缺失三块，夜间无警示"), N_("活动室产权有争议，长期锁门")),
    ),
    "goal": ColumnNote(
        N_("整改到什么程度算完成"), (N_("日产日清，周边无污水"), N_("盖板补齐，设警示标志"), N_("权属清楚，正常开放"))
    ),
    "measures": ColumnNote(
        N_("怎么整改；多条措施写在一格内，换行用 Alt+Enter"),
        (N_("增配垃圾桶两个，每日早晚各清运一次"), N_("定制盖板，安装前设置围挡"), N_("由司法所调解，依判决办理")),
    ),
    "responsible_unit": ColumnNote(
        N_("负责整改的单位，从下拉列表中选择；已交办及以后的问题必须有"),
        (N_("东示例村"), N_("示例镇"), N_("示例街道")),
    ),
    "responsible": ColumnNote(
        N_("责任单位中负责整改的人，从下拉列表中选择；列表只列出该单位的人"),
        (N_("示例乙"), N_("示例丙"), N_("示例丁")),
    ),
    "sponsor": ColumnNote(N_("包联的县领导，从下拉列表中选择"), ("", "", N_("示例戊"))),
    "assisting": ColumnNote(N_("多个单位用顿号分开"), ("", N_("示例局"), N_("示例局、示例镇"))),
    "assigned_on": ColumnNote(N_("交给责任单位的那一天"), (date(2026, 3, 3), date(2026, 3, 6), date(2026, 3, 9))),
    "accepted_on": ColumnNote(N_("责任单位签收的那一天"), (date(2026, 3, 3), date(2026, 3, 9), date(2026, 3, 10))),
    "first_deadline": ColumnNote(N_("延过期的，填最初的时限；没有延过期的留空"), ("", date(2026, 3, 20), "")),
    "deadline": ColumnNote(
        N_("现在的时限，含当天；留空列为未定时限"), (date(2026, 3, 13), date(2026, 4, 10), date(2026, 12, 31))
    ),
    "progress": ColumnNote(
        N_("最近的进展"), (N_("垃圾桶已到位，污水已清理"), N_("盖板已到货，正在安装"), N_("法院已受理，等待开庭"))
    ),
    "percent": ColumnNote(N_("0 到 100 的数，不写百分号"), (100, 60, 20)),
    "status": ColumnNote(
        N_("从下拉列表中选择；“已销号”要有销号日期，“挂账”要有复审日期；留空按“已登记”，有销号日期的按“已销号”"),
        (N_("已销号"), N_("整改中"), N_("挂账")),
    ),
    "review_on": ColumnNote(N_("挂账的问题哪一天再议；不是挂账的留空"), ("", "", date(2026, 9, 30))),
    "verified_on": ColumnNote(N_("复核通过的那一天"), (date(2026, 3, 12), "", "")),
    "verified_by": ColumnNote(N_("到现场复核的人"), (N_("示例己"), "", "")),
    "recheck_finding": ColumnNote(N_("复核时看到的情况"), (N_("现场整洁，清运记录齐全"), "", "")),
    "signed_off_on": ColumnNote(N_("批准销号的那一天"), (date(2026, 3, 13), "", "")),
    "signed_off_by": ColumnNote(N_("批准销号的人"), (N_("示例庚"), "", "")),
    "photo_before": ColumnNote(_PICTURE),
    "photo_after": ColumnNote(_PICTURE),
    "remark": ColumnNote(N_("其他要说明的"), ("", "", N_("附调解记录一份"))),
}  # fmt: skip
_UNITS = {
    "order": _ORDER,
    "code": ColumnNote(
        N_("统计用区划代码，没有的留空；填了代码，改名后仍认得是同一个单位"), ("990000100", "990000100200", "")
    ),
    "kind": ColumnNote(
        N_("从下拉列表中选择；留空按名称的结尾理解，导入后请在“组织”中确认"), (N_("乡镇"), N_("村"), N_("机关"))
    ),
    "confirmed": ColumnNote(N_("类型核对过没有，填“是”或“否”；留空按“否”"), (N_("是"), N_("否"), N_("是"))),
    "name": ColumnNote(N_("平时的叫法，不超过 80 字"), (N_("示例镇"), N_("东示例村"), N_("示例局"))),
    "full_name": ColumnNote(N_("正式的全称；留空与名称相同"), (N_("示例镇人民政府"), N_("东示例村村民委员会"), "")),
    "parent": ColumnNote(
        N_("属于哪个单位：村填乡镇，乡镇和部门填县；可以是这张表中的单位"), (N_("示例县"), N_("示例镇"), N_("示例县"))
    ),
    "tags": ColumnNote(N_("如重点村、软弱涣散村；多个标签用顿号分开"), ("", N_("重点村"), "")),
}
_GROUPS = {
    "order": _ORDER,
    "number": ColumnNote(N_("从 1 起的整数，不能重复"), (1, 2, 3)),
    "name": ColumnNote(N_("督导组的叫法，不超过 40 字"), (N_("督导一组"), N_("督导二组"), N_("督导三组"))),
    "active": ColumnNote(N_("填“是”或“否”；留空按“是”"), (N_("是"), N_("是"), N_("否"))),
}
_FROM = N_("从哪一天起，含当天；留空从导入当天起")
_TO = N_("到哪一天止，含当天；没有期限的留空")
_SINCE = (date(2026, 1, 1), date(2026, 1, 1), date(2026, 3, 1))
_UNTIL = ("", "", date(2026, 12, 31))
_LOGINS = ("shilijia", "shiliyi", "shilibing")
_ROSTER = {
    "order": _ORDER,
    "number": ColumnNote(N_("督导组的组号，从下拉列表中选择"), (1, 1, 2)),
    "unit": ColumnNote(
        N_("由这个组督导的村或社区，从下拉列表中选择；先选乡镇，就只列出它的村"),
        (N_("东示例村"), N_("西示例村"), N_("示例社区")),
    ),
    "township": ColumnNote(
        N_("村所在的乡镇或街道；全县有同名的村时必须填"), (N_("示例镇"), N_("示例镇"), N_("示例街道"))
    ),
    "valid_from": ColumnNote(_FROM, _SINCE),
    "valid_to": ColumnNote(_TO, _UNTIL),
}
_PEOPLE = {
    "order": _ORDER,
    "login": ColumnNote(N_("登录用的账号，2 至 64 个字母、数字或汉字；留空按姓名的拼音拟定，导入前可以看到"), _LOGINS),
    "name": ColumnNote(N_("真实姓名"), (N_("示例甲"), N_("示例乙"), N_("示例丙"))),
    "phone": ColumnNote(N_("11 位手机号，或带区号的固定电话；没有的留空"), ("13900000001", "13900000002", "")),
    "email": ColumnNote(N_("没有的留空"), ("", "yi@example.cn", "")),
    "home": ColumnNote(N_("本人老家所在的村，督导时回避；没有的留空"), (N_("东示例村"), "", "")),
}
_POSTS = {
    "order": _ORDER,
    "login": ColumnNote(N_("本人已有的账号，由系统管理员建立"), _LOGINS),
    "name": ColumnNote(N_("本人姓名，用来核对账号没有填错"), (N_("示例甲"), N_("示例乙"), N_("示例丙"))),
    "role": ColumnNote(_FROM_LIST, (N_("督导组组长"), N_("责任单位"), N_("县领导"))),
    "title": ColumnNote(N_("在单位的职务"), ("", N_("副局长"), N_("副县长"))),
    "unit": ColumnNote(N_("岗位所在的单位，从下拉列表中选择；督导组的人可以留空"), ("", N_("示例局"), N_("示例县"))),
    "number": ColumnNote(N_("督导组组长、组员填组号，其他岗位留空"), (1, "", "")),
    "valid_from": ColumnNote(_FROM, _SINCE),
    "valid_to": ColumnNote(_TO, _UNTIL),
}
# The columns of each template, in their order. What an office cannot know of a record, such as its number here, or
# what follows from other columns, has none.
COLUMN_NOTES: Mapping[ImportKind, Mapping[str, ColumnNote]] = {
    ImportKind.LEDGER: _LEDGER, ImportKind.UNITS: _UNITS, ImportKind.GROUPS: _GROUPS, ImportKind.ROSTER: _ROSTER,
    ImportKind.PEOPLE: _PEOPLE, ImportKind.POSTS: _POSTS,
}  # fmt: skip
