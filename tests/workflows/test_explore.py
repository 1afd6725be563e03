"""The exploration keeps the promises of the law, and finds them broken where they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from workflows.consent import CONSENT
from workflows.explore import Report, Violation, check
from workflows.explore.world import Setting
from workflows.extension import EXTENSION
from workflows.issue import ISSUE, Capacity, IssueState
from workflows.spec import Transition, Workflow

# Small corners of the full exploration in which one missing rule shows at once.
SMALL = Setting(undated=True, long_term=True)
MAJOR = Setting(major=True, undated=True)
BY_OFFICE = Setting(undated=True, finder="officer")
DATED = Setting()


def changed(
    workflow: Workflow[Any], trigger: str, change: Callable[[Transition[Any]], Transition[Any]]
) -> Workflow[Any]:
    rows = tuple(change(row) if row.trigger == trigger else row for row in workflow.transitions)
    return replace(workflow, transitions=rows)


def without_guard(workflow: Workflow[Any], trigger: str, code: str) -> Workflow[Any]:
    return changed(workflow, trigger, lambda row: replace(row, guards=tuple(g for g in row.guards if g.code != code)))


def without_rows(*triggers: str) -> Workflow[Any]:
    return replace(ISSUE, transitions=tuple(row for row in ISSUE.transitions if row.trigger not in triggers))


def found(report: Report) -> set[str]:
    return {violation.code for violation in report.violations}


def test_the_law_keeps_every_promise() -> None:
    report = check()
    assert report.holds, list(report.lines())
    assert report.refused >= 30_000
    assert report.cells > report.refused
    assert report.worlds == sum(report.states.values()) > 5_000
    assert set(report.states) == set(IssueState)
    assert all(report.states.values())
    lines = list(report.lines())
    assert lines[:2] == [f"worlds: {report.worlds}", f"moves: {report.moves}"]
    assert lines[4] == "violations: 0"
    assert len(lines) == 5 + len(IssueState)


@pytest.mark.parametrize(
    ("trigger", "code", "setting", "broken"),
    [
        ("register", "no_place", SMALL, "without_has_place"),
        ("assign", "group_lead_may_not_assign", SMALL, "assigned_by_group_lead"),
        ("assign", "deadline_in_past", SMALL, "deadline_in_past"),
        ("dismiss", "no_reason_or_original", SMALL, "dismissed_without_cause"),
        ("contest", "contested_before", SMALL, "contested_twice"),
        ("accept", "undated_measures", SMALL, "measures_undated"),
        ("submit", "not_enough_evidence", SMALL, "submitted_without_evidence"),
        ("submit", "open_stages", SMALL, "submitted_with_open_stages"),
        ("suspend", "no_leader_consent", SMALL, "suspended_without_leader"),
        ("suspend", "you_consented", SMALL, "suspended_without_leader"),
        ("suspend", "review_date_not_ahead", SMALL, "review_not_ahead"),
        ("suspend", "no_review_date", SMALL, "without_review_date"),
        ("fail", "your_unit_submitted", SMALL, "rechecked_by_own_unit"),
        ("verify", "you_submitted", SMALL, "rechecked_by_submitter"),
        ("verify", "you_uploaded", SMALL, "rechecked_by_uploader"),
        ("verify", "your_unit_submitted", SMALL, "rechecked_by_own_unit"),
        ("verify", "your_group_found", SMALL, "rechecked_by_finders_group"),
        ("sign_off", "you_submitted", SMALL, "closed_by_submitter"),
        ("sign_off", "you_uploaded", SMALL, "closed_by_uploader"),
        ("sign_off", "you_verified", SMALL, "closed_by_verifier"),
        ("sign_off", "your_unit_submitted", SMALL, "closed_by_outsider_of_office"),
        ("sign_off", "no_leader_consent", MAJOR, "closed_without_leader"),
        ("sign_off", "you_consented", MAJOR, "closed_on_own_consent"),
        ("sign_off", "finder_alone", BY_OFFICE, "closed_without_leader"),
        ("submit", "extension_pending", DATED, "extension_left_behind"),
    ],
)
def test_a_missing_guard_of_the_issue_is_found(trigger: str, code: str, setting: Setting, broken: str) -> None:
    table = without_guard(ISSUE, trigger, code)
    assert table != ISSUE
    assert broken in found(check(issue=table, settings=(setting,)))


@pytest.mark.parametrize(
    ("trigger", "code", "broken"),
    [
        ("approve", "you_asked", "extension_decided_by_asker"),
        ("refuse", "your_unit_asked", "extension_decided_by_asker"),
        ("approve", "extension_by_leader", "extension_decided_on_wrong_level"),
        ("approve", "extension_not_later", "extension_not_later"),
    ],
)
def test_a_missing_guard_of_an_extension_is_found(trigger: str, code: str, broken: str) -> None:
    report = check(extension=without_guard(EXTENSION, trigger, code), settings=(DATED,))
    assert broken in found(report)


@pytest.mark.parametrize(
    ("trigger", "code", "broken"),
    [
        ("give", "you_asked", "consent_answered_by_asker"),
        ("give", "you_submitted", "consent_by_party"),
        ("give", "your_unit_submitted", "consent_by_party"),
        ("decline", "no_reason", "without_has_reason"),
    ],
)
def test_a_missing_guard_of_a_consent_is_found(trigger: str, code: str, broken: str) -> None:
    assert broken in found(check(consent=without_guard(CONSENT, trigger, code), settings=(SMALL,)))


@pytest.mark.parametrize(
    ("trigger", "capacity", "broken"),
    [
        ("sign_off", Capacity.RESPONSIBLE, "closed_by_outsider_of_office"),
        ("verify", Capacity.DEPARTMENT, "rechecked_by_no_group"),
    ],
)
def test_a_wrong_capacity_is_found(trigger: str, capacity: Capacity, broken: str) -> None:
    table = changed(ISSUE, trigger, lambda row: replace(row, by=(*row.by, capacity)))
    assert broken in found(check(issue=table, settings=(SMALL,)))


def test_a_state_that_cannot_be_reached_is_found() -> None:
    report = check(issue=without_rows("suspend"), settings=(SMALL,))
    assert Violation("never_reached", "", "", "suspended") in report.violations


def test_a_state_nobody_can_leave_is_found() -> None:
    report = check(issue=without_rows("resume"), settings=(SMALL,))
    assert {("nobody_can_move", "suspended"), ("no_way_to_the_end", "suspended")} <= {
        (v.code, v.state) for v in report.violations
    }
    assert any(line.startswith("! no_way_to_the_end suspended x ") for line in report.lines())
    assert report.counts()["violations"] == len(report.violations)
    assert not report.holds


def test_a_table_without_an_end_is_found() -> None:
    assert "no_way_to_the_end" in found(check(issue=without_rows("sign_off", "dismiss"), settings=(SMALL,)))
