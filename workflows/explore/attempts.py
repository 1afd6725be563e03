"""Everything somebody may try: the rows of the three tables and the two requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from workflows.consent import CONSENT_REQUEST, ConsentState, consent_request_refusal
from workflows.engine import row_refusal
from workflows.explore.facts import BROUGHT, BROUGHT_TO_CONSENT, BROUGHT_TO_EXTENSION, combinations
from workflows.explore.world import Actor, World, after_consent_move, after_extension_move, after_issue_move
from workflows.extension import EXTENSION_REQUEST, ExtensionState, request_refusal
from workflows.issue import IssueState
from workflows.spec import Transition


class Attempt(NamedTuple):
    """Something an actor may try, with every combination of what a request can bring."""

    machine: str
    trigger: str
    refusal: Callable[[Any], str | None]
    brought: tuple[dict[str, Any], ...]
    after: Callable[[World, Actor], World]


def of_issue(row: Transition[IssueState]) -> Attempt:
    """Return the attempt to move the issue along this row."""
    return Attempt(
        "issue",
        row.trigger,
        lambda facts: row_refusal(row, facts),
        tuple(combinations(row.guards, BROUGHT)),
        lambda world, actor: after_issue_move(world, row.trigger, row.dest, actor),
    )


def of_extension(row: Transition[ExtensionState]) -> Attempt:
    """Return the attempt to decide a request for more time."""
    return Attempt(
        "extension",
        row.trigger,
        lambda facts: row_refusal(row, facts),
        tuple(combinations(row.guards, BROUGHT_TO_EXTENSION)),
        lambda world, actor: after_extension_move(world, row.trigger, actor),
    )


def of_consent(row: Transition[ConsentState]) -> Attempt:
    """Return the attempt to answer a request for consent."""
    return Attempt(
        "consent",
        row.trigger,
        lambda facts: row_refusal(row, facts),
        tuple(combinations(row.guards, BROUGHT_TO_CONSENT)),
        lambda world, actor: after_consent_move(world, row.trigger, actor),
    )


ASK_EXTENSION = Attempt(
    "extension",
    "request",
    request_refusal,
    tuple(combinations(EXTENSION_REQUEST, BROUGHT_TO_EXTENSION)),
    lambda world, actor: after_extension_move(world, "request", actor),
)
ASK_CONSENT = Attempt(
    "consent",
    "request",
    consent_request_refusal,
    tuple(combinations(CONSENT_REQUEST, BROUGHT_TO_CONSENT)),
    lambda world, actor: after_consent_move(world, "request", actor),
)
