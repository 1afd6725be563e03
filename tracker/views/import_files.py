"""Files that go with imports: the template to be filled in, and the file sent back with its faults marked."""

from __future__ import annotations

from tempfile import TemporaryFile

from flask import g, request, send_file, url_for
from flask.typing import ResponseReturnValue

from tracker import clock, labels
from tracker.errors import NotFoundError
from tracker.languages import _
from tracker.models import ExportKind, ExportMedium
from tracker.queries.import_template import template_lists
from tracker.reports.import_template import import_template
from tracker.services.exports import ExportWish
from tracker.views.exports import TYPES, order
from tracker.views.import_doors import RUN, route, seen_import, this_door


@route("/template.xlsx", RUN)
def template() -> ResponseReturnValue:
    kinds = this_door().kinds
    kind = next((one for one in kinds if one.value == request.args.get("kind", kinds[0].value)), None)
    if kind is None:
        raise NotFoundError
    name = _("{kind}导入模板.xlsx").format(kind=labels.word(labels.IMPORT_KIND, kind))
    file = TemporaryFile()  # noqa: SIM115  # closed by the response
    try:
        import_template(kind, template_lists(g.actor.today), file)
        file.seek(0)
        return send_file(file, mimetype=TYPES[ExportMedium.XLSX], as_attachment=True, download_name=name)
    except BaseException:
        file.close()
        raise


@route("/<int:batch_id>/faults.xlsx", RUN, ("POST",))
def faults(batch_id: int) -> ResponseReturnValue:
    batch = seen_import(batch_id)
    if batch.task is not None or not batch.about.get("sheet"):
        raise NotFoundError
    name = _("{name}-问题标注.xlsx").format(name=batch.file_name.rsplit(".", 1)[0])
    given = {"id": batch.id, "action": this_door().run, "back": url_for(".detail", batch_id=batch.id)}
    return order(ExportWish(ExportKind.FAULTS, ExportMedium.XLSX, name, given, clock.now()))
