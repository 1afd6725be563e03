"""The county's rules: what is in force, new versions of the policy, a date explained, the names used."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.errors import InvalidError
from tracker.forms import policy as policies
from tracker.forms import rules as forms
from tracker.languages import _
from tracker.policy import cell_for
from tracker.queries import rule_pages as queries
from tracker.queries.rules import policy_on, setting, work_calendar
from tracker.queries.units import unit_root
from tracker.services.rules import SETTINGS, settings_set
from tracker.views.access import access
from workflows.issue import Severity

bp = Blueprint("rules", __name__, url_prefix="/rules")


def may_change() -> bool:
    """Tell whether the reader may also change the rules."""
    return cell_for("policy.manage", g.actor.role if g.actor else None).allows


def field_labels() -> dict[str, str]:
    """Return the names of the fields in the reader's language, for the list of errors."""
    return {name: _(words) for name, words in forms.LABELS.items()}


@bp.get("/")
@access("policy.read")
def index() -> ResponseReturnValue:
    now = policy_on(g.actor.today)
    return render_template(
        "rules/index.html", now=now, body=now.policy.to_dict(), versions=queries.policy_versions(g.actor),
        groups=policies.policy_groups(), severities=list(Severity), may=may_change(), tab="index",
    )  # fmt: skip


@bp.get("/explain")
@access("policy.read")
def explain() -> ResponseReturnValue:
    if not request.args.get("start"):
        return _explain_page({"start": g.actor.today.isoformat(), "days": "3"}, {})
    try:
        form = forms.ExplainForm.parse(request.args)
    except InvalidError as error:
        return _explain_page(request.args, error.errors), 422
    return _explain_page(request.args, {}, form)


def _explain_page(typed: Any, errors: dict[str, str], form: forms.ExplainForm | None = None) -> str:
    days = work_calendar().explain(form.start, form.days) if form else ()
    return render_template(
        "rules/explain.html", typed=typed, errors=errors, days=days, labels=field_labels(), tab="explain",
        may=may_change(),
    )  # fmt: skip


@bp.route("/settings", methods=["GET", "POST"])
@access("policy.manage")
def settings() -> ResponseReturnValue:
    if request.method == "GET":
        return _settings_page({key: setting(key, "") for key in SETTINGS}, {})
    try:
        form = forms.SettingsForm.parse(request.form)
    except InvalidError as error:
        return _settings_page(request.form, error.errors), 422
    settings_set(values=dict(form), actor=g.actor, at=clock.now())
    flash(_("已保存"), "success")
    return redirect(url_for("rules.settings"), 303)


def _settings_page(typed: Any, errors: dict[str, str]) -> str:
    return render_template(
        "rules/settings.html", typed=typed, errors=errors, county=unit_root(), labels=field_labels(), tab="settings",
        may=may_change(),
    )  # fmt: skip
