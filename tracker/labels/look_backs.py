"""The words of look-backs: states, steps, and why something was drawn."""

from __future__ import annotations

from tracker.languages import N_, NP_
from workflows.look_back import LookBackState
from workflows.sampling import PickReason

LOOK_BACK_STATE: dict[str, str] = {
    LookBackState.WAITING: N_("待回头看"),
    LookBackState.HELD: N_("未反弹"),
    LookBackState.FOUND_AGAIN: NP_("look-back", "反弹"),
    LookBackState.DROPPED: N_("不再回头看"),
}
LOOK_BACK_TRIGGER: dict[str, str] = {
    "hold": N_("登记未反弹"),
    "find_again": N_("登记反弹"),
    "drop": N_("不再回头看"),
}
PICK_REASON: dict[str, str] = {
    PickReason.LOT: N_("抽签"),
    PickReason.MAJOR: N_("重大问题，全部列入"),
}
