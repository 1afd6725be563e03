"""The words of every code, one table for screens, messages, paper and Excel; a refusal also says the remedy."""

from __future__ import annotations

from collections.abc import Mapping

from tracker.labels.law import (
    CAPACITY,
    CLOCK,
    COLOUR,
    CONSENT_KIND,
    CONSENT_STATE,
    CONSENT_TRIGGER,
    DAY_KIND,
    DAY_REASON,
    EXTENSION_STATE,
    EXTENSION_TRIGGER,
    ISSUE_TRIGGER,
    SEVERITY,
    STATE,
    TRIGGER,
)
from tracker.labels.office import (
    COMMENT_KIND,
    INDICATOR_KIND,
    NAME_REASON,
    PHASE,
    ROLE,
    SOURCE,
    UNIT_KIND,
)
from tracker.labels.refusals import (
    CALENDAR_ERROR,
    POLICY_ERROR,
    POLICY_FIELD,
    REFUSAL,
)
from tracker.languages import _

__all__ = [
    "CALENDAR_ERROR",
    "CAPACITY",
    "CLOCK",
    "COLOUR",
    "COMMENT_KIND",
    "CONSENT_KIND",
    "CONSENT_STATE",
    "CONSENT_TRIGGER",
    "DAY_KIND",
    "DAY_REASON",
    "EXTENSION_STATE",
    "EXTENSION_TRIGGER",
    "INDICATOR_KIND",
    "ISSUE_TRIGGER",
    "NAME_REASON",
    "PHASE",
    "POLICY_ERROR",
    "POLICY_FIELD",
    "REFUSAL",
    "ROLE",
    "SEVERITY",
    "SOURCE",
    "STATE",
    "TRIGGER",
    "UNIT_KIND",
    "word",
]


def word(table: Mapping[str, str], code: str) -> str:
    """Return the words of ``code`` in the current language; a code without words speaks for itself."""
    return _(table[code]) if code in table else code
