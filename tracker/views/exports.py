"""Files made in the background: ordered by a button, waited for on a page, listed, fetched by who asked for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from flask import Blueprint, Flask, current_app, flash, g, jsonify, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from tracker import clock, labels
from tracker.errors import RefusedError
from tracker.exporting.run import export_store, export_work
from tracker.languages import _
from tracker.models import PAPERS, Export, ExportKind, ExportMedium
from tracker.queries.exports import export_list, exports_ahead
from tracker.services.export_rights import may_have, unpacked
from tracker.services.exports import (
    IN_THE_MAKING,
    ExportWish,
    export_again,
    export_cancel,
    export_fetched,
    export_order,
    export_seen,
)
from tracker.services.tasks import LEASE
from tracker.storage import DamagedError
from tracker.storage.names import disposition
from tracker.views.access import access
from tracker.views.background import run_beside
from workflows.exporting import ExportState

bp = Blueprint("exports", __name__, url_prefix="/exports")
TYPES = {
    ExportMedium.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ExportMedium.CSV: "text/csv; charset=utf-8", ExportMedium.JSON: "application/json",
    ExportMedium.PDF: "application/pdf",
    ExportMedium.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}  # fmt: skip


def order(wish: ExportWish) -> Response:
    """Have the file made; lead to it if that took a moment, otherwise to the page where it is waited for."""
    try:
        export = export_order(wish=wish, actor=g.actor, at=clock.now(), most=_most())
    except RefusedError as error:
        flash(error.message, "error")
        return redirect(url_for("exports.index"), 303)
    return _make(export.id)


def order_list(kind: ExportKind, title: str, query: str, back: str, **given: Any) -> Response:
    """Have a list of today made as a workbook, called ``title`` and the day.

    ``query`` is its filter as an address, ``back`` the page on which it is asked for.
    """
    at = clock.now()
    name = f"{title}{clock.local_date(at):%Y%m%d}.xlsx"
    return order(ExportWish(kind, ExportMedium.XLSX, name, {"query": query, "back": back, **given}, at))


def _make(export_id: int) -> Response:
    app = cast("Flask", current_app._get_current_object())  # type: ignore[attr-defined]
    run_beside(lambda: export_work(app, export_id))
    is_ready = export_seen(export_id, g.actor).state is ExportState.READY
    return redirect(url_for("exports.file" if is_ready else "exports.detail", export_id=export_id), 303)


def _most() -> int:
    return max(1, int(current_app.config["EXPORTS_EACH"]))


@bp.get("")
@access("export.own")
def index() -> str:
    return render_template("exports/index.html", exports=export_list(g.actor), days=current_app.config["EXPORT_DAYS"])


@bp.get("/<int:export_id>")
@access("export.own")
def detail(export_id: int) -> str:
    export, at = export_seen(export_id, g.actor), clock.now()
    is_ready = export.state is ExportState.READY
    return render_template(
        "exports/detail.html", export=export, going=export.state in IN_THE_MAKING, is_paper=export.kind in PAPERS,
        is_over=is_ready and export.kept_until is not None and export.kept_until <= at,
        may_have=is_ready and may_have(export, unpacked(export.members), at), **_far(export, at),
    )  # fmt: skip


@bp.get("/<int:export_id>/progress")
@access("export.own")
def progress(export_id: int) -> ResponseReturnValue:
    export = export_seen(export_id, g.actor)
    far = _far(export, clock.now())
    return jsonify(going=export.state in IN_THE_MAKING, done=export.done, total=export.total, words=far["words"])


@bp.get("/<int:export_id>/file")
@access("export.own")
def file(export_id: int) -> Response:
    export = export_fetched(export_id=export_id, actor=g.actor, at=clock.now())
    path = export_store(current_app).path_of(export.file_sha256)
    if not path.exists():
        raise DamagedError
    answer = send_file(path, mimetype=TYPES[export.medium], etag=export.file_sha256)
    answer.headers["Content-Disposition"] = disposition(export.name)
    return answer


@bp.post("/<int:export_id>/cancel")
@access("export.own")
def cancel(export_id: int) -> Response:
    export_cancel(export_id=export_id, actor=g.actor, at=clock.now())
    flash(_("已取消，没有生成文件"), "success")
    return redirect(url_for("exports.detail", export_id=export_id), 303)


@bp.post("/<int:export_id>/again")
@access("export.own")
def again(export_id: int) -> Response:
    export_again(export_id=export_id, actor=g.actor, at=clock.now(), most=_most())
    return _make(export_id)


def _far(export: Export, at: datetime) -> dict[str, Any]:
    """Return in words how far it is, and whether its maker fell silent."""
    since = export.beat_at or export.asked_at
    return {"words": _words(export, at), "is_stuck": export.state in IN_THE_MAKING and since < at - LEASE}


def _words(export: Export, at: datetime) -> str:
    if export.state is ExportState.WAITING:
        ahead = exports_ahead(export)
        return _("前面还有 {n} 份，轮到就开始").format(n=ahead) if ahead else _("马上开始")
    if not export.done:
        return _("正在读取")
    if not export.total:
        return _("已写 {n} 行").format(n=export.done)
    if export.kind in PAPERS:
        step = labels.word(labels.EXPORT_STEP, str(export.done))
        return _("第 {n} 步（共 {total} 步）：{step}，已排 {pages} 页").format(
            n=export.done, total=export.total, step=step, pages=export.rows or 0
        )
    if export.done >= export.total:
        return _("共 {n} 行已全部写好，正在打包").format(n=export.done)
    far = _("{done} / {total} 行").format(done=export.done, total=export.total)
    return f"{far}　{_left(export, at)}"


def _left(export: Export, at: datetime) -> str:
    """Return how long it may still take, at the pace so far."""
    gone = (at - (export.started_at or at)).total_seconds()
    seconds = round(gone * (export.total - export.done) / export.done)
    if seconds < 60:
        return _("大约还需 {n} 秒").format(n=max(1, seconds))
    return _("大约还需 {n} 分钟").format(n=round(seconds / 60))
