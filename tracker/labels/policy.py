"""The words of a policy's choices."""

from __future__ import annotations

from tracker.languages import N_
from workflows.look_back import FoundAgain
from workflows.policy import Urgency

# The words of every code that a field of a policy may be set to.
POLICY_CHOICE: dict[str, str] = {
    Urgency.NONE: N_("不立即提醒"),
    Urgency.RED: N_("红色起"),
    Urgency.YELLOW: N_("黄色起"),
    Urgency.ALL: N_("每一次提醒"),
    FoundAgain.REOPEN: N_("原问题重新整改"),
    FoundAgain.LINKED: N_("另立新问题"),
}
