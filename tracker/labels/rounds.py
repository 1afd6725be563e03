"""The words of inspection rounds: states, reasons for a stop, reasons against one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tracker.languages import N_, NP_, _

ROUND_KIND: dict[str, str] = {
    "routine": N_("常态化"),
    "unannounced": N_("不定期"),
}
ROUND_STATE: dict[str, str] = {
    "planned": N_("编排中"),
    "published": N_("已发布"),
    "under_way": N_("巡查中"),
    "reported": N_("已报告"),
    "archived": N_("已归档"),
}
ROUND_TRIGGER: dict[str, str] = {
    "publish": N_("发布"),
    "withdraw": N_("撤回发布"),
    "begin": N_("开始巡查"),
    "report": N_("提交报告"),
    "archive": N_("归档"),
    "give_up": N_("放弃编排"),
}
STOP_STATE: dict[str, str] = {
    "planned": N_("待走访"),
    "started": N_("走访中"),
    "done": N_("已走访"),
    "missed": N_("未走访"),
    "rolled_over": N_("已结转"),
}
STOP_TRIGGER: dict[str, str] = {
    "start": N_("开始走访"),
    "finish": N_("结束走访"),
    "miss": N_("登记未走访"),
    "roll_over": N_("结转下一轮"),
    "take_back": N_("取消结转"),
}
TASK_KIND: dict[str, str] = {
    "recheck": N_("待复核"),
    "late": N_("逾期"),
    "due_soon": N_("即将到期"),
    "look_back": N_("回头看"),
    "veto": N_("疑似否决情形"),
    "unvisited": N_("久未走访"),
    "lax": N_("软弱涣散"),
    "random": N_("随机抽查"),
    "leftover": N_("上轮结转"),
    "by_hand": N_("人工加入"),
}
TASK_OUTCOME: dict[str, str] = {
    "passed": N_("复核通过"),
    "held": N_("未反弹"),
    "failed": N_("复核不通过"),
    "recurred": NP_("look-back", "反弹"),
    "found": N_("发现问题"),
    "nothing": N_("未发现问题"),
    "skipped": N_("未查"),
}
LEFT_OUT: dict[str, str] = {
    "no_group": N_("不在任何参加组的督导名单上"),
    "recusal": N_("名单所在组有人须回避（家乡所在村）"),
    "own_unit": N_("名单所在组有人来自责任单位，须回避"),
    "consecutive": N_("名单所在组已连续多轮走访该村，应换组"),
    "finder": N_("名单所在组是发现组，须由其他组复核"),
    "verifier": N_("名单所在组是原复核组，须由其他组回头看"),
    "capacity": N_("名单所在组本轮走访量已满"),
    "removed": N_("由创建办移出"),
}
ROUND_REASON: dict[str, str] = {
    "recheck": N_("{since} 申请销号，待复核"),
    "late": N_("时限 {deadline}，逾期 {days} 个工作日"),
    "due_soon": N_("时限 {deadline}，在本轮结束前到期"),
    "look_back": N_("回头看（抽样方案“{plan}”）：{since} 销号，{due} 前回头看"),
    "veto": N_("疑似出现否决情形"),
    "unvisited": N_("最近一次走访是 {since}，已 {days} 天"),
    "never_visited": N_("尚无走访记录"),
    "lax": N_("{since} 起列为“{tag}”"),
    "random": N_("按种子 {seed} 随机抽中"),
    "leftover": N_("“{round}”未走访，结转本轮"),
    "by_hand": N_("创建办加入：{note}"),
}
# What is asked of a village in a month, by the field of the policy that limits it.
BURDEN: dict[str, str] = {
    "visits_per_month": N_("走访 {n} 次（上限 {most}）"),
    "forms_per_month": N_("表格 {n} 份（上限 {most}）"),
    "photos_per_month": N_("照片 {n} 张（上限 {most}）"),
}
# The mark by which the office's own tags say that a village is weak and lax; a tag that contains it counts.
LAX_TAG = N_("软弱涣散")


def reason_words(code: str, params: Mapping[str, Any]) -> str:
    """Return why a task is in a plan, in the current language; a code without words speaks for itself."""
    return _(ROUND_REASON[code]).format(**params) if code in ROUND_REASON else code
