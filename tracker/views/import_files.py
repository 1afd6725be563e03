"""Files that go with imports: the template to be filled in, and the file sent back with its faults marked."""

from __future__ import annotations

from collections.abc import Callable
from tempfile import TemporaryFile
from typing import IO

from flask import g, request, send_file
from flask.typing import ResponseReturnValue

from tracker import labels
from tracker.errors import NotFoundError
from tracker.languages import _
from tracker.models import ImportBatch
from tracker.queries.import_template import template_lists
from tracker.reports.import_faults import Fault, write_faults
from tracker.reports.import_template import import_template
from tracker.services.importing.faults import faults_of, staged_cells
from tracker.views.import_doors import RUN, current_folders, route, seen_import, this_door
from tracker.views.workbooks import XLSX


@route("/template.xlsx", RUN)
def template() -> ResponseReturnValue:
    kinds = this_door().kinds
    kind = next((one for one in kinds if one.value == request.args.get("kind", kinds[0].value)), None)
    if kind is None:
        raise NotFoundError
    name = _("{kind}导入模板.xlsx").format(kind=labels.word(labels.IMPORT_KIND, kind))
    return _sent(name, lambda file: import_template(kind, template_lists(g.actor.today), file))


@route("/<int:batch_id>/faults.xlsx", RUN)
def faults(batch_id: int) -> ResponseReturnValue:
    batch = seen_import(batch_id)
    if batch.task is not None or not batch.about.get("sheet"):
        raise NotFoundError
    marks = [Fault(one.row, one.column, one.words, one.level) for one in faults_of(batch)]
    path = current_folders().imports.path_of(batch.file_sha256)
    name = _("{name}-问题标注.xlsx").format(name=batch.file_name.rsplit(".", 1)[0])
    sheet, headings = batch.about["sheet"], _headings(batch)
    return _sent(
        name,
        lambda file: write_faults(
            path, batch.file_name, sheet, marks, file, rows=staged_cells(batch_id), headings=headings
        ),
    )


def _sent(name: str, write: Callable[[IO[bytes]], None]) -> ResponseReturnValue:
    file = TemporaryFile()  # noqa: SIM115  # closed by the response
    try:
        write(file)
        file.seek(0)
        return send_file(file, mimetype=XLSX, as_attachment=True, download_name=name)
    except BaseException:
        file.close()
        raise


def _headings(batch: ImportBatch) -> tuple[int, int]:
    """Return the rows of the headings; a file without any is taken to begin with its rows."""
    first, last = batch.about["header"]
    return (int(first), int(last)) if last else (1, 1)
