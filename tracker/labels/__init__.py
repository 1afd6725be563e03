"""The words of every code, one table for screens, messages, paper and Excel; a refusal also says the remedy."""

from __future__ import annotations

from collections.abc import Mapping

from tracker.labels.access import ACTION, CELL
from tracker.labels.audit import AUDIT_ACTION, AUDIT_OUTCOME, CHAIN, CHAIN_FAULT
from tracker.labels.bulletins import BULLETIN_STATE, BULLETIN_TRIGGER, RANKED_BY
from tracker.labels.deliveries import DELIVERY_FAULT, DELIVERY_STATE
from tracker.labels.exports import (
    EXPORT_CAPACITY,
    EXPORT_KIND,
    EXPORT_MEDIUM,
    EXPORT_STATE,
    EXPORT_STEP,
    EXPORT_TRIGGER,
)
from tracker.labels.handover import HANDOVER_CAPACITY, HANDOVER_STATE, HANDOVER_TRIGGER, HELD, HELD_FATE
from tracker.labels.health import ALARM, TICKED
from tracker.labels.history import HAPPENED
from tracker.labels.imports import (
    FATE,
    IMPORT_CAPACITY,
    IMPORT_KIND,
    IMPORT_NOTE,
    IMPORT_STATE,
    IMPORT_TASK,
    IMPORT_TRIGGER,
    NOTE_LEVEL,
    REFERENCE_FROM,
    field_words,
)
from tracker.labels.law import (
    CAPACITY,
    CLOCK,
    COLOUR,
    CONSENT_KIND,
    CONSENT_STATE,
    CONSENT_TRIGGER,
    DAY_KIND,
    DAY_REASON,
    DIGEST_SECTION,
    EXTENSION_STATE,
    EXTENSION_TRIGGER,
    ISSUE_TRIGGER,
    SEVERITY,
    STATE,
    TRIGGER,
)
from tracker.labels.ledger_uploads import UPLOAD_CELL, UPLOAD_NOTE, UPLOAD_TASK, where_instead
from tracker.labels.letters import (
    DOCUMENT_KIND,
    END_REASON,
    LETTER_CAPACITY,
    LETTER_KIND,
    LETTER_STATE,
    LETTER_TRIGGER,
    NOTICE_KIND,
    POINT_CAUSE,
)
from tracker.labels.lists import (
    BAND,
    COLOUR_NAME,
    LEDGER,
    LEDGER_CHANGE,
    LEDGER_GROUP,
    LEDGER_MEDIUM,
    LEDGER_TITLE,
    MINE,
    OUTCOME,
    SPAN,
    TAB,
    TIMING,
)
from tracker.labels.look_backs import LOOK_BACK_STATE, LOOK_BACK_TRIGGER, PICK_REASON
from tracker.labels.office import CHANNEL, COMMENT_KIND, INDICATOR_KIND, NAME_REASON, PHASE, ROLE, SOURCE, UNIT_KIND
from tracker.labels.pages import EXPLORED, PAGE_TEXT
from tracker.labels.policy import POLICY_CHOICE
from tracker.labels.policy_pages import COLOUR_ADVICE, COLOUR_FULL_NAME, POLICY_GROUP, POLICY_HELP, policy_group
from tracker.labels.refusals import CALENDAR_ERROR, HOLIDAY_FAULT, POLICY_ERROR, POLICY_FIELD, REFUSAL
from tracker.labels.rounds import (
    BURDEN,
    LEFT_OUT,
    ROUND_KIND,
    ROUND_REASON,
    ROUND_STATE,
    ROUND_TRIGGER,
    STOP_STATE,
    STOP_TRIGGER,
    TASK_KIND,
    TASK_OUTCOME,
)
from tracker.labels.substitutes import SUBSTITUTE_STATE
from tracker.languages import _
from workflows.diagram import Words

