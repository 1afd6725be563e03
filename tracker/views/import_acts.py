"""What is done to an import: understood otherwise, answered, corrected row by row, stored, confirmed, taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.errors import InvalidError, NotFoundError
from tracker.forms.imports import ActForm, answers_form, cells_form, mapping_form
from tracker.languages import _
from tracker.reading.mapping import FileMapping
from tracker.services.importing import batches, corrections
from tracker.services.importing.files import file_let_go
from tracker.services.importing.mappings import mapping_forget, mapping_keep
from tracker.services.importing.window import RowWindow
from tracker.services.units import alias_add
from tracker.views.import_doors import CONFIRM, RUN, SEE, current_folders, go_on, may_run, page_of, route, seen_import
from tracker.views.import_page import import_page


def _version() -> int | None:
    return ActForm.parse(request.form).version


def _remapped(batch_id: int, form: Callable[[FileMapping], FileMapping]) -> ResponseReturnValue:
    """Understand the file by what ``form`` makes of the present mapping; its faults are shown on the page."""
    batch = seen_import(batch_id)
    try:
        mapping = form(FileMapping.model_validate(batch.mapping))
        corrections.import_remap(batch_id=batch_id, mapping=mapping, actor=g.actor, at=clock.now(), version=_version())
    except InvalidError as error:
        return import_page(batch, errors=error.errors, may=may_run(), typed=request.form), 422
    return go_on(batch_id)


@route("/<int:batch_id>/mapping", RUN, ("POST",))
def remap(batch_id: int) -> ResponseReturnValue:
    batch = seen_import(batch_id)
    headings = {int(column): words for column, words in batch.about.get("headings", ())}
    return _remapped(batch_id, lambda mapping: mapping_form(request.form, mapping, headings))


@route("/<int:batch_id>/answers", RUN, ("POST",))
def answers(batch_id: int) -> ResponseReturnValue:
    def answered(mapping: FileMapping) -> FileMapping:
        changed, aliases = answers_form(request.form, mapping)
        for name, unit_id in aliases.items():
            _remember(name, unit_id)
        return changed

    return _remapped(batch_id, answered)


def _remember(name: str, unit_id: int) -> None:
    """Let the unit be found under that name from now on; one it has already is no news."""
    try:
        alias_add(unit_id=unit_id, name=name, actor=g.actor, at=clock.now())
    except InvalidError:
        flash(_("“{name}”已是该单位的名称或别名").format(name=name), "info")


@route("/<int:batch_id>/rows/<int:number>", RUN, ("GET", "POST"))
def row(batch_id: int, number: int) -> ResponseReturnValue:
    batch = seen_import(batch_id)
    found = RowWindow(batch, g.actor.today).one(number) if batch.task is None else None
    if found is None:
        raise NotFoundError
    if request.method == "GET":
        return render_template("imports/row.html", batch=batch, row=found, columns=_columns(batch), errors={}, typed={})
    before = {cell.column: cell.words for cell in found.cells if not cell.is_edited}
    held = {cell.column: cell.words for cell in found.cells if cell.is_edited}
    try:
        cells = cells_form(request.form, before)
        kept = {column: words for column, words in held.items() if f"cell-{column}" not in request.form}
        corrections.import_row_edit(
            batch_id=batch_id, number=number, cells=kept | cells, actor=g.actor, at=clock.now(), version=_version()
        )
    except InvalidError as error:
        page = render_template(
            "imports/row.html", batch=batch, row=found, columns=_columns(batch), errors=error.errors, typed=request.form
        )  # fmt: skip
        return page, 422
    flash(_("第 {n} 行已修改").format(n=number), "success")
    return go_on(batch_id)


def _columns(batch: Any) -> Any:
    return {column.column: column for column in RowWindow(batch, g.actor.today).columns}


@route("/<int:batch_id>/rows/<int:number>/leave", RUN, ("POST",))
def leave(batch_id: int, number: int) -> ResponseReturnValue:
    seen_import(batch_id)
    is_left = request.form.get("leave") == "1"
    corrections.import_row_leave(
        batch_id=batch_id, number=number, leave=is_left, actor=g.actor, at=clock.now(), version=_version()
    )
    flash((_("第 {n} 行不导入") if is_left else _("第 {n} 行重新导入")).format(n=number), "success")
    return go_on(batch_id)


@route("/<int:batch_id>/store", RUN, ("POST",))
def store(batch_id: int) -> ResponseReturnValue:
    seen_import(batch_id)
    form = ActForm.parse(request.form)
    two = bool(current_app.config["TWO_PERSON_IMPORTS"])
    batches.import_order(
        batch_id=batch_id, good_only=form.good_only, two_persons=two, actor=g.actor, at=clock.now(),
        version=form.version,
    )  # fmt: skip
    return go_on(batch_id)


@route("/<int:batch_id>/ask", RUN, ("POST",))
def ask(batch_id: int) -> ResponseReturnValue:
    seen_import(batch_id)
    form = ActForm.parse(request.form)
    batches.import_ask(
        batch_id=batch_id, good_only=form.good_only, actor=g.actor, at=clock.now(), version=form.version
    )  # fmt: skip
    flash(_("已提请复核，请另一名经办人或县领导打开本页确认"), "success")
    return page_of(batch_id)


@route("/<int:batch_id>/confirm", CONFIRM, ("POST",))
def confirm(batch_id: int) -> ResponseReturnValue:
    seen_import(batch_id)
    batches.import_order(batch_id=batch_id, two_persons=True, actor=g.actor, at=clock.now(), version=_version())
    return go_on(batch_id)


@route("/<int:batch_id>/decline", SEE, ("POST",))
def decline(batch_id: int) -> ResponseReturnValue:
    seen_import(batch_id)
    batches.import_decline(batch_id=batch_id, actor=g.actor, at=clock.now(), version=_version())
    flash(_("已退回，可以修改后重新提请"), "success")
    return page_of(batch_id)


@route("/<int:batch_id>/drop", RUN, ("POST",))
def drop(batch_id: int) -> ResponseReturnValue:
    seen_import(batch_id)
    batch = batches.import_drop(batch_id=batch_id, actor=g.actor, at=clock.now(), version=_version())
    file_let_go(batch.file_sha256, current_folders().imports)
    flash(_("已放弃这次导入，没有写入任何内容"), "success")
    return redirect(url_for(".index"), 303)


@route("/<int:batch_id>/undo", RUN, ("POST",))
def undo(batch_id: int) -> ResponseReturnValue:
    seen_import(batch_id)
    count = batches.import_undo(batch_id=batch_id, actor=g.actor, at=clock.now(), version=_version())
    flash(_("已撤销：{n} 个问题退出台账，编号不再使用").format(n=count), "success")
    return page_of(batch_id)


@route("/<int:batch_id>/keep", RUN, ("POST",))
def keep(batch_id: int) -> ResponseReturnValue:
    batch = seen_import(batch_id)
    try:
        kept = mapping_keep(batch_id=batch_id, name=request.form.get("name", ""), actor=g.actor, at=clock.now())
    except InvalidError as error:
        return import_page(batch, errors=error.errors, may=may_run(), typed=request.form), 422
    flash(_("已保存“{name}”，下次遇到同样的表格会自动采用").format(name=kept.name), "success")
    return go_on(batch_id)


@route("/mappings/<int:mapping_id>/forget", RUN, ("POST",))
def forget(mapping_id: int) -> ResponseReturnValue:
    mapping_forget(mapping_id=mapping_id, actor=g.actor, at=clock.now())
    flash(_("已删除"), "success")
    return redirect(url_for(".index"), 303)
