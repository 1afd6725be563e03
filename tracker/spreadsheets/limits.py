"""How much of a table is read, and what reading it may cost."""

from __future__ import annotations

from dataclasses import dataclass

LONGEST_TEXT = 131_072  # characters of one cell; Excel itself ends at a quarter of it
LONGEST_FIELD = 1_000_000  # the same for a .csv, which no office program has limited
LAST_ROW, LAST_COLUMN = 1_048_576, 16_383  # of a sheet, XFD1048576
MOST_PICTURES = 5_000
MOST_PICTURE_BYTES = 20 * 1024 * 1024
MOST_MERGED = 10_000  # areas that are told; all are filled


@dataclass(frozen=True)
class TableLimits:
    """``rows`` counts rows with content; ``gap`` is the longest stretch without content inside a table.

    ``about_seconds`` are wall time for the first answer, ``wall_seconds`` from there for the rows.
    """

    rows: int = 200_000
    columns: int = 256
    gap: int = 10_000
    memory: int = 512 * 1024 * 1024
    spool: int = 1024 * 1024 * 1024
    cpu_seconds: int = 120
    about_seconds: float = 10
    wall_seconds: float = 300
