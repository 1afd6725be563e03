"""The words of what can be wrong with an installation, and of what a tick did."""

from __future__ import annotations

from tracker.languages import N_

ALARM: dict[str, str] = {
    "clock": N_("时钟停了：超过3分钟没有运行，无人收到提醒。请检查服务或 tracker scheduler 是否在运行。"),
    "outbox": N_("消息积压：最早一条已等待5分钟以上未发出。请检查消息通道。"),
    "skew": N_("有进程的时钟与数据库相差超过1分钟，已不参与值守。请校准服务器时间（NTP）。"),
    "disk": N_("数据目录剩余空间不足500 MB，即将无法上传。请清理或扩容。"),
}
TICKED: dict[str, str] = {
    "reminders": N_("新提醒"),
    "request_keys": N_("清理的提交记录"),
    "attempts": N_("清理的登录尝试"),
    "sign_ins": N_("清理的会话"),
    "import_rows": N_("清理的导入行"),
    "letters": N_("新的督办文书"),
    "departures": N_("离任提醒"),
    "holidays": N_("放假安排提醒"),
    "letter_reminders": N_("文书提醒"),
    "look_backs": N_("回头看提醒"),
    "waits": N_("待批待交提醒"),
    "policies": N_("随规则调整的问题"),
    "urgent": N_("即时提醒"),
    "digests": N_("每日提醒"),
    "cleared_reminders": N_("清理的旧提醒"),
}
