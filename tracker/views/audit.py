"""The audit: read, filtered, verified, never changed."""

from __future__ import annotations

from flask import Blueprint, g, render_template, request

from tracker import labels
from tracker.errors import InvalidError
from tracker.forms.audit import AuditForm
from tracker.queries.audit import audit_page, target_names
from tracker.services.verify import CHAINS, chain_verify
from tracker.views.access import access

bp = Blueprint("audit", __name__, url_prefix="/audit")


@bp.get("/")
@access("audit.read")
def index() -> tuple[str, int] | str:
    return _page()


@bp.get("/auditors")
@access("audit.read_auditor")
def auditors() -> tuple[str, int] | str:
    return _page()


def _page() -> tuple[str, int] | str:
    try:
        form, errors = AuditForm.parse(request.args), {}
    except InvalidError as error:
        form, errors = AuditForm(), error.errors
    page = audit_page(form.filter(), actor=g.actor, before=form.after)
    chosen = {name: value for name, value in request.args.items() if name in AuditForm.model_fields and value}
    html = render_template(
        "audit/index.html", page=page, targets=target_names(page.entries), typed=request.args, query=chosen,
        errors=errors, actions=labels.AUDIT_ACTION, outcomes=labels.AUDIT_OUTCOME,
    )  # fmt: skip
    return (html, 422) if errors else html


@bp.get("/chains")
@access("audit.verify")
def chains() -> str:
    return render_template("audit/chains.html", reports=[chain_verify(name) for name in CHAINS])
