"""Reads a workbook in a process of its own that may be killed; needs calamine and nothing of this package.

Reads the file's bytes from stdin; its arguments are the bytes of memory and the seconds of CPU it may use. Writes one
JSON object: sheet name → rows → cells as text (days as 2026-10-09), or ``error``: ``damaged`` or ``large``.
"""

from __future__ import annotations

import datetime
import io
import json
import sys
from typing import Any

if sys.platform != "win32":
    import resource

from python_calamine import CalamineWorkbook

ROWS, COLUMNS, LENGTH = 20_000, 40, 4_000


def confine(memory: int, seconds: int) -> None:
    """Give up memory and time beyond these limits for good."""
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def text(value: Any) -> str:
    """Return a cell as its reader sees it; calamine gives whole numbers as floats."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ")
    return str(value)[:LENGTH]


def read(content: bytes) -> dict[str, Any]:
    """Return the sheets of a workbook."""
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    sheets: dict[str, list[list[str]]] = {}
    for name in workbook.sheet_names:
        sheet = workbook.get_sheet_by_name(name)
        if sheet.total_height > ROWS or sheet.total_width > COLUMNS:
            return {"error": "large"}
        sheets[name] = [[text(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    return {"sheets": sheets}


def main() -> None:
    """Answer one order."""
    confine(int(sys.argv[1]), int(sys.argv[2]))
    try:
        answer = read(sys.stdin.buffer.read())
    except (Exception, MemoryError):  # whatever a hostile file makes of the parser is one answer
        answer = {"error": "damaged"}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
