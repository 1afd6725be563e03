"""Every route there is, tried by every role there is, answers as the matrix says; later routes are tried too.

The matrix itself is ``tracker/data/permissions.csv``; ``tests/test_permissions.py`` holds what no edit of it may break.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from tests.access import world as worlds
from tests.access.world import ANONYMOUS, NOWHERE, PRINCIPALS, World
from tracker.models import Role
from tracker.policy import Cell, matrix

BRIEFLY = {"Accept": "application/json"}  # a refusal without a page around it, where the page is not looked at
OF_ISSUES = {"issue_id", "evidence_id", "notice_id", "extension_id", "consent_id", "letter_id", "letter_file_id",
             "look_back_id"}  # fmt: skip
SLOW = {
    "notices.file",
    "letters.file",
    "documents.file",
    "look_backs.file",
}  # makes a document each time: denied to everyone as usual, let in once
# Let in, and yet nothing to show for the parameters that anybody may try.
ELSEWHERE = {
    "inbox.digest": 404,
    "health.ready": 503,  # no clock runs beside the tests
    "setup.index": 404, "auth.reset": 410, "components.index": 404, "handovers.detail": 404, "handovers.paper": 404,
    "handovers.propose": 404, "rounds.edit": 409, "round_stops.add": 409,
    "calendars.feed": 404, "verify.paper": 404, "documents.picture": 404, "issued_ledgers.detail": 404,
    "exports.detail": 404, "exports.progress": 404, "exports.file": 404,
    "ledger_uploads.detail": 404, "ledger_uploads.progress": 404,
}  # fmt: skip
BUSINESS = tuple(role for role in PRINCIPALS if role not in ("sysadmin", "secadmin", "auditor", ANONYMOUS))
# Which of the issues a role sees: its own; one in the same unit that is not its own; one elsewhere.
SEES = {
    "office": {"own", "near", "far"}, "leader": {"own", "near", "far"}, "department": {"own"},
    "assignee": {"own", "near"}, "group_lead": {"own", "near"}, "group_member": {"own", "near"},
    "township": {"own", "near"}, "village": {"own", "near"}, "reporter": {"own"},
}  # fmt: skip


@pytest.fixture(scope="module")
def world(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> World:
    return worlds.build(migrated_sqlite, tmp_path_factory.mktemp("access"))


@pytest.fixture(autouse=True)
def untouched(world: World) -> Iterator[None]:
    yield
    world.restore()


def cell(action: str, principal: str) -> Cell:
    return matrix()[action][principal]


def goes_to_sign_in(answer: TestResponse) -> bool:
    return answer.status_code == 303 and answer.location.startswith("/sign-in")


def bare(answer: TestResponse, known: int) -> str:
    """Return a page without what differs each time: its token, and the id that was asked for."""
    page = re.sub(r'(name="csrf_token" value=")[^"]+', r"\1", answer.get_data(as_text=True))
    return re.sub(rf"\b({known}|{NOWHERE})\b", "ID", page)


@pytest.mark.parametrize("principal", PRINCIPALS)
def test_who_is_not_let_in_leaves_one_note_and_changes_nothing(world: World, principal: str) -> None:
    client, before, wrong = world.client(principal), world.digest(), []
    for rule, method, action in worlds.routes(world.app):
        wanted = cell(action, principal)
        if wanted.allows:
            continue
        noted = world.denials()
        answer = client.open(world.address(rule), method=method, headers=BRIEFLY)
        noted = world.denials() - noted
        if principal == ANONYMOUS:
            good = goes_to_sign_in(answer) and noted == 0
        else:
            good = (answer.status_code, noted) == (404 if wanted is Cell.HIDDEN else 403, 1)
        if not good:
            wrong.append((rule.endpoint, method, wanted.value, answer.status_code, noted))
    assert not wrong
    assert world.digest() == before


@pytest.mark.parametrize("principal", PRINCIPALS)
def test_who_is_let_in_reads_and_by_reading_changes_nothing(world: World, principal: str) -> None:
    client, before, wrong = world.client(principal), world.digest(), []
    for rule, method, action in worlds.routes(world.app):
        if method != "GET" or not cell(action, principal).allows:
            continue
        if rule.endpoint in SLOW and principal != "office":
            continue
        answer = client.get(world.address(rule))
        answer.close()  # a download keeps its file open until it is read or left
        allowed = {ELSEWHERE.get(rule.endpoint, 200), 200, 303}
        if answer.status_code not in allowed or (goes_to_sign_in(answer) and action != "public"):
            wrong.append((rule.endpoint, answer.status_code, answer.location))
    assert not wrong
    assert world.digest() == before


@pytest.mark.parametrize("principal", PRINCIPALS)
def test_who_may_write_is_not_stopped_at_the_door(world: World, principal: str) -> None:
    wrong = []
    for rule, method, action in worlds.routes(world.app):
        if method == "GET" or not cell(action, principal).allows:
            continue
        if rule.endpoint in SLOW and principal != "office":
            continue
        answer = world.client(principal).open(world.address(rule), method=method)
        stopped = goes_to_sign_in(answer) and action != "public"
        if stopped or answer.status_code >= 500 or answer.status_code == 400:
            wrong.append((rule.endpoint, method, answer.status_code))
        world.restore()
    assert not wrong


@pytest.mark.parametrize("role", BUSINESS)
def test_an_issue_out_of_sight_reads_like_one_that_does_not_exist(world: World, role: str) -> None:
    client, wrong = world.client(role), []
    for rule, method, action in worlds.routes(world.app):
        hinge = OF_ISSUES & rule.arguments
        if not hinge or not cell(action, role).allows:
            continue
        nowhere = client.open(world.address(rule, "nowhere"), method=method)
        for scope in ("near", "far"):
            if scope in SEES[role]:
                continue
            known = world.scopes[scope][min(hinge)]
            hidden = client.open(world.address(rule, scope), method=method)
            same = bare(hidden, known) == bare(nowhere, known)
            if hidden.status_code not in (404, 422) or hidden.status_code != nowhere.status_code or not same:
                wrong.append((rule.endpoint, method, scope, hidden.status_code, nowhere.status_code, same))
    assert not wrong


@pytest.mark.parametrize("role", BUSINESS)
def test_a_role_sees_the_issues_of_its_scope(world: World, role: str) -> None:
    client = world.client(role)
    seen = {
        scope for scope in ("own", "near", "far")
        if client.get(f"/issues/{world.scopes[scope]['issue_id']}").status_code == 200
    }  # fmt: skip
    assert seen == SEES[role]


def test_what_changes_something_answers_to_no_link(world: World) -> None:
    client, before, wrong = world.client("office"), world.digest(), []
    readable = {rule.rule for rule, method, _action in worlds.routes(world.app) if method == "GET"}
    for rule, _method, _action in worlds.routes(world.app):
        if rule.rule in readable:
            continue
        path = world.address(rule)
        answer = client.get(path, headers={"X-HTTP-Method-Override": "POST"})
        if answer.status_code not in (404, 405):
            wrong.append((rule.endpoint, answer.status_code))
    assert not wrong
    assert world.digest() == before


@pytest.mark.parametrize(
    "odd", ["0", "-1", "9223372036854775808", "2147483648", "1e3", "%201", "１", "1%00", "0x1", "01", "+1"]
)
def test_odd_ids_are_no_ids(world: World, odd: str) -> None:
    wrong = []
    for rule, method, action in worlds.routes(world.app):
        numbers = [name for name in rule.arguments if name in world.scopes["own"] and name != "token"]
        role = next((role for role in PRINCIPALS if role != ANONYMOUS and cell(action, role).allows), None)
        if not numbers or role is None:
            continue
        path = re.sub(r"/<int:[^>]+>", f"/{odd}", rule.rule)
        answer = world.client(role).open(path, method=method, headers=BRIEFLY)
        if answer.status_code not in (404, 405, 422):
            wrong.append((path, method, answer.status_code))
    assert not wrong


def test_every_role_is_tried(world: World) -> None:
    assert set(PRINCIPALS) == {role.value for role in Role} | {ANONYMOUS}
    assert len(list(worlds.routes(world.app))) > 40
