"""The words of exports: what is exported as what, and where it stands."""

from __future__ import annotations

from tracker.languages import N_, NP_
from workflows.exporting import ExportCapacity, ExportState

EXPORT_KIND: dict[str, str] = {
    "ledgers": N_("台账"),
    "issues": N_("问题清单"),
    "overdue": N_("逾期清单"),
    "document": N_("文书"),
    "notice": N_("通知书"),
    "letter": N_("督办文书"),
    "look_back": N_("回头看记录"),
    "rounds": N_("巡查计划"),
    "visits": N_("走访记录"),
    "look_backs": N_("回头看登记簿"),
    "look_back_frame": N_("回头看抽样底册"),
    "points": N_("考核扣分"),
    "import_faults": N_("标出问题的导入表"),
}
EXPORT_MEDIUM: dict[str, str] = {"xlsx": "Excel", "csv": "CSV", "json": "JSON", "pdf": "PDF", "docx": "Word"}
EXPORT_STATE: dict[str, str] = {
    ExportState.WAITING: N_("排队中"),
    ExportState.RUNNING: N_("生成中"),
    ExportState.READY: N_("可下载"),
    ExportState.FAILED: N_("没有生成"),
    ExportState.CANCELLED: NP_("export", "已取消"),
    ExportState.EXPIRED: NP_("export", "已过期"),
}
EXPORT_TRIGGER: dict[str, str] = {
    "start": N_("开始生成"),
    "finish": N_("生成完毕"),
    "fail": N_("生成失败"),
    "cancel": N_("取消导出"),
    "retry": N_("再试一次"),
    "expire": N_("到期清除"),
}
# The steps of setting a document, as the renderer counts them.
EXPORT_STEP: dict[str, str] = {
    "1": N_("读取内容"),
    "2": N_("读取样式"),
    "3": N_("套用样式"),
    "4": N_("准备版面"),
    "5": N_("排版"),
    "6": N_("生成 PDF"),
    "7": N_("写入文件信息"),
}
EXPORT_CAPACITY: dict[str, str] = {ExportCapacity.ASKER: N_("导出人"), ExportCapacity.MAKER: N_("系统")}
