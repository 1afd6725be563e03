"""The county's words for its documents: what is in force, versions, a preview, a new version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker import clock, labels
from tracker.errors import InvalidError, NotFoundError, RefusedError
from tracker.forms.paper_templates import LABELS, TemplateForm
from tracker.languages import _
from tracker.papers.examples import example_paper
from tracker.papers.paper import Paper
from tracker.papers.wording import FIELDS, PARTS, USUAL, Wording, usual
from tracker.queries import paper_templates as queries
from tracker.services.notices import issuer_name
from tracker.services.paper_templates import template_set, template_withdraw, wording_faults
from tracker.views.access import access
from tracker.views.ids import id_of
from tracker.views.rules import may_change

bp = Blueprint("rule_papers", __name__, url_prefix="/rules/papers")
_KINDS = labels.NOTICE_KIND | labels.LETTER_KIND | labels.DOCUMENT_KIND


@bp.get("")
@access("policy.read")
def index() -> str:
    today = g.actor.today
    lines = [
        (kind, labels.word(_KINDS, kind), queries.template_on(kind, today),
         [one for one in queries.template_versions(kind) if one.effective_on > today and one.withdrawn_at is None])
        for kind in USUAL
    ]  # fmt: skip
    return render_template("rules/papers.html", lines=lines, may=may_change(), tab="papers")


@bp.get("/<paper_kind>")
@access("policy.read")
def detail(paper_kind: str) -> str:
    _known(paper_kind)
    given = request.args.get("from", "")
    wording = queries.wording_on(paper_kind, g.actor.today)
    if given == "usual":
        wording = usual(paper_kind)
    elif given:
        wording = queries.worded(paper_kind, queries.template_of(paper_kind, id_of(given)))
    typed = asdict(wording) | {"effective_on": g.actor.today.isoformat()}
    return _page(paper_kind, typed, {}, _example(paper_kind, wording))


@bp.post("/<paper_kind>")
@access("policy.manage")
def change(paper_kind: str) -> ResponseReturnValue:
    _known(paper_kind)
    try:
        form = TemplateForm.parse(request.form)
        if request.form.get("act") == "preview":
            faults = wording_faults(form.wording)
            if faults:
                raise InvalidError(faults)
            return _page(paper_kind, request.form, {}, _example(paper_kind, form.wording))
        template_set(
            kind=paper_kind, wording=form.wording, effective_on=form.effective_on, note=form.note, actor=g.actor,
            at=clock.now(),
        )  # fmt: skip
    except InvalidError as error:
        return _page(paper_kind, request.form, error.errors, None), 422
    flash(_("已保存，{day} 起出具的文书使用新的文字").format(day=form.effective_on), "success")
    return redirect(url_for("rule_papers.detail", paper_kind=paper_kind), 303)


@bp.post("/<paper_kind>/<int:template_id>/withdraw")
@access("policy.manage")
def withdraw(paper_kind: str, template_id: int) -> ResponseReturnValue:
    try:
        template_withdraw(kind=paper_kind, template_id=template_id, actor=g.actor, at=clock.now())
    except RefusedError as error:
        flash(error.message, "error")
    else:
        flash(_("已撤回"), "success")
    return redirect(url_for("rule_papers.detail", paper_kind=paper_kind), 303)


def _known(kind: str) -> None:
    if kind not in USUAL:
        raise NotFoundError


def _example(kind: str, wording: Wording) -> Paper:
    return example_paper(kind, wording, issuer_name())


def _page(kind: str, typed: Mapping[str, Any], errors: Mapping[str, str], paper: Paper | None) -> str:
    return render_template(
        "rules/paper.html", kind=kind, words=labels.word(_KINDS, kind), typed=typed, errors=errors, paper=paper,
        now=queries.template_on(kind, g.actor.today), versions=queries.template_versions(kind), may=may_change(),
        parts={name: _(words) for name, words in PARTS.items()}, names={n: _(w) for n, w in LABELS.items()},
        fields={name: _(words) for name, words in FIELDS.items()},
    )  # fmt: skip
