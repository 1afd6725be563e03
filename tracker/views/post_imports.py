"""Posts that come in; each waits for a second security administrator as if granted by hand."""

from __future__ import annotations

from tracker.reading.fields import ImportKind
from tracker.views import import_acts, import_files, import_views
from tracker.views.import_doors import open_door

_PAGES = (import_views, import_acts, import_files)  # imported for the pages they put behind every door
bp = open_door("post_imports", "/posts/imports", (ImportKind.POSTS,), run="account.grant")
