"""Imports: a file is received, its rows are looked at in a window, and its page says what waits to be decided."""

from __future__ import annotations

from flask import current_app, flash, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from tracker import clock, labels
from tracker.errors import ForbiddenError, InvalidError
from tracker.forms.imports import RowsForm, UploadForm
from tracker.languages import _
from tracker.queries.imports import import_list
from tracker.services.importing.batches import import_begin
from tracker.services.importing.mappings import mappings_kept
from tracker.services.importing.window import RowWindow
from tracker.views.import_doors import RUN, SEE, current_folders, go_on, may_run, route, seen_import, this_door
from tracker.views.import_page import import_page
from tracker.views.sheet_files import sheet_received


@route("/", RUN)
def index() -> ResponseReturnValue:
    return _index({})


def _index(errors: dict[str, str]) -> str:
    kinds = this_door().kinds
    words = [(kind.value, labels.word(labels.IMPORT_KIND, kind)) for kind in kinds]
    return render_template(
        "imports/index.html", errors=errors, kinds=words, chosen=request.values.get("kind", ""),
        imports=import_list(kinds), kept=[one for one in mappings_kept() if one.kind in kinds],
        most=current_app.config["MAX_IMPORT_BYTES"] // (1024 * 1024),
    )  # fmt: skip


@route("/", RUN, ("POST",))
def upload() -> ResponseReturnValue:
    try:
        form = UploadForm.parse({"kind": this_door().kinds[0].value, **request.form})
        if form.kind not in this_door().kinds:
            raise ForbiddenError
        batch = import_begin(
            kind=form.kind, file=sheet_received(current_folders().imports), actor=g.actor, at=clock.now()
        )
    except InvalidError as error:
        return _index(error.errors), 422
    return go_on(batch.id)


@route("/<int:batch_id>", SEE)
def detail(batch_id: int) -> ResponseReturnValue:
    return import_page(seen_import(batch_id), errors={}, may=may_run())


@route("/<int:batch_id>/progress", SEE)
def progress(batch_id: int) -> ResponseReturnValue:
    batch = seen_import(batch_id)
    task = labels.word(labels.IMPORT_TASK, batch.task) if batch.task else ""
    return jsonify(task=task, done=batch.task_done, total=batch.task_total, state=batch.state.value)


@route("/<int:batch_id>/rows", SEE)
def rows(batch_id: int) -> ResponseReturnValue:
    batch = seen_import(batch_id)
    form = RowsForm.parse(request.args)
    window = RowWindow(batch, g.actor.today).rows(form.fate, form.offset, form.limit)
    page = render_template("imports/rows.html", window=window, batch=batch, may_change=may_run())
    return page, {"X-Total-Rows": str(window.total)}


@route("/<int:batch_id>/again", RUN, ("POST",))
def again(batch_id: int) -> ResponseReturnValue:
    """Take up a task that was left behind, where somebody does not want to wait for the clock."""
    seen_import(batch_id)
    flash(_("已重新开始处理"), "info")
    return go_on(batch_id)
