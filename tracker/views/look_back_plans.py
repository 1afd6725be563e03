"""Sampling plans of look-backs: typed, previewed, drawn once, looked at, closed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from tracker import clock
from tracker.errors import InvalidError
from tracker.forms import look_backs as forms
from tracker.languages import _
from tracker.models import ExportKind
from tracker.policy import cell_for
from tracker.queries import look_back_plans as queries
from tracker.queries.places import star_names, township_names
from tracker.queries.rules import policy_on
from tracker.services.look_back_plans import PlanValues, Preview, plan_close, plan_draw, plan_preview
from tracker.services.look_backs import look_back_drop
from tracker.views.access import access
from tracker.views.exports import order_list
from tracker.views.issue_pages import MISTAKES, errors_of
from tracker.views.look_backs import field_labels
from workflows.look_back import LookBackState
from workflows.sampling import Rules

bp = Blueprint("look_back_plans", __name__, url_prefix="/look-backs/plans")
_SHARES = 3  # empty rows for shares of their own
_SHARE = 10  # per cent that a new plan proposes
_PERIOD = 30  # days


@bp.get("")
@access("look_back.plan_read")
def index() -> str:
    return render_template("look_backs/plans.html", lines=queries.plan_list(), may=_may())


def _may() -> bool:
    return cell_for("look_back.plan", g.actor.role).allows


@bp.route("/new", methods=["GET", "POST"])
@access("look_back.plan")
def new() -> ResponseReturnValue:
    if request.method == "GET":
        return _form(_proposed(), {})
    preview = None
    try:
        form = forms.PlanForm.parse(request.form)
        values = PlanValues(form.name, form.first_day, form.last_day, form.window_days, form.rules())
        preview = plan_preview(values=values, at=clock.now())
        if form.act == "preview":
            return _form(request.form, {}, preview)
        _unchanged(form, preview)
        plan = plan_draw(values=values, seen=preview.people.digest, actor=g.actor, at=clock.now())
    except InvalidError as error:
        return _form(request.form, error.errors, preview), 422
    flash(_("已抽取 {n} 个问题，样本不再改变").format(n=preview.drawn), "success")
    return redirect(url_for("look_back_plans.page", plan_id=plan.id), 303)


def _unchanged(form: forms.PlanForm, preview: Preview) -> None:
    """Raise unless what is drawn is what was shown: the same conditions, the same issues."""
    if form.seen != _seen(form, preview):
        raise InvalidError({"form": _("预览以后，条件或可抽取的问题有变化，请核对新的预览后再抽取")})


def _seen(form: forms.PlanForm, preview: Preview) -> str:
    typed = form.model_dump(mode="json", exclude={"seen", "act", "name"})
    return hashlib.sha256(json.dumps([typed, preview.people.digest], sort_keys=True).encode()).hexdigest()


def _proposed() -> dict[str, Any]:
    """Return a new plan filled in with what is likely."""
    today = g.actor.today
    policy = policy_on(today).policy
    return {
        "name": _("{year}年{month}月回头看").format(year=today.year, month=today.month), "first_day": today.isoformat(),
        "last_day": (today + timedelta(days=_PERIOD)).isoformat(), "window_days": policy.lookback_days,
        "per_cent": _SHARE, "least": 1, "most": "", "every_major": "1" if policy.lookback_all_major else "",
    }  # fmt: skip


def _form(typed: Mapping[str, Any], errors: Mapping[str, str], preview: Preview | None = None) -> str:
    lists = {
        name: typed.getlist(f"share_{name}") if hasattr(typed, "getlist") else []
        for name in ("town", "star", "per_cent")
    }
    filled = [row for row in zip(*lists.values(), strict=False) if any(row)]
    return render_template(
        "look_backs/plan_form.html", typed=typed, errors=errors, labels=field_labels(), preview=preview,
        shares=[*filled, *[("", "", "")] * _SHARES], towns=township_names(), stars=star_names(),
        seen=_seen(forms.PlanForm.parse(typed), preview) if preview else "",
        names=queries.stratum_names([(one.township, one.star) for one in preview.cells]) if preview else {},
    )  # fmt: skip


@bp.get("/<int:plan_id>")
@access("look_back.plan_read")
def page(plan_id: int) -> str:
    return _page(plan_id)


def _page(plan_id: int, opened: str = "", errors: Mapping[str, str] | None = None) -> str:
    page = queries.plan_page(plan_id)
    waiting = [
        (row.id, f"{row.issue.number} {row.issue.location.name if row.issue.location else ''}".strip())
        for row in page.rows
        if row.state is LookBackState.WAITING
    ]
    return render_template(
        "look_backs/plan.html", page=page, plan=page.plan, rules=Rules.from_dict(page.plan.rules), waiting=waiting,
        may=_may() and page.plan.closed_at is None, opened=opened, errors=errors or {}, labels=field_labels(),
        typed=request.form,
    )  # fmt: skip


@bp.post("/<int:plan_id>/frame.xlsx")
@access("look_back.plan_read")
def frame(plan_id: int) -> Response:
    queries.plan_seen(plan_id)
    back = url_for("look_back_plans.page", plan_id=plan_id)
    return order_list(ExportKind.FRAME, _("回头看抽样底册"), f"plan={plan_id}", back, id=plan_id)


@bp.post("/<int:plan_id>/close")
@access("look_back.plan")
def close(plan_id: int) -> ResponseReturnValue:
    try:
        form = forms.ReasonForm.parse(request.form)
        plan_close(plan_id=plan_id, reason=form.reason, actor=g.actor, at=clock.now())
    except MISTAKES as error:
        return _page(plan_id, "close", errors_of(error)), error.status
    flash(_("方案已结束，没有回头看的已撤下"), "success")
    return redirect(url_for("look_back_plans.page", plan_id=plan_id), 303)


@bp.post("/<int:plan_id>/drop")
@access("look_back.plan")
def drop(plan_id: int) -> ResponseReturnValue:
    try:
        form = forms.ReasonForm.parse(request.form)
        if form.row is None:
            raise InvalidError({"row": _("请选择要撤下的问题")})
        look_back_drop(
            plan_id=plan_id, look_back_id=form.row, reason=form.reason, actor=g.actor, at=clock.now()
        )  # fmt: skip
    except MISTAKES as error:
        return _page(plan_id, "drop", errors_of(error)), error.status
    flash(_("已撤下，登记簿里保留理由"), "success")
    return redirect(url_for("look_back_plans.page", plan_id=plan_id), 303)
