"""Walks every path of issue, extension and consent together and looks for a broken promise.

Every guard is asked with every combination of the facts it reads, by every kind of actor, in every situation that can
be reached; what must hold is said a second time in ``rules``, without the guards.
"""

from __future__ import annotations

from workflows.consent import CONSENT, ConsentState
from workflows.explore.report import Report, Violation
from workflows.explore.walk import Walk
from workflows.explore.world import SETTINGS, Setting
from workflows.extension import EXTENSION, ExtensionState
from workflows.issue import ISSUE, IssueState
from workflows.spec import Workflow

__all__ = ["Report", "Violation", "check"]


def check(
    issue: Workflow[IssueState] = ISSUE,
    extension: Workflow[ExtensionState] = EXTENSION,
    consent: Workflow[ConsentState] = CONSENT,
    settings: tuple[Setting, ...] = SETTINGS,
) -> Report:
    """Return what was explored in these settings and which promises these tables break."""
    return Walk(issue, extension, consent).run(settings)
