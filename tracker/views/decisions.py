"""Decisions on what was asked for: more time, a leader's consent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, g
from werkzeug.wrappers import Response

from tracker.models import Consent, Extension
from tracker.queries.issue_page import issue_of
from tracker.views.access import access
from tracker.views.issue_actions import perform
from tracker.views.issue_acts import DECISIONS, Act
from tracker.views.issue_pages import Page

bp = Blueprint("decisions", __name__)
_RECORDS: dict[str, type[Extension] | type[Consent]] = {"extension": Extension, "consent": Consent}


def _view(act: Act) -> Callable[..., Any]:
    def view(**given: int) -> Page | Response:
        record_id = given[f"{act.record}_id"]
        return perform(act, issue_of(_RECORDS[act.record], record_id, g.actor), record_id)

    return access(act.access)(view)


for _act in DECISIONS:
    _rule = f"/{_act.record}s/<int:{_act.record}_id>/{_act.path}"
    bp.add_url_rule(_rule, _act.trigger, _view(_act), methods=["POST"])
