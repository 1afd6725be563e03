"""Evidence as the page of an issue shows it: photos side by side by round, everything else as a list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for

from tracker import labels
from tracker.clock import local, local_date
from tracker.languages import _
from tracker.models import Evidence, Issue, Phase
from tracker.queries.issue_page import IssuePage

_DAY = re.compile(r"(\d{4})[:-](\d{2})[:-](\d{2})[ T](\d{2}:\d{2})")
_SHOWN = 2
_ON_SPOT = (Phase.RECHECK, Phase.LOOKBACK)


@dataclass(frozen=True)
class PhotoCycle:
    """The photos of one round of rectification; ``on_spot`` are those of re-check and look-back."""

    cycle: int
    before: Sequence[dict[str, str]]
    after: Sequence[dict[str, str]]
    on_spot: Sequence[dict[str, str]]


def photo_cycles(page: IssuePage) -> list[PhotoCycle]:
    """Return the photos round by round, the present one first; a round without any is left out."""
    shown = [row for row in page.evidence if row.blob.copy_sha256]
    before = [_photo(row, page) for row in shown if row.phase is Phase.BEFORE]
    cycles = []
    for cycle in range(page.issue.cycle, -1, -1):
        mine = [row for row in shown if row.cycle == cycle]
        after = [_photo(row, page) for row in mine if row.phase is Phase.AFTER]
        on_spot = [_photo(row, page) for row in mine if row.phase in _ON_SPOT]
        if after or on_spot or (cycle == page.issue.cycle and before):
            cycles.append(PhotoCycle(cycle, before, after, on_spot))
    return cycles


def documents(page: IssuePage) -> list[dict[str, Any]]:
    """Return every file that is no photo of a round, with what there is to know about it."""
    return [
        {
            "name": row.name,
            "phase": labels.word(labels.PHASE, row.phase),
            "size": size_words(row.blob.size),
            "who": _uploader(row),
            "at": row.uploaded_at,
            "url": url_for("evidence.download", evidence_id=row.id),
        }
        for row in page.evidence
        if not row.blob.copy_sha256 or row.phase is Phase.ATTACHMENT
    ]


def size_words(size: int) -> str:
    """Return a size in bytes as people read it."""
    return f"{max(1, round(size / 1024))} KB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MB"


def _photo(row: Evidence, page: IssuePage) -> dict[str, str]:
    phase = labels.word(labels.PHASE, row.phase)
    notes = [f"{_uploader(row)} {local(row.uploaded_at):%m-%d %H:%M}", *_doubts(row, page)]
    return {
        "url": url_for("evidence.thumb", evidence_id=row.id),
        "full": url_for("evidence.show", evidence_id=row.id),
        "alt": _("{phase}照片：{name}").format(phase=phase, name=row.name),
        "caption": _("；").join(notes),
    }


def _uploader(row: Evidence) -> str:
    return row.uploaded_by.name if row.uploaded_by else _("导入")


def _doubts(row: Evidence, page: IssuePage) -> list[str]:
    """Return what deserves a second look: a camera's time that does not fit, the same photo elsewhere."""
    doubts = []
    taken = taken_on(row.blob.device_taken_at)
    if taken is not None and not _fits(taken, row, page.issue):
        doubts.append(_("手机记录的拍摄日期为 {day}，请核对").format(day=taken))
    if row.id in page.elsewhere:
        doubts.append(_also_in(page.elsewhere[row.id]))
    return doubts


def _fits(taken: date, row: Evidence, issue: Issue) -> bool:
    """Tell whether the camera's day lies between the finding, or what came before the photo, and the upload."""
    earliest = issue.found_on
    if row.phase is not Phase.BEFORE and issue.assigned_at is not None:
        earliest = local_date(issue.assigned_at)
    return taken <= local_date(row.uploaded_at) and (earliest is None or taken >= earliest)


def taken_on(text: str | None) -> date | None:
    """Return the day a camera claims, or ``None`` where it claims none that can be read."""
    found = _DAY.match(text or "")
    try:
        return date(*map(int, found.groups()[:3])) if found else None
    except ValueError:
        return None


def _also_in(numbers: Sequence[str]) -> str:
    """Return which other issues hold the same picture: the first few by number, the rest by how many."""
    shown = _("、").join(numbers[:_SHOWN])
    if len(numbers) <= _SHOWN:
        return _("同一照片也用于 {numbers}").format(numbers=shown)
    return _("同一照片也用于 {numbers} 等 {n} 个问题").format(numbers=shown, n=len(numbers))
