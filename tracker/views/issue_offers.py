"""What a page offers its reader: each act with its address, or with the reason why it cannot be done now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import g, url_for

from tracker import labels
from tracker.languages import _
from tracker.models import Consent, Extension, Issue
from tracker.policy import cell_for
from tracker.queries.issue_page import IssuePage
from tracker.services import possible
from tracker.services.annotations import annotable
from tracker.services.recipients import MOVERS
from tracker.views.issue_acts import ACTS, DECISIONS, Act
from workflows.issue import IssueState


@dataclass(frozen=True)
class Offer:
    """One act on the page; ``reason`` says why it cannot be done, ``record`` is what is decided."""

    act: Act
    url: str
    reason: str = ""
    record: Issue | Extension | Consent | None = None

    @property
    def dialog(self) -> str:
        """Return the id of the window with its form."""
        return f"act-{self.act.trigger}"


_ASIDE: Mapping[str, Callable[[Issue], bool]] = {
    "merge": lambda issue: issue.state is IssueState.REGISTERED,
    "instruct": lambda issue: issue.state is not IssueState.DRAFT,
    "remind": lambda issue: issue.state in MOVERS,
    "comment": lambda issue: True,
    "annotate": lambda issue: bool(annotable(issue, g.actor)),
    "confidential": lambda issue: True,
}


def offers(page: IssuePage, at: datetime) -> list[Offer]:
    """Return everything the reader may do or might have done: decisions first, taking back what was asked last."""
    moves = dict(possible.issue_moves(page, g.actor, at))
    moves |= possible.look_back_moves(page, g.actor, at)
    moves |= {trigger: None for trigger, holds in _ASIDE.items() if holds(page.issue)}
    if "request" in (asked := possible.extension_request_move(page, g.actor, at)):
        moves["extension"] = asked["request"]
    if (consent := possible.consent_request_move(page, g.actor)) is not None:
        moves["consent"] = consent[1]
    own = [_offer(act, moves[act.trigger], page.issue) for act in ACTS if act.trigger in moves and _may(act)]
    decisions = list(_decisions(page, at))
    taken_back = [offer for offer in decisions if offer.act.path == "withdraw"]
    return [*(offer for offer in decisions if offer not in taken_back), *own, *taken_back]


def _decisions(page: IssuePage, at: datetime) -> Iterator[Offer]:
    pending: list[tuple[str, Any, Mapping[str, str | None]]] = []
    if (extension := page.extension_pending) is not None:
        pending.append(("extension", extension, possible.extension_moves(page, extension, g.actor, at)))
    for consent in page.consents_pending:
        pending.append(("consent", consent, possible.consent_moves(page, consent, g.actor)))
    for kind, record, moves in pending:
        for act in DECISIONS:
            trigger = act.trigger.removeprefix(f"{kind}_")
            if act.record == kind and trigger in moves and _may(act):
                yield _offer(act, moves[trigger], record)


def _may(act: Act) -> bool:
    return cell_for(act.access, g.actor.role).allows


def _offer(act: Act, code: str | None, record: Any) -> Offer:
    name = "issue_id" if act.record == "issue" else f"{act.record}_id"
    reason = labels.word(labels.REFUSAL, code) if code else ""
    return Offer(act, url_for(act.endpoint, **{name: record.id}), reason, record)


def panel(given: list[Offer]) -> list[dict[str, Any]]:
    """Return the offers as the panel of actions draws them."""
    return [
        {
            "label": _(offer.act.label),
            "url": f"#{offer.dialog}",
            "reason": offer.reason,
            "shape": offer.act.shape,
            "tone": "primary" if not n and offer.act.tone == "plain" else offer.act.tone,
        }
        for n, offer in enumerate(sorted(given, key=lambda one: bool(one.reason)))
    ]
