"""A file of tables as a form sends it, whatever it is read for."""

from __future__ import annotations

from flask import current_app, request

from tracker.errors import InvalidError, TooLargeError
from tracker.languages import _
from tracker.storage import SheetFile, Store
from tracker.storage.names import clean_name
from tracker.storage.store import Incoming


def sheet_received(store: Store) -> SheetFile:
    """Keep the ``file`` of this form in ``store``; raise ``InvalidError`` for none, an empty one or one too large."""
    chosen = request.files.get("file")
    if chosen is None or not chosen.filename:
        raise InvalidError({"file": _("请选择文件")})
    name, limit = clean_name(chosen.filename), current_app.config["MAX_IMPORT_BYTES"]
    try:
        incoming: Incoming = store.receive(chosen.stream, limit)  # type: ignore[arg-type]
    except TooLargeError as error:
        words = _("“{name}”超过 {n} MB，请拆成几个文件").format(name=name, n=limit // (1024 * 1024))
        raise InvalidError({"file": words}) from error
    if incoming.size == 0:
        incoming.path.unlink(missing_ok=True)
        raise InvalidError({"file": _("“{name}”是空文件，请重新选择").format(name=name)})
    return SheetFile(name, store.keep(incoming.path), incoming.size)
