"""Makes an export that waits: claimed, read as of one instant, written beside the database, handed over."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from pathlib import Path
from threading import BoundedSemaphore
from typing import cast

from flask import Flask
from sqlalchemy import select

from tracker import clock
from tracker.database import db
from tracker.errors import RefusedError, TrackerError
from tracker.exporting.makers import MAKERS
from tracker.exporting.pulse import ExportStoppedError, Pulse, WatchedFile
from tracker.exporting.work import Work
from tracker.labels import REFUSAL, word
from tracker.languages import _, speaking
from tracker.models import PAPERS, Export
from tracker.services.export_rights import asker_of
from tracker.services.export_tasks import (
    Claim,
    Outcome,
    export_claim,
    export_failed,
    export_finish,
    exports_clear,
    exports_left,
    file_drop,
)
from tracker.storage import Store
from tracker.storage.store import full_disk_told

_LOG = logging.getLogger(__name__)


def export_store(app: Flask) -> Store:
    """Return where this installation keeps the files that were exported."""
    return Store(Path(app.config["DATA_DIR"]) / "exports")


def export_work(app: Flask, export_id: int) -> None:
    """Make an export, once there is room for it, unless somebody is at it already or it was given up."""
    kind = db.session.scalar(select(Export.kind).where(Export.id == export_id))
    db.session.rollback()  # nothing is held while one waits
    with _room(app, kind in PAPERS):
        claim = export_claim(export_id, clock.now())
        if claim is not None:
            export = db.session.get_one(Export, export_id, populate_existing=True)
            with speaking(export.language):
                _try(app, claim)


def exports_resume(app: Flask, at: datetime) -> int:
    """Make what a process left behind when it died, and clear away what is over; return how many were made."""
    left = exports_left(at)
    for export_id in left:
        export_work(app, export_id)
    exports_clear(export_store(app), at)
    return len(left)


def _room(app: Flask, is_paper: bool) -> BoundedSemaphore:
    """Return the rooms of this process: as many files are made in it at the same time.

    Documents have rooms of their own, for a letter of one page must not wait for a ledger of 100,000 rows.
    """
    name, rooms = ("papers" if is_paper else "tables"), max(1, int(app.config["EXPORTS_AT_ONCE"]))
    return cast("BoundedSemaphore", app.extensions.setdefault(f"exporting.{name}", BoundedSemaphore(rooms)))


def _try(app: Flask, claim: Claim) -> None:
    try:
        with Pulse(app, claim) as pulse:
            _make(app, claim, pulse)
    except ExportStoppedError:
        db.session.rollback()
    except TrackerError as error:
        db.session.rollback()
        export_failed(claim, error.message, clock.now())
    except BaseException:
        db.session.rollback()
        _LOG.exception("export %s failed", claim.export_id)
        export_failed(claim, _("处理时发生意外错误，请重试；仍不成功请联系系统管理员"), clock.now())
        raise


def _make(app: Flask, claim: Claim, pulse: Pulse) -> None:
    store = export_store(app)
    waiting = store.waiting()
    try:
        with full_disk_told():
            outcome = _written(app, claim, pulse, waiting)
            pulse.beat()  # what took no time has not said yet how much there was of it
            pulse.check()
            size, sha256 = waiting.stat().st_size, store.keep(waiting)
    finally:
        waiting.unlink(missing_ok=True)
    at = clock.now()
    kept_until = at + timedelta(days=max(1, app.config["EXPORT_DAYS"]))
    if not export_finish(claim, outcome, (sha256, size), kept_until, at):
        file_drop(store, sha256, at)


def _written(app: Flask, claim: Claim, pulse: Pulse, path: Path) -> Outcome:
    """Write the file from what the database says at one instant; return what came of it."""
    now = clock.now()
    export = db.session.get_one(Export, claim.export_id, populate_existing=True)
    actor = asker_of(export, now)
    if actor is None:
        raise RefusedError(word(REFUSAL, "export_not_yours_now"))
    db.session.rollback()
    if db.engine.dialect.name == "postgresql":  # SQLite reads one instant in each transaction by itself
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    try:
        picture = Store(Path(app.config["DATA_DIR"]) / "evidence").read
        work = Work(
            export.kind, export.given, export.medium, export.at, now, actor, pulse, picture, app.config["FONT_FOLDER"]
        )  # fmt: skip
        with WatchedFile(path, pulse) as file:
            return MAKERS[export.kind](work, file)
    finally:
        db.session.rollback()
