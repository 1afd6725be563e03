"""Looks whether every stored byte is still what its hash says."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from tracker.database import db, transaction
from tracker.models import Blob
from tracker.services.chain import audit_record
from tracker.storage import Store

_PATIENCE = timedelta(days=1)  # no upload takes longer


@dataclass(frozen=True)
class ScrubReport:
    """How many files were looked at, and the hashes of those that are gone or have changed."""

    checked: int
    missing: tuple[str, ...]
    damaged: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.missing and not self.damaged


def evidence_scrub(store: Store, *, at: datetime) -> ScrubReport:
    """Read every file that a row refers to; one entry in the audit names what is wrong, or says that nothing is."""
    store.sweep(at - _PATIENCE)
    checked, missing, damaged = 0, [], []
    for sha256 in _known():
        checked += 1
        path = store.path_of(sha256)
        if not path.is_file():
            missing.append(sha256)
            continue
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                damaged.append(sha256)
    report = ScrubReport(checked, tuple(missing), tuple(damaged))
    with transaction():
        audit_record(
            "evidence.scrub", actor=None, at=at, outcome="done" if report.is_clean else "failed",
            detail={"checked": checked, "missing": missing, "damaged": damaged},
        )  # fmt: skip
    return report


def _known() -> Iterator[str]:
    """Yield each hash that a row refers to, once."""
    seen: set[str] = set()
    rows = db.session.execute(select(Blob.sha256, Blob.copy_sha256, Blob.thumb_sha256).order_by(Blob.sha256)).all()
    for sha256 in (one for row in rows for one in row if one):
        if sha256 not in seen:
            seen.add(sha256)
            yield sha256
