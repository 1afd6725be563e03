"""Every code of the law has its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import pytest

from tracker import labels
from tracker.languages import speaking
from tracker.reading.holiday_notices import FAULTS
from workflows.bulletin import BULLETIN, BulletinState
from workflows.calendar import CALENDAR_CODES, DayKind, DayReason
from workflows.consent import CONSENT, CONSENT_REQUEST_CODES, ConsentKind, ConsentState
from workflows.engine import ENGINE_CODES
from workflows.exporting import EXPORT, ExportCapacity, ExportState
from workflows.extension import EXTENSION, REQUEST_CODES, ExtensionState
from workflows.handover import HANDOVER, HANDOVER_REQUEST_CODES, HandoverCapacity, HandoverState
from workflows.importing import IMPORT, START_NOT_HERE, STARTS, ImportCapacity, ImportState
from workflows.instruction import GIVING_CODES, INSTRUCTION
from workflows.issue import ISSUE, Capacity, Clock, IssueState, Severity
from workflows.ladder import PointCause
from workflows.letter import LETTER, EndReason, LetterCapacity, LetterKind, LetterState
from workflows.look_back import LOOK_BACK, LookBackState
from workflows.planning.terms import LeftOutWhy, TaskKind
from workflows.policy import Colour, Policy, Terms
from workflows.policy_rules import POLICY_CODES, RULES, OneOf
from workflows.reminding import DigestSection
from workflows.round import ROUND, STOP, RoundState, StopState
from workflows.sampling import PickReason
from workflows.stage import STAGE_CODES

ENUMS = [
    (labels.STATE, IssueState),
    (labels.CAPACITY, Capacity),
    (labels.SEVERITY, Severity),
    (labels.CLOCK, Clock),
    (labels.COLOUR, Colour),
    (labels.EXTENSION_STATE, ExtensionState),
    (labels.CONSENT_STATE, ConsentState),
    (labels.CONSENT_KIND, ConsentKind),
    (labels.DAY_KIND, DayKind),
    (labels.DAY_REASON, DayReason),
    (labels.DIGEST_SECTION, DigestSection),
    (labels.ISSUE_TRIGGER, ISSUE.triggers),
    (labels.EXTENSION_TRIGGER, {"request", *EXTENSION.triggers}),
    (labels.CONSENT_TRIGGER, {"request", *CONSENT.triggers}),
    (labels.HANDOVER_STATE, HandoverState),
    (labels.BULLETIN_STATE, BulletinState),
    (labels.BULLETIN_TRIGGER, BULLETIN.triggers),
    (labels.HANDOVER_CAPACITY, HandoverCapacity),
    (labels.HANDOVER_TRIGGER, {"propose", *HANDOVER.triggers}),
    (labels.EXPORT_STATE, ExportState),
    (labels.EXPORT_CAPACITY, ExportCapacity),
    (labels.EXPORT_TRIGGER, set(EXPORT.triggers)),
    (labels.IMPORT_STATE, ImportState),
    (labels.IMPORT_CAPACITY, ImportCapacity),
    (labels.IMPORT_TRIGGER, set(IMPORT.triggers)),
    (labels.ROUND_STATE, RoundState),
    (labels.ROUND_TRIGGER, set(ROUND.triggers)),
    (labels.STOP_STATE, StopState),
    (labels.STOP_TRIGGER, set(STOP.triggers)),
    (labels.TASK_KIND, TaskKind),
    (labels.LOOK_BACK_STATE, LookBackState),
    (labels.LOOK_BACK_TRIGGER, set(LOOK_BACK.triggers)),
    (labels.PICK_REASON, PickReason),
    (labels.LEFT_OUT, LeftOutWhy),
    (labels.LETTER_STATE, LetterState),
    (labels.LETTER_KIND, LetterKind),
    (labels.LETTER_CAPACITY, LetterCapacity),
    (labels.LETTER_TRIGGER, {*LETTER.triggers, *INSTRUCTION.triggers}),
    (labels.END_REASON, EndReason),
    (labels.POINT_CAUSE, PointCause),
    (labels.POLICY_ERROR, POLICY_CODES),
    (labels.CALENDAR_ERROR, CALENDAR_CODES),
    (labels.HOLIDAY_FAULT, FAULTS),
]


@pytest.mark.parametrize(("table", "codes"), ENUMS)
def test_every_code_has_words_and_no_other(table: Mapping[str, str], codes: Any) -> None:
    assert set(table) == set(codes)
    assert all(table.values())


def test_every_refusal_has_words_and_no_other() -> None:
    codes = ISSUE.codes | EXTENSION.codes | CONSENT.codes | IMPORT.codes | {START_NOT_HERE}
    codes |= ROUND.codes | STOP.codes | LOOK_BACK.codes
    codes |= LETTER.codes | INSTRUCTION.codes | GIVING_CODES
    codes |= BULLETIN.codes | EXPORT.codes
    codes |= HANDOVER.codes | HANDOVER_REQUEST_CODES
    codes |= {guard.code for guards in STARTS.values() for guard in guards}
    assert set(labels.REFUSAL) == codes | ENGINE_CODES | REQUEST_CODES | CONSENT_REQUEST_CODES | STAGE_CODES


def test_refusals_take_no_parameters_and_differ() -> None:
    words = list(labels.REFUSAL.values())
    assert not [w for w in words if "{" in w or "%" in w]
    assert len(set(words)) == len(words)


def test_every_field_of_a_policy_has_words() -> None:
    names = {f.name for f in fields(Policy)} | {f.name for f in fields(Terms)}
    assert set(labels.POLICY_FIELD) == names - set(Severity)
    assert not names - set(Severity) - set(labels.POLICY_HELP), "tracker/labels/policy_pages.py"
    assert {labels.policy_group(name) for name in names} <= set(labels.POLICY_GROUP)


def test_every_choice_of_a_policy_has_words_and_no_other() -> None:
    rules = [rule for group in RULES.values() for rule in group.values()]
    assert set(labels.POLICY_CHOICE) == {code for rule in rules if isinstance(rule, OneOf) for code in rule.codes}


def test_word_speaks_the_language_of_the_reader() -> None:
    with speaking("zh_CN"):
        assert labels.word(labels.STATE, IssueState.SIGNED_OFF) == "已销号"
        assert labels.word(labels.TRIGGER, "extension_approve") == "同意延期"
        assert labels.word(labels.TRIGGER, "unheard_of") == "unheard_of"
