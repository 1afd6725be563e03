"""The headings of the pages that are written from the workflow tables, and of the report of their check."""

from __future__ import annotations

from tracker.languages import N_

PAGE_TEXT: dict[str, str] = {
    "generated": N_("本页由 `tracker workflow diagram` 根据流程表生成，请勿手工修改。"),
    "issue": N_("整改问题流程"),
    "extension": N_("延期流程"),
    "consent": N_("领导同意流程"),
    "import": N_("台账导入流程"),
    "export": N_("文件导出流程"),
    "round": N_("巡查轮次流程"),
    "stop": N_("走访点流程"),
    "letter": N_("督办文书流程"),
    "instruction": N_("领导批示、督办单流程"),
    "handover": N_("工作交接流程"),
    "look_back": N_("回头看流程"),
    "bulletin": N_("督查通报流程"),
    "states": N_("状态"),
    "moves": N_("事项"),
    "requests": N_("提出申请时的条件"),
    "picture": N_("流程图"),
    "code": N_("代码"),
    "name": N_("名称"),
    "whose_move": N_("轮到谁办"),
    "clock": N_("计时"),
    "nobody": N_("无"),
    "none": N_("不计时"),
    "trigger": N_("办理事项"),
    "from_to": N_("从 → 到"),
    "who": N_("由谁办理"),
    "refused_with": N_("不满足条件时的提示"),
}
EXPLORED: dict[str, str] = {
    "worlds": N_("可达情形"),
    "moves": N_("可行步骤"),
    "cells": N_("逐项判定"),
    "refused": N_("其中拒绝"),
    "violations": N_("违反规则"),
}
