"""Edited ledgers that come back: received, compared in a preview, decided where others wrote meanwhile, written."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Blueprint, current_app, flash, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker import clock, labels
from tracker.errors import InvalidError
from tracker.forms.ledger_uploads import CellsForm, DecideForm, NameForm, OrderForm
from tracker.languages import _
from tracker.models import IssuedLedger, LedgerUpload, UploadCellKind, UploadTask
from tracker.queries.ledger_uploads import (
    cell_counts,
    cell_page,
    conflicts_taken,
    exports_of,
    ids_of_numbers,
    issues_counted,
    uploads_made,
)
from tracker.reports.ledger_columns import COLUMNS, values_of
from tracker.services.issued_ledgers import members_of
from tracker.services.reimporting.judging import FIELDS
from tracker.services.reimporting.sheets import MOST
from tracker.services.reimporting.tasks import UploadPlace, upload_place, upload_work
from tracker.services.reimporting.uploads import (
    upload_begin,
    upload_decide,
    upload_decide_all,
    upload_drop,
    upload_file_let_go,
    upload_name,
    upload_order,
    upload_seen,
)
from tracker.services.tasks import LEASE
from tracker.views.access import access
from tracker.views.background import run_beside
from tracker.views.sheet_files import sheet_received

bp = Blueprint("ledger_uploads", __name__, url_prefix="/ledgers/uploads")
REIMPORT = "ledger.reimport"
_LIKELY = 10  # exports of which one is chosen
# The kinds in the order of their tabs: what is to be decided, what will happen, what cannot, what has happened.
_TABS = ("conflict", "change", "wrong", "forbidden", "refused", "done", "same", "undone", "stayed")
K = UploadCellKind


@bp.get("")
@access(REIMPORT)
def index() -> str:
    return _index({})


def _index(errors: dict[str, str]) -> str:
    editable = list(dict.fromkeys(_(COLUMNS[key].heading) for key in FIELDS if key in COLUMNS))
    return render_template(
        "ledger_uploads/index.html", errors=errors, uploads=uploads_made(g.actor), editable=editable, most=MOST,
        size=current_app.config["MAX_IMPORT_BYTES"] // (1024 * 1024),
    )  # fmt: skip


@bp.post("")
@access(REIMPORT)
def upload() -> ResponseReturnValue:
    try:
        made = upload_begin(file=sheet_received(_place().store), actor=g.actor, at=clock.now())
    except InvalidError as error:
        return _index(error.errors), 422
    return _go_on(made.id)


@bp.get("/<int:upload_id>")
@access(REIMPORT)
def detail(upload_id: int) -> str:
    return _page(upload_seen(upload_id, g.actor), {})


@bp.get("/<int:upload_id>/progress")
@access(REIMPORT)
def progress(upload_id: int) -> ResponseReturnValue:
    seen = upload_seen(upload_id, g.actor)
    task = labels.word(labels.UPLOAD_TASK, seen.task) if seen.task else ""
    return jsonify(task=task, done=seen.task_done, total=seen.task_total)


@bp.post("/<int:upload_id>/name")
@access(REIMPORT)
def name(upload_id: int) -> ResponseReturnValue:
    seen = upload_seen(upload_id, g.actor)
    try:
        form = NameForm.parse(request.form)
        upload_name(upload_id=upload_id, issued_id=form.issued, actor=g.actor, version=form.version)
    except InvalidError as error:
        return _page(seen, error.errors), 422
    return _go_on(upload_id)


@bp.post("/<int:upload_id>/decide")
@access(REIMPORT)
def decide(upload_id: int) -> ResponseReturnValue:
    upload_seen(upload_id, g.actor)
    form = DecideForm.parse(request.form)
    if form.every:
        upload_decide_all(upload_id=upload_id, take=form.every == "mine", actor=g.actor, version=form.version)
    else:
        upload_decide(
            upload_id=upload_id, shown=form.shown, taken=form.taken, actor=g.actor, version=form.version
        )  # fmt: skip
    flash(_("选择已保存，写入时生效"), "success")
    return redirect(url_for(".detail", upload_id=upload_id, view="conflict"), 303)


@bp.post("/<int:upload_id>/apply")
@access(REIMPORT)
def apply(upload_id: int) -> ResponseReturnValue:
    return _ordered(upload_id, UploadTask.APPLY)


@bp.post("/<int:upload_id>/undo")
@access(REIMPORT)
def undo(upload_id: int) -> ResponseReturnValue:
    return _ordered(upload_id, UploadTask.UNDO)


def _ordered(upload_id: int, task: UploadTask) -> ResponseReturnValue:
    upload_seen(upload_id, g.actor)
    form = OrderForm.parse(request.form)
    upload_order(upload_id=upload_id, task=task, actor=g.actor, version=form.version)
    flash(_("已经开始，完成后这里列出每一处的结果"), "success")
    return _go_on(upload_id)


@bp.post("/<int:upload_id>/again")
@access(REIMPORT)
def again(upload_id: int) -> ResponseReturnValue:
    upload_seen(upload_id, g.actor)
    flash(_("已重新开始处理"), "info")
    return _go_on(upload_id)


@bp.post("/<int:upload_id>/drop")
@access(REIMPORT)
def drop(upload_id: int) -> ResponseReturnValue:
    upload_seen(upload_id, g.actor)
    form = OrderForm.parse(request.form)
    sha256 = upload_drop(upload_id=upload_id, actor=g.actor, version=form.version)
    upload_file_let_go(sha256, _place().store)
    flash(_("已移除，没有写入任何内容"), "success")
    return redirect(url_for(".index"), 303)


def _page(seen: LedgerUpload, errors: dict[str, str]) -> str:
    """Return the page of an upload in whatever stage it is."""
    context: dict[str, Any] = {
        "upload": seen, "errors": errors, "columns": COLUMNS, "instead": labels.where_instead,
        "is_stuck": seen.task is not None and (seen.task_at or seen.made_at) < clock.now() - LEASE,
    }  # fmt: skip
    if seen.task is None and seen.compared_at is None and not seen.failure:
        context |= {"likely": _likely(seen)}
    elif seen.task is None and seen.compared_at is not None:
        context |= _compared(seen)
    return render_template("ledger_uploads/detail.html", **context)


def _compared(seen: LedgerUpload) -> dict[str, Any]:
    form = CellsForm.parse(request.args) if request.method == "GET" else CellsForm()
    counts = cell_counts(seen.id, g.actor)
    taken = conflicts_taken(seen.id, g.actor) if counts.get("conflict") else 0
    return {
        "form": form, "counts": counts, "taken": taken, "pending": counts.get("change", 0) + taken,
        "page": cell_page(seen.id, g.actor, form.view, form.after), "tabs": _tabs(seen, form.view, counts),
        "written": issues_counted(seen.id, g.actor, [K.DONE]),
        "sheets": [{**one, "at": datetime.fromisoformat(one["at"])} for one in seen.about["sheets"]],
    }  # fmt: skip


def _tabs(seen: LedgerUpload, view: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    entries = [("", _("全部"), sum(counts.values()))]
    entries += [(kind, labels.word(labels.UPLOAD_CELL, kind), counts[kind]) for kind in _TABS if counts.get(kind)]
    return [
        {"label": words, "count": n, "current": kind == view,
         "url": url_for(".detail", upload_id=seen.id, view=kind or None)}
        for kind, words, n in entries
    ]  # fmt: skip


def _likely(seen: LedgerUpload) -> list[tuple[int, str]]:
    """Return the exports that may have become the file, those first in which its numbers stand, as choices."""
    wanted = ids_of_numbers(seen.about.get("numbers", ()), g.actor)
    found = [(len(wanted.intersection(members_of(one)[0])), one) for one in exports_of(g.actor)]
    found.sort(key=lambda pair: (-pair[0], -pair[1].id))
    return [(one.id, _export_words(one, common)) for common, one in found[:_LIKELY]]


def _export_words(issued: IssuedLedger, common: int) -> str:
    words = _("{ledger}　{at} 导出，{n} 条，其中 {common} 条在这个文件里")
    ledger, at = labels.word(labels.LEDGER, issued.kind), f"{clock.local(issued.made_at):%Y-%m-%d %H:%M}"
    return words.format(ledger=ledger, at=at, n=issued.rows, common=common)


def _place() -> UploadPlace:
    return upload_place(Path(current_app.config["DATA_DIR"]), COLUMNS, values_of)


def _go_on(upload_id: int) -> ResponseReturnValue:
    """Do what waits to be done to an upload, and lead to its page."""
    where = _place()

    run_beside(lambda: upload_work(upload_id, where))
    return redirect(url_for(".detail", upload_id=upload_id), 303)
