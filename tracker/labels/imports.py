"""The words of imports: kinds, states, what becomes of a row, and what was noticed in it, each with the remedy."""

from __future__ import annotations

from tracker.labels.import_organisation import ORGANISATION_NOTE
from tracker.languages import N_, NP_, _
from tracker.reading.fields import ImportKind, fields_of
from workflows.importing import ImportCapacity, ImportState

IMPORT_KIND: dict[str, str] = {
    ImportKind.LEDGER: N_("问题台账"),
    ImportKind.UNITS: N_("单位"),
    ImportKind.GROUPS: N_("督导组"),
    ImportKind.ROSTER: N_("督导名单"),
    ImportKind.PEOPLE: N_("人员账号"),
    ImportKind.POSTS: N_("岗位"),
}
IMPORT_STATE: dict[str, str] = {
    ImportState.RECEIVED: N_("读取中"),
    ImportState.PROPOSED: N_("待核对"),
    ImportState.ASKED: N_("待复核导入"),
    ImportState.STORED: N_("已导入"),
    ImportState.UNDONE: NP_("import", "已撤销"),
    ImportState.DROPPED: N_("已放弃"),
    ImportState.FAILED: N_("无法读取"),
}
IMPORT_TRIGGER: dict[str, str] = {
    "propose": N_("读取完成"),
    "fail": N_("读取失败"),
    "store": N_("导入"),
    "ask": N_("提请复核导入"),
    "confirm": N_("复核并导入"),
    "decline": N_("退回修改"),
    "drop": N_("放弃"),
    "undo": N_("撤销导入"),
}
IMPORT_CAPACITY: dict[str, str] = {
    ImportCapacity.IMPORTER: N_("导入人"),
    ImportCapacity.CONFIRMER: N_("另一名经办人或县领导"),
}
IMPORT_TASK: dict[str, str] = {"read": N_("正在读取文件"), "check": N_("正在逐行核对"), "store": N_("正在写入")}
FATE: dict[str, str] = {
    "new": N_("可导入"), "doubt": N_("请留意"), "ask": N_("待确认"), "wrong": N_("有错误"), "known": N_("已存在"),
    "out": N_("不导入"),
}  # fmt: skip
NOTE_LEVEL: dict[str, str] = {
    "wrong": NP_("import", "错误"),
    "ask": N_("待确认"),
    "doubt": N_("请留意"),
    "info": NP_("import", "说明"),
}
REFERENCE_FROM: dict[str, str] = {
    "given": N_("由您指定"),
    "title": N_("取自表格标题"),
    "sheet": N_("取自工作表名"),
    "name": N_("取自文件名"),
    "modified": N_("取自文件最后修改日期"),
    "today": N_("文件中没有线索，按上传当天"),
}
IMPORT_NOTE: dict[str, str] = ORGANISATION_NOTE | {
    "no_description": N_("没有写具体问题，请补上，或不导入这一行"),
    "too_long": N_("超过 {words} 个字，请缩短"),
    "cell_broken": N_("单元格里是公式错误 {words}，请改成实际内容"),
    "key_twice": N_("编号与第 {words} 行重复，请改成不同的编号"),
    "row_twice": N_("与第 {words} 行内容完全相同，请确认不是重复登记"),
    "known": N_("已经导入过：{words}"),
    "alike": N_("与 {words} 的地点和内容相同，请确认不是同一问题"),
    "no_place": N_("没有写地点，将记在县本级"),
    "unit_unknown": N_("没有叫“{words}”的单位，请在导入页回答它是哪个单位，或改写名称"),
    "unit_several": N_("有多个单位可以叫“{words}”，请在导入页回答是哪一个，或写全所属乡镇"),
    "unit_unnamed": N_("没有叫“{words}”的单位，责任单位留空，由创建办交办时选择"),
    "unit_new": N_("将新建单位“{words}”，类型待确认"),
    "unit_spot": N_("“{words}”不是单位名称，记为具体位置"),
    "unit_former": N_("按原名或别名理解：{words}"),
    "unit_kind": N_("名称写法不同，理解为：{words}"),
    "indicator_in_remark": N_("没有叫“{words}”的指标，写入备注"),
    "person_in_remark": N_("没有找到在该岗位的“{words}”，写入备注"),
    "group_unknown": N_("没有叫“{words}”的督导组，写入发现人"),
    "star_unknown": N_("没有叫“{words}”的星，写入类别"),
    "source_unknown": N_("问题来源“{words}”未认出，记为台账导入"),
    "severity_unknown": N_("等级“{words}”未认出，请在导入页回答"),
    "percent_unread": N_("完成比例“{words}”读不出，按 0 记"),
    "number_unread": N_("“{words}”不是数字，按 0 记"),
    "state_unknown": N_("完成情况“{words}”未认出，请在导入页回答"),
    "state_supposed": N_("完成情况按 {words} 理解"),
    "start_no_responsible_unit": N_("台账写“{words}”，但没有责任单位，先按已登记导入，由创建办交办"),
    "start_no_review_date": N_("台账写“{words}”，但没有复审日期，先按已登记导入"),
    "start_import_no_start": N_("台账写“{words}”，不能以这个状态导入，先按已登记导入"),
    "sign_off_day_supplied": N_("没有写销号日期，按 {words} 记"),
    "day_ahead": N_("{words} 晚于今天，请核对"),
    "day_impossible": N_("“{words}”不是有效日期，请按 2026-10-09 的格式改正"),
    "day_unread": N_("“{words}”读不出日期，留空"),
    "day_order": N_("日和月可以互换：{words}，请在导入页回答顺序"),
    "day_zero": N_("可以读成两天：{words}，请改成完整日期"),
    "day_either": N_("没有写全年份，可能是：{words}，请核对"),
    "day_weekday": N_("写的星期与 {words} 不符，请核对"),
    "day_words": N_("日期旁边还有别的话，取 {words}"),
    "day_relative": N_("从发现日期起算，为 {words}"),
    "day_year": N_("没有年份，按 {words} 理解"),
    "day_century": N_("两位数年份：{words}，可以读成两个年份的请改成四位数"),
    "day_range": N_("写的是一段时间，取 {words}"),
    "day_month": N_("只写了日，年月按台账日期补为 {words}"),
    "deadline_before_found": N_("整改时限 {words} 早于发现日期，请核对"),
    "closed_before_found": N_("销号日期 {words} 早于发现日期，请核对"),
    "undated": N_("“{words}”没有指明日期，列为未定时限"),
    "split": N_("一格中有 {words} 个问题，分成 {words} 个登记"),
    "row_heading": N_("标题或表头"),
    "row_left_out": N_("您选择不导入"),
    "row_hidden": N_("表格中隐藏的行"),
    "row_empty": N_("空行"),
    "row_numbered_empty": N_("只有序号的空行"),
    "row_section": N_("分段标题：{words}"),
    "row_header": N_("重复的表头"),
    "row_total": N_("合计行"),
    "row_signature": N_("落款或填表说明"),
}


def field_words(kind: ImportKind, key: str) -> str:
    """Return the words of a field in the current language; a key that is none speaks for itself."""
    field = fields_of(kind).get(key)
    return _(field.words) if field else key
