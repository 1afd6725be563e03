"""Files of the organisation: the table of divisions in, the workbook out and back; seen first, then applied."""

from __future__ import annotations

import base64
import binascii
import io

from flask import Blueprint, g, render_template, request, send_file
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.database import transaction
from tracker.errors import InvalidError
from tracker.forms.workbook import workbook_parse
from tracker.languages import _
from tracker.queries.workbook import workbook_rows
from tracker.reports.unit_workbook import unit_workbook
from tracker.services.chain import audit_record
from tracker.services.unit_import import ImportReport, units_import
from tracker.services.workbooks import WorkbookReport, workbook_import
from tracker.storage.sheets import sheets_read
from tracker.views.access import access

bp = Blueprint("unit_files", __name__, url_prefix="/units")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_KEPT = 600 * 1024  # what the page of a preview may carry along, below the limit of a form's text


@bp.route("/import", methods=["GET", "POST"])
@access("unit.manage")
def divisions() -> ResponseReturnValue:
    if request.method == "GET":
        return render_template("units/import.html", errors={}, report=None, kept="", applied=False)
    applied = bool(request.form.get("apply"))
    try:
        content = _content()
        report = units_import(content=content, actor=g.actor, at=clock.now(), dry_run=not applied)
    except InvalidError as error:
        return _divisions(None, error.errors, b"", False), 422
    return _divisions(report, {}, b"" if applied else content, applied)


def _divisions(report: ImportReport | None, errors: dict[str, str], content: bytes, applied: bool) -> str:
    return render_template(
        "units/import.html", errors=errors, report=report, kept=_kept(content), applied=applied
    )  # fmt: skip


@bp.get("/workbook.xlsx")
@access("unit.manage")
def export() -> ResponseReturnValue:
    at = clock.now()
    content = unit_workbook(workbook_rows(g.actor.today))
    with transaction():
        audit_record("workbook.export", actor=g.actor, at=at, target="units", detail={"bytes": len(content)})
    name = _("组织") + f"-{g.actor.today.isoformat()}.xlsx"
    return send_file(io.BytesIO(content), mimetype=_XLSX, as_attachment=True, download_name=name)


@bp.route("/workbook", methods=["GET", "POST"])
@access("unit.manage")
def workbook() -> ResponseReturnValue:
    if request.method == "GET":
        return render_template("units/workbook.html", errors={}, report=None, kept="", applied=False)
    applied = bool(request.form.get("apply"))
    try:
        content = _content()
        rows, wrong = workbook_parse(sheets_read(content))
    except InvalidError as error:
        return _workbook(None, error.errors, b"", False), 422
    report = workbook_import(rows=rows, errors=wrong, actor=g.actor, at=clock.now(), dry_run=not applied)
    if report.errors:
        return _workbook(report, {}, b"", False), 422
    return _workbook(report, {}, b"" if applied else content, applied)


def _workbook(report: WorkbookReport | None, errors: dict[str, str], content: bytes, applied: bool) -> str:
    return render_template(
        "units/workbook.html", errors=errors, report=report, kept=_kept(content), applied=applied
    )  # fmt: skip


def _content() -> bytes:
    """Return the file that was chosen, or the one that the preview carried along."""
    chosen = request.files.get("file")
    if chosen is not None and chosen.filename:
        return chosen.stream.read()
    try:
        content = base64.b64decode(request.form.get("kept", ""), validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if not content:
        raise InvalidError({"file": _("请选择文件")})
    return content


def _kept(content: bytes) -> str:
    return base64.b64encode(content).decode() if len(content) <= _KEPT else ""
