"""A new version of the policy: typed, compared with what is in force, then kept."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker import clock, labels
from tracker.errors import InvalidError, NotFoundError
from tracker.forms import policy as policies
from tracker.forms.rules import VersionForm
from tracker.languages import _
from tracker.queries import rule_pages as queries
from tracker.queries.policy_moves import policy_preview
from tracker.queries.rules import policy_on
from tracker.services.policy_moves import PATIENCE, policies_sweep
from tracker.services.rules import check_policy, policy_set, policy_withdraw
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
            return _page(request.form, {}, body, form.after)
        policy_set(
            body=body, effective_on=form.effective_on, note_words=form.note, actor=g.actor, at=clock.now(),
            takes_along=form.takes_along,
        )  # fmt: skip
    except InvalidError as error:
        return _page(request.form, error.errors), 422
    flash(_("已保存，{day} 起生效").format(day=form.effective_on.isoformat()), "success")
    _take_along(form)
    return redirect(url_for("rules.index"), 303)


def _take_along(form: VersionForm) -> None:
    """Begin at once with what is in force at once; the clock goes on with what is left."""
    if form.takes_along and form.effective_on <= g.actor.today:
        moved = policies_sweep(at=clock.now(), actor=g.actor, most=PATIENCE)
        flash(_("{n} 件未办结问题已改按新规则；还有的由系统接着办").format(n=moved), "success")


@bp.post("/versions/<int:version_id>/withdraw")
@access("policy.manage")
def withdraw(version_id: int) -> ResponseReturnValue:
    version = policy_withdraw(version_id=version_id, actor=g.actor, at=clock.now())
    flash(_("已撤回原定 {day} 起生效的规则").format(day=version.effective_on.isoformat()), "success")
    return redirect(url_for("rules.index"), 303)


@bp.get("/versions/<int:version_id>")
@access("policy.read")
def version(version_id: int) -> ResponseReturnValue:
    found = queries.policy_pair(version_id)
    if found is None:
        raise NotFoundError
    shown, before = found
    body, old = Policy.from_dict(shown.body).to_dict(), Policy.from_dict(before.body if before else {}).to_dict()
    groups = policies.policy_groups()
    return render_template(
        "rules/version.html", version=shown, before=before, body=body, changes=queries.policy_changes(old, body),
        fields=_fields(groups), groups=groups, severities=list(Severity),
    )  # fmt: skip


def _fields(groups: tuple[policies.PolicyGroup, ...]) -> dict[str, policies.PolicyField]:
    return {field.name: field for group in groups for field in (*group.plain, *group.terms)}


def _with_defaults(code: str) -> dict[str, str]:
    """Return what was typed, with the fields of one group as they are built in."""
    defaults = policies.policy_defaults()
    names = {name for group in policies.policy_groups() if group.code == code for name in group.names}
    return request.form.to_dict() | {name: value for name, value in defaults.items() if name in names}


def _page(typed: Any, errors: dict[str, str], body: dict[str, Any] | None = None, after: int = 0) -> str:
    in_force = policy_on(g.actor.today).policy.to_dict()
    groups = policies.policy_groups()
    changes = queries.policy_changes(in_force, body) if body else None
    return render_template(
        "rules/policy.html", typed=typed, errors=errors, groups=groups, severities=list(Severity), changes=changes,
        changed={change.key for change in changes or ()}, defaults=policies.policy_defaults(), fields=_fields(groups),
        preview=policy_preview(Policy.from_dict(body), g.actor, clock.now(), after) if body and changes else None,
        along=typed.get("takes_along") or str(int(_is_felt(changes))),
        labels=field_labels() | policies.policy_labels(),
    )  # fmt: skip


def _is_felt(changes: list[queries.PolicyChange] | None) -> bool:
    """Say whether somebody who works on an open issue would notice: days, reminders or colours change."""
    return any(labels.policy_group(change.name) in ("clocks", "remind", "colours", "quiet") for change in changes or ())
