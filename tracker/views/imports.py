"""Ledgers that come in, at the office; a leader may confirm what arrives signed off."""

from __future__ import annotations

from tracker.reading.fields import ImportKind
from tracker.views import import_acts, import_files, import_views
from tracker.views.import_doors import open_door

_PAGES = (import_views, import_acts, import_files)  # imported for the pages they put behind every door
bp = open_door(
    "imports", "/imports", (ImportKind.LEDGER,), run="import.run", see="import.see", confirm="import.confirm"
)
