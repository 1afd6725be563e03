"""What kind of thing a heading names, so that words that merely look alike are never taken for each other."""

from __future__ import annotations

from functools import lru_cache

# A Chinese heading ends in its head: a day, a unit, a person … The longest ending decides.
_HEADS = {
    "limit": ("时限", "期限", "限期", "截止日期", "截止时间", "到期日"),
    "day": ("日期", "时间", "年月日", "年月", "日"),
    "unit": ("单位", "部门", "机构", "科室", "机关"),
    "township": ("乡镇", "镇街", "街道", "乡镇街道", "镇", "乡"),
    "village": ("村", "社区", "村社区", "村居", "村庄"),
    "place": ("地点", "位置", "地址", "点位", "区域", "路段", "场所", "所在地", "属地", "部位"),
    "job": ("职务", "职位", "职称"),
    "person": ("人", "人员", "领导", "员", "书记", "组长", "网格员", "对象"),
    "group": ("组", "组别"),
    "count": ("次数", "天数", "人数", "数量", "个数", "总数", "数"),
    "ref": ("文号", "期数"),
    "number": ("编号", "号", "编码", "代码", "序号"),
    "contact": ("电话", "手机", "号码", "邮箱", "联系方式"),
    "measures": ("措施", "举措", "方案", "安排", "打算", "办法", "对策", "计划"),
    "goal": ("目标", "要求", "标准"),
    "problem": ("问题", "隐患", "描述", "内容", "摘要", "表现", "清单", "线索", "案由", "事项"),
    "state": ("状态",),
    "course": ("情况", "进展", "结果", "成效"),
    "verdict": ("结论", "意见", "批示"),
    "share": ("比例", "率", "进度", "百分比"),
    "category": ("类别", "类型", "分类", "种类"),
    "level": ("等级", "级别", "程度", "级"),
    "star": ("星", "星级"),
    "indicator": ("指标",),
    "picture": ("照片", "图片", "影像", "附件", "佐证"),
    "remark": ("备注", "说明"),
    "source": ("来源", "渠道", "途径"),
    "cause": ("原因", "理由"),
    "money": ("金额", "扣分", "得分", "分数", "分值", "扣款", "资金"),
    "spot": ("经度", "纬度", "坐标"),
}
# What was done, or by which side: 交办日期 and 销号日期 have one head and nothing else in common.
_ACTS = {
    "found": ("发现", "检查", "督查", "督导", "督察", "巡查", "巡察", "排查", "暗访", "登记", "上报", "受理", "反映",
              "走访", "举报", "投诉", "填报", "信访", "来电", "来信", "来访", "提出"),
    "assign": ("交办", "下发", "下达", "派单", "转办", "分办", "通知", "移交"),
    "accept": ("签收", "接收", "接单"),
    "close": ("销号", "办结", "完成", "结案"),
    "verify": ("复核", "复查", "验收", "核查", "回访", "核验", "审核", "核实"),
    "approve": ("批准", "审批"),
    "first": ("原定", "原时", "原整改", "首次"),
    "plan": ("要求", "计划", "预计", "应完成", "拟", "限期", "截止", "承诺", "截至"),
    "actual": ("实际",),
    "late": ("逾期", "超期", "超时"),
    "duty": ("责任", "负责", "承办", "主办", "牵头", "经办", "整改单位", "主责"),
    "assist": ("协办", "配合", "协同", "协助"),
    "lead": ("包联", "包村", "分管", "县级", "挂钩", "包保", "主管", "监管"),
    "delay": ("延期",),
    "review": ("复审", "挂账"),
    "before": ("整改前",),
    "after": ("整改后",),
    "push": ("督办", "催办", "约谈", "问责", "处罚", "立案", "拘留", "罚款"),
    "return": ("退回", "返工", "不通过"),
    "repeat": ("重复", "合并", "关联"),
    "not": ("未", "不予"),
}  # fmt: skip
_IDLE = {"limit": frozenset({"close", "plan"}), "number": frozenset({"found", "assign"})}
# What a heading of this head with this one act is about, whatever else it says.
_SENSES = {
    ("day", "found"): "found_on",
    ("day", "assign"): "assigned_on",
    ("day", "accept"): "accepted_on",
    ("day", "close"): "signed_off_on",
    ("day", "verify"): "verified_on",
    ("limit", ""): "deadline",
    ("limit", "first"): "first_deadline",
    ("person", "found"): "found_by",
    ("person", "duty"): "responsible",
    ("person", "lead"): "sponsor",
    ("unit", "duty"): "responsible_unit",
    ("unit", "assist"): "assisting",
}
_ENDINGS = sorted(((word, head) for head, words in _HEADS.items() for word in words), key=lambda pair: -len(pair[0]))


def _acts(text: str) -> frozenset[str]:
    return frozenset(name for name, words in _ACTS.items() if any(word in text for word in words))


@lru_cache(maxsize=10_000)
def head(text: str) -> str:
    """Return the class of thing that a heading, plain, names; empty if its ending says nothing."""
    if text.startswith("是否"):
        return "whether"
    found = next((name for word, name in _ENDINGS if text.endswith(word)), "")
    return "limit" if found == "day" and "plan" in _acts(text) else found


@lru_cache(maxsize=10_000)
def acts(text: str) -> frozenset[str]:
    """Return the classes of what was done, or whose part it is, in a heading."""
    # A time limit is one for finishing whether it says so or not; a number is given by whoever receives or assigns.
    return _acts(text) - _IDLE.get(head(text), frozenset())


def is_of_one_kind(one: str, other: str) -> bool:
    """Tell whether two headings, plain, can mean the same: one head, and the same acts."""
    return head(one) == head(other) and acts(one) == acts(other)


def sense(text: str) -> str:
    """Return the field of a ledger that a plain heading's head and act amount to; empty if they do not."""
    found = acts(text)
    return _SENSES.get((head(text), "".join(found)), "") if len(found) < 2 else ""