__all__ = [
    "ACTION",
    "ALARM",
    "AUDIT_ACTION",
    "AUDIT_OUTCOME",
    "BAND",
    "BULLETIN_STATE",
    "BULLETIN_TRIGGER",
    "BURDEN",
    "CALENDAR_ERROR",
    "CAPACITY",
    "CELL",
    "CHAIN",
    "CHAIN_FAULT",
    "CHANNEL",
    "CLOCK",
    "COLOUR",
    "COLOUR_ADVICE",
    "COLOUR_FULL_NAME",
    "COLOUR_NAME",
    "COMMENT_KIND",
    "CONSENT_KIND",
    "CONSENT_STATE",
    "CONSENT_TRIGGER",
    "DAY_KIND",
    "DAY_REASON",
    "DIGEST_SECTION",
    "DOCUMENT_KIND",
    "END_REASON",
    "DELIVERY_FAULT",
    "DELIVERY_STATE",
    "EXPLORED",
    "EXPORT_CAPACITY",
    "EXPORT_KIND",
    "EXPORT_MEDIUM",
    "EXPORT_STATE",
    "EXPORT_STEP",
    "EXPORT_TRIGGER",
    "EXTENSION_STATE",
    "EXTENSION_TRIGGER",
    "FATE",
    "HANDOVER_CAPACITY",
    "HANDOVER_STATE",
    "HANDOVER_TRIGGER",
    "HAPPENED",
    "HELD",
    "HELD_FATE",
    "HOLIDAY_FAULT",
    "IMPORT_CAPACITY",
    "IMPORT_KIND",
    "IMPORT_NOTE",
    "IMPORT_STATE",
    "IMPORT_TASK",
    "IMPORT_TRIGGER",
    "INDICATOR_KIND",
    "ISSUE_TRIGGER",
    "LEFT_OUT",
    "LETTER_CAPACITY",
    "LETTER_KIND",
    "LETTER_STATE",
    "LETTER_TRIGGER",
    "LOOK_BACK_STATE",
    "LOOK_BACK_TRIGGER",
    "MINE",
    "NAME_REASON",
    "NOTE_LEVEL",
    "NOTICE_KIND",
    "LEDGER",
    "LEDGER_CHANGE",
    "LEDGER_GROUP",
    "LEDGER_MEDIUM",
    "LEDGER_TITLE",
    "OUTCOME",
    "PAGE_TEXT",
    "PHASE",
    "PICK_REASON",
    "POINT_CAUSE",
    "POLICY_CHOICE",
    "POLICY_ERROR",
    "POLICY_FIELD",
    "POLICY_GROUP",
    "POLICY_HELP",
    "RANKED_BY",
    "REFERENCE_FROM",
    "REFUSAL",
    "ROLE",
    "ROUND_KIND",
    "ROUND_REASON",
    "ROUND_STATE",
    "ROUND_TRIGGER",
    "SEVERITY",
    "SOURCE",
    "SPAN",
    "STATE",
    "STOP_STATE",
    "STOP_TRIGGER",
    "SUBSTITUTE_STATE",
    "TAB",
    "TASK_KIND",
    "TASK_OUTCOME",
    "TICKED",
    "TIMING",
    "TRIGGER",
    "UNIT_KIND",
    "UPLOAD_CELL",
    "UPLOAD_NOTE",
    "UPLOAD_TASK",
    "field_words",
    "policy_group",
    "where_instead",
    "word",
    "workflow_words",
]


def word(table: Mapping[str, str], code: str) -> str:
    """Return the words of ``code`` in the current language; a code without words speaks for itself."""
    return _(table[code]) if code in table else code


def workflow_words() -> dict[str, Words]:
    """Return the words of each workflow in the current language, for its page and its picture."""
    return {
        "issue": _words(STATE, ISSUE_TRIGGER),
        "extension": _words(EXTENSION_STATE, EXTENSION_TRIGGER),
        "consent": _words(CONSENT_STATE, CONSENT_TRIGGER),
        "bulletin": _words(BULLETIN_STATE, BULLETIN_TRIGGER),
        "handover": _words(HANDOVER_STATE, HANDOVER_TRIGGER, HANDOVER_CAPACITY),
        "export": _words(EXPORT_STATE, EXPORT_TRIGGER, EXPORT_CAPACITY),
        "import": _words(IMPORT_STATE, IMPORT_TRIGGER),
        "round": _words(ROUND_STATE, ROUND_TRIGGER),
        "stop": _words(STOP_STATE, STOP_TRIGGER),
        "letter": _words(LETTER_STATE, LETTER_TRIGGER, LETTER_CAPACITY),
        "look_back": _words(LOOK_BACK_STATE, LOOK_BACK_TRIGGER),
        "instruction": _words(LETTER_STATE, LETTER_TRIGGER, LETTER_CAPACITY),
    }


def _words(
    states: Mapping[str, str], triggers: Mapping[str, str], capacities: Mapping[str, str] = CAPACITY | IMPORT_CAPACITY
) -> Words:
    return Words(
        text=_spoken(PAGE_TEXT),
        states=_spoken(states),
        triggers=_spoken(triggers),
        capacities=_spoken(capacities),
        refusals=_spoken(REFUSAL),
        clocks=_spoken(CLOCK),
    )


def _spoken(table: Mapping[str, str]) -> dict[str, str]:
    return {code: _(words) for code, words in table.items()}
