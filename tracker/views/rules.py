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
from tracker.services.rules import SETTINGS, check_policy, policy_set, settings_set
from tracker.views.access import access
from workflows.issue import Severity
from workflows.policy import Policy

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
        plain=policies.PLAIN, terms=policies.TERMS, severities=list(Severity), may=may_change(), tab="index",
    )  # fmt: skip


@bp.route("/policy", methods=["GET", "POST"])
@access("policy.manage")
def policy() -> ResponseReturnValue:
    if request.method == "GET":
        latest = queries.policy_versions(g.actor)
        body = latest[0].version.body if latest else Policy().to_dict()
        return _policy_page(policies.policy_typed(Policy.from_dict(body).to_dict()), {})
    try:
        form = forms.VersionForm.parse(request.form)
        body = policies.policy_body(request.form)
        check_policy(body, form.effective_on, g.actor.today)
        if not request.form.get("apply"):
            return _policy_page(request.form, {}, body)
        policy_set(body=body, effective_on=form.effective_on, note_words=form.note, actor=g.actor, at=clock.now())
    except InvalidError as error:
        return _policy_page(request.form, error.errors), 422
    flash(_("已保存，{day} 起生效").format(day=form.effective_on.isoformat()), "success")
    return redirect(url_for("rules.index"), 303)


def _policy_page(typed: Any, errors: dict[str, str], body: dict[str, Any] | None = None) -> str:
    in_force = policy_on(g.actor.today).policy.to_dict()
    return render_template(
        "rules/policy.html", typed=typed, errors=errors, plain=policies.PLAIN, terms=policies.TERMS,
        severities=list(Severity), changes=queries.policy_changes(in_force, body) if body else None,
        defaults=policies.policy_typed(Policy().to_dict()), open_issues=queries.open_issue_count(g.actor),
        labels=field_labels(),
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
