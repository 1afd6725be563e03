"""What a column of a table can mean: the fields of each kind of import, and the headings they usually go by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tracker.languages import N_


class ImportKind(StrEnum):
    """What the rows of a file are."""

    LEDGER = "ledger"
    UNITS = "units"
    GROUPS = "groups"
    ROSTER = "roster"
    PEOPLE = "people"
    POSTS = "posts"


class Value(StrEnum):
    """How the cells of a field are read."""

    TEXT = "text"
    DAY = "day"
    NUMBER = "number"
    PERCENT = "percent"
    UNIT = "unit"
    PERSON = "person"
    GROUP = "group"
    STAR = "star"
    WORD = "word"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Field:
    """One field: its words (a msgid), how its cells are read, the headings it goes by, the most characters it takes."""

    key: str
    words: str
    value: Value = Value.TEXT
    synonyms: tuple[str, ...] = ()
    limit: int = 200
    is_needed: bool = False


_LEDGER = (
    Field("order", N_("序号"), Value.NOTHING, ("序号", "序", "顺序号", "行号", "no", "no.", "#")),
    Field("key", N_("行标识"), Value.TEXT,
          ("问题编号", "编号", "台账编号", "受理编号", "交办编号", "行标识", "任务编号", "工单号", "案卷编号", "id",
           "case id", "issue number", "清单编号", "案件编号", "事项编号", "件号", "row id", "issue id"), 50),
    Field("source", N_("问题来源"), Value.WORD,
          ("问题来源", "来源", "线索来源", "来源渠道", "发现渠道", "source", "渠道", "反馈渠道", "发现方式")),
    Field("source_ref", N_("来源文号/会议"), Value.TEXT,
          ("来源文号", "来源文号/会议", "文号", "来源会议", "来源文件", "通报文号", "通报期数", "来源依据"), 200),
    Field("found_on", N_("发现日期"), Value.DAY,
          ("发现日期", "发现时间", "检查日期", "检查时间", "督查时间", "督导日期", "督导时间", "巡查日期",
           "巡查时间", "日期", "时间", "登记日期", "上报时间", "上报日期", "受理时间", "问题时间", "found on",
           "opened", "date", "反馈时间", "反馈日期", "走访时间", "走访日期", "暗访时间", "暗访日期", "排查时间",
           "排查日期", "投诉时间", "举报时间", "open", "inspected on", "reported on")),
    Field("found_by", N_("发现人"), Value.TEXT,
          ("发现人", "检查人", "检查人员", "督查人员", "督导人员", "巡查人", "巡查人员", "发现组/人", "反映人",
           "上报人", "found by", "发现单位", "检查单位", "督查单位", "检查部门", "督导员", "排查人", "举报人",
           "投诉人", "走访人", "inspector"), 100),
    Field("group", N_("督导组"), Value.GROUP,
          ("督导组", "检查组", "督查组", "发现组", "巡查组", "督导组别", "组别", "supervision group")),
    Field("township", N_("乡镇"), Value.UNIT,
          ("乡镇", "乡镇(街道)", "乡（镇）", "镇", "乡", "街道", "镇街", "乡镇街道", "所属乡镇", "所在乡镇", "属地",
           "township", "乡镇办", "镇办", "乡镇(办事处)", "town")),
    Field("village", N_("村(社区)"), Value.UNIT,
          ("村(社区)", "村", "社区", "村社区", "村名", "行政村", "村居", "村/社区", "所属村", "村庄", "点位",
           "单位", "village", "居委会", "村委会", "村居社区", "村级", "community")),
    Field("place", N_("地点"), Value.UNIT,
          ("地点", "问题地点", "所在地", "所属单位", "被检查单位", "被督查单位", "行政区域", "问题点位", "区域",
           "位置", "place", "location", "检查地点", "检查对象", "被检查对象", "受检单位", "被检单位", "检查点位",
           "整改点位", "问题区域")),
    Field("spot", N_("具体位置"), Value.TEXT,
          ("具体位置", "具体地点", "详细位置", "详细地址", "地址", "路段", "address"), 200),
    Field("star", N_("所属星"), Value.STAR, ("所属星", "星级", "所属星级", "星", "创建星", "所属星/指标", "star")),
    Field("indicator", N_("指标"), Value.TEXT, ("指标", "所属指标", "创建指标", "indicator"), 200),
    Field("category", N_("类别"), Value.TEXT,
          ("类别", "问题类别", "问题类型", "类型", "分类", "问题分类", "污染类型", "category", "type", "问题领域",
           "领域", "问题性质", "隐患类别", "隐患类型"), 80),
    Field("severity", N_("等级"), Value.WORD,
          ("等级", "问题等级", "严重程度", "重要性", "级别", "severity", "风险等级", "隐患等级", "隐患级别",
           "紧急程度")),
    Field("description", N_("具体问题"), Value.TEXT,
          ("具体问题", "问题", "存在问题", "存在的问题", "问题描述", "问题内容", "问题表现", "发现问题",
           "发现的问题", "问题概述", "主要问题", "问题清单", "问题详情", "问题摘要", "反映问题", "交办问题基本情况",
           "问题隐患", "隐患内容", "description", "issue", "problem", "描述", "详情", "隐患", "隐患描述",
           "安全隐患", "问题及隐患", "问题线索", "反映内容", "举报内容", "投诉内容", "反馈问题", "突出问题",
           "存在不足", "不足", "诉求", "诉求内容", "案由", "事由", "title", "summary",
           "details"), 4000, is_needed=True),
    Field("goal", N_("整改目标"), Value.TEXT, ("整改目标", "目标", "整改要求", "目标要求", "goal"), 4000),
    Field("measures", N_("整改措施"), Value.TEXT,
          ("整改措施", "措施", "整改方案", "具体措施", "整改举措", "下一步工作安排", "下一步措施", "下步打算",
           "下一步工作打算", "measures", "整改内容", "整改计划", "整改思路", "整改建议", "解决措施", "解决办法",
           "解决方案", "工作措施", "下步措施", "下一步打算", "下一步计划", "下一步工作计划", "下步工作安排",
           "actions"), 4000),
    Field("responsible_unit", N_("责任单位"), Value.UNIT,
          ("责任单位", "整改责任单位", "牵头责任单位", "整改单位", "承办单位", "主办单位", "牵头单位", "责任部门",
           "responsible unit", "department", "责任科室", "责任主体", "主责单位", "落实单位", "办理单位", "负责单位",
           "牵头部门", "承办部门", "整改主体", "整改责任主体", "责任乡镇", "处置部门", "处置单位", "责任股室",
           "处理单位")),
    Field("responsible", N_("责任人"), Value.PERSON,
          ("责任人", "整改责任人", "具体责任人", "承办人", "经办人", "负责人", "联络人", "responsible", "assignee",
           "整改负责人", "主要负责人", "直接责任人", "第一责任人", "联系人", "整改人", "person in charge")),
    Field("sponsor", N_("包联领导"), Value.PERSON,
          ("包联领导", "包村领导", "分管领导", "责任领导", "县级领导", "挂钩领导", "牵头领导", "leader", "包案领导",
           "包保领导", "县领导", "包联县领导", "挂联领导", "包抓领导", "督办领导", "包保责任人", "包联责任人",
           "包村干部")),
    Field("assisting", N_("协办单位"), Value.UNIT,
          ("协办单位", "配合单位", "配合部门", "协办部门", "协同单位", "参与单位", "协助单位")),
    Field("assigned_on", N_("交办日期"), Value.DAY,
          ("交办日期", "交办时间", "下发时间", "下达时间", "派单时间", "通知时间", "转办时间", "转办日期",
           "下发日期", "派单日期", "通知日期")),
    Field("accepted_on", N_("签收日期"), Value.DAY, ("签收日期", "签收时间", "接收时间", "接单时间")),
    Field("first_deadline", N_("原定时限"), Value.DAY, ("原定时限", "原时限", "原整改时限", "首次时限")),
    Field("deadline", N_("整改时限"), Value.DAY,
          ("整改时限", "完成时限", "整改期限", "现时限", "办理时限", "限期", "时限", "完成期限", "要求完成时间",
           "整改完成时限", "计划完成时间", "截止日期", "截止时间", "整改截止时间", "预计完成时间", "deadline",
           "due", "due date", "整改截止日期", "应完成时间", "拟完成时间", "办结时限", "办结期限", "整改完成期限",
           "销号时限", "承诺时限", "计划完成日期", "target", "target date")),
    Field("deadline_words", N_("时限原文"), Value.TEXT, ("时限原文", "时限要求", "deadline text"), 100),
    Field("extensions", N_("延期次数"), Value.NUMBER, ("延期次数", "延期")),
    Field("progress", N_("进展"), Value.TEXT,
          ("进展", "整改进展", "整改情况", "工作进展", "进展情况", "最近进展", "整改落实情况", "工作整改情况",
           "最新整改情况", "办理情况", "处理情况", "落实情况", "整改结果", "progress", "整改成效", "推进情况",
           "完成进展", "目前进展", "开展情况", "工作开展情况", "整改措施落实情况", "整改工作情况", "整改过程",
           "办理结果", "解决情况"), 4000),
    Field("percent", N_("完成比例"), Value.PERCENT, ("完成比例", "进度", "完成率", "整改进度", "percent")),
    Field("status", N_("完成情况"), Value.WORD,
          ("完成情况", "整改状态", "状态", "当前状态", "是否整改", "是否完成", "是否办结", "办结状态", "是否销号",
           "整改完成情况", "是否整改到位", "销号情况", "status", "state", "整改与否", "是否完成整改", "是否已整改",
           "是否解决", "办理状态", "处理状态", "问题状态")),
    Field("result_of_check", N_("复核情况"), Value.WORD,
          ("复核情况", "复查情况", "回访情况", "复查结果", "复核结果")),
    Field("returns", N_("退回次数"), Value.NUMBER, ("退回次数", "复核不通过次数", "返工次数")),
    Field("verified_on", N_("复核日期"), Value.DAY,
          ("复核日期", "复核时间", "复查日期", "复查时间", "验收时间", "验收日期", "核查时间", "核查日期",
           "验收销号时间", "checked on")),
    Field("verified_by", N_("复核人"), Value.TEXT,
          ("复核人", "复查人", "验收人", "复核人员", "核查人", "核查人员", "复查人员", "验收人员"), 100),
    Field("recheck_finding", N_("复核结论"), Value.TEXT,
          ("复核结论", "复查结论", "验收情况", "验收意见", "复核意见"), 4000),
    Field("signed_off_on", N_("销号日期"), Value.DAY,
          ("销号日期", "销号时间", "办结日期", "办结时间", "完成日期", "完成时间", "实际完成时间", "整改完成时间",
           "closed", "实际完成日期", "整改完成日期", "完成整改时间", "销号办结时间", "completed", "结案时间")),
    Field("signed_off_by", N_("销号批准人"), Value.TEXT, ("销号批准人", "批准人", "销号人", "审批人"), 100),
    Field("consequence", N_("处理情况及扣分"), Value.TEXT,
          ("扣分", "处理结果", "扣分情况", "奖惩", "问责情况", "处罚", "考核扣分", "通报情况"), 400),
    Field("stated_late", N_("是否逾期"), Value.WORD, ("是否逾期", "是否超期", "逾期情况", "逾期", "超期", "overdue")),
    Field("review_on", N_("复审日期"), Value.DAY, ("复审日期", "挂账复审日期", "挂账期限")),
    Field("photo_before", N_("整改前照片"), Value.NOTHING,
          ("整改前照片", "整改前", "问题照片", "问题图片", "现场照片", "照片", "图片", "佐证照片", "问题影像",
           "整改前图片")),
    Field("photo_after", N_("整改后照片"), Value.NOTHING, ("整改后照片", "整改后", "整改后图片", "整改照片", "佐证")),
    Field("remark", N_("备注"), Value.TEXT,
          ("备注", "说明", "备注说明", "其他", "remark", "note", "附注", "其它", "comment", "notes"), 4000),
)  # fmt: skip
_UNITS = (
    Field("order", N_("序号"), Value.NOTHING, ("序号",)),
    Field("id", N_("系统编号"), Value.NUMBER, ("系统编号",)),
    Field("code", N_("区划代码"), Value.TEXT, ("区划代码", "代码", "单位代码", "统计用区划代码", "code"), 32),
    Field("kind", N_("类型"), Value.WORD, ("类型", "单位类型", "类别", "单位类别", "kind")),
    Field("confirmed", N_("类型已确认"), Value.WORD, ("类型已确认",)),
    Field("name", N_("名称"), Value.TEXT, ("名称", "单位名称", "简称", "村名", "单位", "name"), 80, is_needed=True),
    Field("full_name", N_("全称"), Value.TEXT, ("全称", "单位全称", "full name"), 120),
    Field("parent", N_("上级"), Value.UNIT, ("上级", "上级单位", "所属乡镇", "乡镇", "隶属", "parent")),
    Field("tags", N_("标签"), Value.TEXT, ("标签", "标记", "tags"), 200),
)
_GROUPS = (
    Field("order", N_("序号"), Value.NOTHING, ("序号",)),
    Field("number", N_("组号"), Value.NUMBER, ("组号", "组别", "组序", "number"), is_needed=True),
    Field("name", N_("名称"), Value.TEXT, ("名称", "组名", "督导组", "督导组名称", "name"), 40, is_needed=True),
    Field("active", N_("启用"), Value.WORD, ("启用", "是否启用", "active")),
)
_ROSTER = (
    Field("order", N_("序号"), Value.NOTHING, ("序号",)),
    Field("id", N_("系统编号"), Value.NUMBER, ("系统编号",)),
    Field("number", N_("组号"), Value.NUMBER, ("组号", "督导组", "组别", "number"), is_needed=True),
    Field("unit", N_("村（社区）"), Value.UNIT,
          ("村（社区）", "村(社区)", "村", "社区", "督导村", "包联村", "村名", "village"), is_needed=True),
    Field("township", N_("乡镇"), Value.UNIT, ("乡镇", "所属乡镇", "乡镇(街道)", "township")),
    Field("valid_from", N_("开始日期"), Value.DAY, ("开始日期", "起始日期", "开始时间", "from")),
    Field("valid_to", N_("结束日期"), Value.DAY, ("结束日期", "截止日期", "结束时间", "to")),
)  # fmt: skip
_PEOPLE = (
    Field("order", N_("序号"), Value.NOTHING, ("序号",)),
    Field("login", N_("账号"), Value.TEXT, ("账号", "登录名", "用户名", "login"), 64),
    Field("name", N_("姓名"), Value.TEXT, ("姓名", "名字", "人员", "name"), 60, is_needed=True),
    Field("phone", N_("手机号"), Value.TEXT, ("手机号", "手机", "联系电话", "电话", "手机号码", "phone"), 32),
    Field("email", N_("电子邮箱"), Value.TEXT, ("电子邮箱", "邮箱", "email"), 120),
    Field("home", N_("家乡村"), Value.UNIT, ("家乡村", "籍贯村", "户籍村", "回避村", "home village")),
)
_POSTS = (
    Field("order", N_("序号"), Value.NOTHING, ("序号",)),
    Field("login", N_("账号"), Value.TEXT, ("账号", "登录名", "用户名", "login"), 64, is_needed=True),
    Field("name", N_("姓名"), Value.TEXT, ("姓名", "名字", "name"), 60),
    Field("role", N_("岗位"), Value.WORD, ("岗位", "角色", "role"), is_needed=True),
    Field("title", N_("职务"), Value.TEXT, ("职务", "职务名称", "title"), 60),
    Field("unit", N_("单位"), Value.UNIT, ("单位", "所在单位", "工作单位", "unit")),
    Field("number", N_("组号"), Value.NUMBER, ("组号", "督导组", "number")),
    Field("valid_from", N_("开始日期"), Value.DAY, ("开始日期", "任职日期", "from")),
    Field("valid_to", N_("结束日期"), Value.DAY, ("结束日期", "离任日期", "to")),
)
FIELDS: Mapping[ImportKind, tuple[Field, ...]] = {
    ImportKind.LEDGER: _LEDGER, ImportKind.UNITS: _UNITS, ImportKind.GROUPS: _GROUPS, ImportKind.ROSTER: _ROSTER,
    ImportKind.PEOPLE: _PEOPLE, ImportKind.POSTS: _POSTS,
}  # fmt: skip


def fields_of(kind: ImportKind) -> dict[str, Field]:
    """Return the fields of a kind by their keys, in the order in which they are shown."""
    return {field.key: field for field in FIELDS[kind]}
