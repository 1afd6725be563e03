"""Errors as pages, in the user's words; each denied try leaves one audit entry."""

from __future__ import annotations

import logging
import re
import secrets
from typing import Any

from flask import Flask, Response, g, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException, SecurityError

from tracker import clock
from tracker.database import db, transaction
from tracker.errors import ForbiddenError, HiddenError, TrackerError
from tracker.languages import N_, _
from tracker.services.chain import audit_record
from tracker.views.access import referring_path

log = logging.getLogger(__name__)
_TITLES = {
    400: N_("请求无法识别"),
    401: N_("请先登录"),
    403: N_("无权操作"),
    404: N_("页面不存在"),
    405: N_("不支持的操作"),
    409: N_("事项已有变化"),
    410: N_("链接已失效"),
    413: N_("内容过大"),
    415: N_("文件类型不符"),
    422: N_("填写有误"),
    429: N_("操作过于频繁"),
    500: N_("系统繁忙"),
    503: N_("系统繁忙"),
    507: N_("存储空间不足"),
}


_CODE = re.compile(r"[\w.:/-]{0,64}", re.ASCII)  # what a form carries beside words: ids, choices, keys


def register(app: Flask) -> None:
    """Attach the handlers."""
    app.register_error_handler(TrackerError, _show_ours)
    app.register_error_handler(CSRFError, _show_expired)
    app.register_error_handler(SecurityError, _show_foreign)
    app.register_error_handler(HTTPException, _show_http)
    app.register_error_handler(OperationalError, _show_database)
    app.register_error_handler(OverflowError, _show_too_large)  # a number no column of SQLite holds
    app.register_error_handler(DataError, _show_too_large)  # a number no column of PostgreSQL holds
    app.register_error_handler(Exception, _show_unknown)


def answer(status: int, message: str, reference: str = "") -> tuple[Any, int]:
    """Return the error as a page, or as JSON where JSON was asked for."""
    title = _(_TITLES.get(status, _TITLES[400]))
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        return jsonify(code=status, message=message, request_id=reference), status
    page = render_template(
        "errors/error.html",
        status=status,
        title=title,
        message=message,
        reference=reference,
        typed=_typed(),
        back=referring_path() if request.method == "POST" else None,
    )
    return page, status


def _typed() -> list[str]:
    """Return the words that were typed, so that a page that refuses them does not lose them; no codes, no numbers."""
    hidden = ("csrf_token", "version", "code")
    if request.method != "POST":
        return []
    given = [text for name in request.form if name not in hidden and "password" not in name
             for text in request.form.getlist(name)]  # fmt: skip
    return [text for text in given if text.strip() and not _CODE.fullmatch(text)]


def _show_ours(error: TrackerError) -> tuple[Any, int]:
    db.session.rollback()
    if isinstance(error, ForbiddenError | HiddenError):
        _note_denied()
    return answer(error.status, error.message)


def _note_denied() -> None:
    with transaction():
        audit_record(
            request.endpoint or "?", actor=g.get("actor"), at=clock.now(), target=request.path[:120],
            outcome="denied", address=request.remote_addr or "",
        )  # fmt: skip


def _show_expired(_error: CSRFError) -> tuple[Any, int]:
    if g.get("actor") is not None:  # anyone can send nonsense without a sign-in; the chain is not for that
        _note_denied()
    return answer(400, _("页面已过期，请刷新"))


def _show_foreign(_error: SecurityError) -> tuple[Response, int]:
    """Answer a request for a host that is not ours in plain words: no page can be built, for none has an address."""
    return Response(_(_TITLES[400]), mimetype="text/plain"), 400


def _show_http(error: HTTPException) -> tuple[Any, int]:
    words = {
        404: _("没有找到这个页面，请检查地址，或从首页重新进入"),
        405: _("这个地址不支持这种操作，请从页面上的按钮进入"),
        413: _("提交的内容过大，请减少照片或附件后重试"),
    }
    status = error.code or 500
    return answer(status, words.get(status, _("请求无法处理，请返回后重试")))


def _show_database(error: OperationalError) -> tuple[Any, int]:
    db.session.rollback()
    if "full" in str(error.orig).lower():
        return answer(507, _("存储空间不足，请联系系统管理员"))
    return _show_unknown(error)


def _show_too_large(_error: Exception) -> tuple[Any, int]:
    db.session.rollback()
    return answer(422, _("填写的数值超出范围，请检查"))


def _show_unknown(error: Exception) -> tuple[Any, int]:
    db.session.rollback()
    reference = secrets.token_hex(4)
    log.exception("request %s failed: %s", reference, type(error).__name__)
    return answer(
        500, _("系统繁忙，请稍后再试。如需帮助，请提供编号 {reference}").format(reference=reference), reference
    )
