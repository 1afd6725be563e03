"""A new version of the policy: typed, compared with what is in force, then kept."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.errors import InvalidError
from tracker.forms import policy as policies
from tracker.forms.rules import VersionForm
from tracker.languages import _
from tracker.queries import rule_pages as queries
from tracker.queries.rules import policy_on
from tracker.services.rules import check_policy, policy_set
from tracker.views.access import access
from tracker.views.rules import field_labels
from workflows.issue import Severity
from workflows.policy import Policy

bp = Blueprint("rule_policy", __name__, url_prefix="/rules")


@bp.get("/policy")
@access("policy.manage")
def edit() -> ResponseReturnValue:
    latest = queries.policy_latest()
    body = Policy.from_dict(latest.body).to_dict() if latest else Policy().to_dict()
    if request.args.get("defaults"):
        body = Policy().to_dict()
    return _page(policies.policy_typed(body), {})


@bp.post("/policy")
@access("policy.manage")
def compare() -> ResponseReturnValue:
    if request.form.get("defaults"):
        return _page(_with_defaults(request.form["defaults"]), {})
    try:
        form = VersionForm.parse(request.form)
        body = policies.policy_body(request.form)
        check_policy(body, form.effective_on, g.actor.today)
        if not request.form.get("apply"):
            return _page(request.form, {}, body)
        policy_set(body=body, effective_on=form.effective_on, note_words=form.note, actor=g.actor, at=clock.now())
    except InvalidError as error:
        return _page(request.form, error.errors), 422
    flash(_("已保存，{day} 起生效").format(day=form.effective_on.isoformat()), "success")
    return redirect(url_for("rules.index"), 303)


def _with_defaults(code: str) -> dict[str, str]:
    """Return what was typed, with the fields of one group as they are built in."""
    defaults = policies.policy_defaults()
    names = {name for group in policies.policy_groups() if group.code == code for name in group.names}
    return request.form.to_dict() | {name: value for name, value in defaults.items() if name in names}


def _page(typed: Any, errors: dict[str, str], body: dict[str, Any] | None = None) -> str:
    in_force = policy_on(g.actor.today).policy.to_dict()
    groups = policies.policy_groups()
    changes = queries.policy_changes(in_force, body) if body else None
    return render_template(
        "rules/policy.html", typed=typed, errors=errors, groups=groups, severities=list(Severity), changes=changes,
        changed={change.key for change in changes or ()}, defaults=policies.policy_defaults(),
        fields={field.name: field for group in groups for field in (*group.plain, *group.terms)},
        open_issues=queries.open_issue_count(g.actor), labels=field_labels() | policies.policy_labels(),
    )  # fmt: skip
