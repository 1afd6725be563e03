"""Pictures that stand in the cells of a ledger become evidence of their row's issues."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import insert

from tracker.database import db
from tracker.errors import TrackerError
from tracker.languages import _
from tracker.models import Evidence, Phase
from tracker.policy import Actor
from tracker.reading.callings import shows_after
from tracker.services.evidence import blobs_remember
from tracker.services.importing.staging import Beat
from tracker.services.importing.work import OpenImport
from tracker.spreadsheets.columns import letters_of
from tracker.storage import Store, StoredFile, Upload, intake
from tracker.storage.tables import table_picture


class _Row(Protocol):
    @property
    def row(self) -> int: ...


def photo_phase(work: OpenImport, column: int) -> Phase:
    """Return whether a picture in that column shows the place before or after: by the mapping, else by the heading."""
    field = work.by_column.get(column, "")
    if field == "photo_after":
        return Phase.AFTER
    heading = next((one.words for one in work.headings if one.column == column), "")
    told = field != "photo_before" and shows_after(heading)
    return Phase.AFTER if told else Phase.BEFORE


def photos_take(
    work: OpenImport, path: Path, places: Sequence[tuple[int, int, str]], rows: set[int], store: Store, beat: Beat
) -> tuple[dict[int, list[tuple[Phase, StoredFile]]], list[tuple[int, str]]]:
    """Return the pictures of these rows, checked and safe on disk, and those that could not be taken with the reason.

    ``places`` are (row, column, part of the file). Belongs before the transaction that refers to them.
    """
    taken: dict[int, list[tuple[Phase, StoredFile]]] = {}
    refused: list[tuple[int, str]] = []
    kept: dict[str, StoredFile] = {}
    for done, (row, column, part) in enumerate(places):
        beat(done, len(places))
        if row not in rows:
            continue
        try:
            kept[part] = kept.get(part) or _taken(path, part, _named(work, row, column, part), store)
        except TrackerError as error:
            refused.append((row, error.message))
            continue
        taken.setdefault(row, []).append((photo_phase(work, column), kept[part]))
    return taken, refused


def _named(work: OpenImport, row: int, column: int, part: str) -> str:
    """Return a name that tells where the picture stood: nobody knows what image1.jpeg shows."""
    heading = next((one.words for one in work.headings if one.column == column), "") or letters_of(column)
    return _("第{row}行-{heading}{ending}").format(row=row, heading=heading, ending=Path(part).suffix)


def _taken(path: Path, part: str, name: str, store: Store) -> StoredFile:
    upload = Upload(name, io.BytesIO(table_picture(path, part)))
    return intake(store, [upload])[0]


def photos_attach(
    pairs: Sequence[tuple[int, Any]], photos: Mapping[int, Sequence[tuple[Phase, StoredFile]]], *,
    actor: Actor | None, at: datetime,
) -> dict[int, list[dict[str, str]]]:  # fmt: skip
    """Tie the pictures of each row to its issues; return what their events say of them, by issue."""
    held = [(key, phase, file) for key, one in pairs for phase, file in _unique(photos.get(one.row, ()))]
    if not held:
        return {}
    blobs_remember([file for _key, _phase, file in held], at)
    rows = [
        {
            "issue_id": key, "blob_sha256": file.sha256, "phase": phase, "cycle": 0, "name": file.name,
            "uploaded_by_id": actor.person_id if actor else None, "uploaded_unit_id": actor.unit_id if actor else None,
            "uploaded_at": at,
        }
        for key, phase, file in held
    ]  # fmt: skip
    db.session.execute(insert(Evidence), rows)
    told: dict[int, list[dict[str, str]]] = {}
    for key, phase, file in held:
        told.setdefault(key, []).append({"phase": phase.value, "name": file.name, "sha256": file.sha256})
    return told


def _unique(files: Sequence[tuple[Phase, StoredFile]]) -> list[tuple[Phase, StoredFile]]:
    """Return each picture once: the same bytes are no second piece of evidence."""
    return list({file.sha256: (phase, file) for phase, file in files}.values())
