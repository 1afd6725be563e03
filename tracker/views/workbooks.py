"""Sends a workbook that was written in flat memory, and leaves its entry in the audit."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO

from flask import g, send_file
from werkzeug.wrappers import Response

from tracker import clock
from tracker.services.exports import ledger_exported

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def send_workbook(page: str, name: str, query: str, write: Callable[[IO[bytes], datetime], int]) -> Response:
    """Return the workbook that ``write`` fills, as ``<name><day>.xlsx``."""
    at = clock.now()
    file = TemporaryFile()  # noqa: SIM115  # closed by the response
    try:
        rows = write(file, at)
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        ledger_exported(actor=g.actor, at=at, page=page, query=query[:1000], rows=rows, sha256=digest)
        file.seek(0)
        return send_file(
            file, mimetype=XLSX, as_attachment=True, download_name=f"{name}{clock.local_date(at):%Y%m%d}.xlsx"
        )
    except BaseException:
        file.close()
        raise
