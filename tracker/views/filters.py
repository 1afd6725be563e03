"""Saved filters: kept, renamed, made the one a page opens with, deleted."""

from __future__ import annotations

from urllib.parse import parse_qsl

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from tracker import clock
from tracker.errors import InvalidError
from tracker.forms.filters import ListForm, SavedFilterForm
from tracker.forms.ledgers import LedgerForm
from tracker.languages import _
from tracker.queries.saved_filters import saved_filters
from tracker.services.saved_filters import PAGES, filter_change, filter_delete, filter_save
from tracker.views.access import access

bp = Blueprint("filters", __name__, url_prefix="/filters")


@bp.get("/")
@access("self")
def index() -> str:
    return _page()


@bp.post("/")
@access("self")
def save() -> Response | tuple[str, int]:
    try:
        form = SavedFilterForm.parse(request.form)
        reads = LedgerForm if form.page == "ledgers" else ListForm
        query = reads.parse(MultiDict(parse_qsl(form.query))).canonical()
        saved = filter_save(
            actor=g.actor, at=clock.now(), page=form.page, name=form.name, query=query, is_default=form.is_default
        )
    except InvalidError as error:
        return _page(error.errors, typed=request.form.to_dict()), 422
    flash(_("已保存筛选“{name}”").format(name=saved.name), "success")
    return redirect(f"{url_for(f'{saved.page}.index')}?{saved.query}", 303)


@bp.post("/<int:filter_id>")
@access("self")
def change(filter_id: int) -> Response | tuple[str, int]:
    try:
        form = SavedFilterForm.parse(request.form)
        saved = filter_change(
            actor=g.actor, at=clock.now(), filter_id=filter_id, name=form.name, is_default=form.is_default
        )
    except InvalidError as error:
        return _page(error.errors, changed=filter_id, typed=request.form.to_dict()), 422
    flash(_("已修改筛选“{name}”").format(name=saved.name), "success")
    return redirect(url_for("filters.index", page=saved.page), 303)


@bp.post("/<int:filter_id>/delete")
@access("self")
def delete(filter_id: int) -> Response:
    gone = filter_delete(actor=g.actor, at=clock.now(), filter_id=filter_id)
    flash(_("已删除筛选“{name}”").format(name=gone.name), "success")
    return redirect(url_for("filters.index", page=gone.page), 303)


def _page(errors: dict[str, str] | None = None, changed: int | None = None, typed: dict[str, str] | None = None) -> str:
    saved = {page: saved_filters(g.actor, page) for page in PAGES}
    return render_template("filters/index.html", saved=saved, errors=errors or {}, changed=changed, typed=typed or {})
