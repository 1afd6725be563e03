"""What no edit of the permission matrix may break."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.access.world import ANONYMOUS, routes
from tracker import labels
from tracker.models import ADMIN_ROLES, Role
from tracker.policy import Cell, cell_for, matrix
from tracker.policy.matrix import action_words

ADMINS = tuple(sorted(role.value for role in ADMIN_ROLES))
PUBLIC = {"public", "health"}
# Rows that describe what no route does: the clock does it, or the command line.
WITHOUT_ROUTE = {"issue.mark"}


def allowed(role: str) -> set[str]:
    return {action for action, cells in matrix().items() if cells[role].allows}


def test_the_three_administrators_share_nothing_that_changes_anything() -> None:
    own = {"self", "home", "export.own"}
    shared = own | {"health.read", "account.read", "unit.read", "unit.suggest", "policy.read", "dev"} | PUBLIC
    for one in ADMINS:
        for other in ADMINS:
            assert one == other or allowed(one) & allowed(other) <= shared


def test_who_makes_accounts_gives_no_right_and_the_other_way_round() -> None:
    assert [role.value for role in Role if cell_for("account.create", role).allows] == ["sysadmin"]
    assert [role.value for role in Role if cell_for("account.grant", role).allows] == ["secadmin"]
    assert cell_for("account.grant", Role.SECADMIN) is Cell.TWO_PERSONS


@pytest.mark.parametrize("admin", ADMINS)
def test_no_administrator_touches_an_issue(admin: str) -> None:
    business = {action for action in matrix() if action.split(".")[0] in ("issue", "evidence", "ledger", "import")}
    assert business
    assert not allowed(admin) & business


def test_the_auditor_changes_nothing(sqlite_app: Flask) -> None:
    own = {"self"} | PUBLIC
    changing = {action for _rule, method, action in routes(sqlite_app) if method != "GET"}
    assert allowed("auditor") & changing <= own


def test_auditors_are_read_by_somebody_else() -> None:
    assert not cell_for("audit.read_auditor", Role.AUDITOR).allows
    assert cell_for("audit.read_auditor", Role.SECADMIN).allows
    assert not cell_for("audit.read", Role.SECADMIN).allows


def test_nobody_who_rectifies_decides() -> None:
    decisions = {
        "issue.sign_off",
        "issue.recheck",
        "issue.extension_decide",
        "issue.consent",
        "issue.refuse",
        "issue.reopen",
        "look_back.record",
    }
    for role in (Role.ASSIGNEE, Role.VILLAGE, Role.TOWNSHIP, Role.REPORTER):
        assert not allowed(role.value) & decisions


def test_nobody_signed_in_sees_only_what_is_public() -> None:
    assert allowed(ANONYMOUS) - PUBLIC <= {"setup", "dev"}


def test_every_route_names_a_row_and_every_row_a_route(sqlite_app: Flask) -> None:
    named = {action for _rule, _method, action in routes(sqlite_app)}
    assert named <= set(matrix())
    assert set(matrix()) - named <= WITHOUT_ROUTE | {"dev"}


def test_a_route_without_a_row_is_not_served() -> None:
    with pytest.raises(KeyError):
        cell_for("issue.delete", Role.OFFICE)


def test_every_row_has_words() -> None:
    assert set(action_words().values()) <= set(labels.ACTION)
    assert all(labels.CELL[cell.value] for cell in Cell)
