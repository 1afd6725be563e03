"""The words of bulletins: states, steps, what they rank."""

from __future__ import annotations

from tracker.languages import N_, NP_
from workflows.bulletin import BulletinState

BULLETIN_STATE: dict[str, str] = {
    BulletinState.DRAFT: N_("草稿"),
    BulletinState.ISSUED: NP_("bulletin", "已发出"),
    BulletinState.WITHDRAWN: NP_("bulletin", "已撤回"),
    BulletinState.DISCARDED: NP_("bulletin", "已作废"),
}
BULLETIN_TRIGGER: dict[str, str] = {
    "edit": N_("修改"),
    "issue": N_("发出通报"),
    "discard": N_("作废草稿"),
    "withdraw": N_("撤回通报"),
}
RANKED_BY: dict[str, str] = {
    "township": N_("乡镇、街道"),
    "unit": N_("责任单位"),
    "star": N_("所属星"),
    "group": N_("督导组"),
}
