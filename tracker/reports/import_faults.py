"""The workbook of an import with its faults marked and explained, to be mended and brought in again."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import BoundedSemaphore
from typing import IO, Any

from tracker.labels.import_faults import FAULT_COLUMN, FAULT_MARK, in_every_language
from tracker.languages import N_, _
from tracker.reports.fault_marks import FILLS, MOST_NOTES, Fault, RowMarks, marks_of
from tracker.reports.fault_rows import rows_write

__all__ = ["Fault", "write_faults"]

_WORKER = "tracker.reports.fault_worker"
_LIMITS = {"bytes": 1024 * 1024 * 1024, "seconds": 60, "disk": 1024 * 1024 * 1024, "rows": 20_000, "cells": 800_000}
_WALL_SECONDS = 90
_AT_ONCE = BoundedSemaphore(1)  # one child may take a gigabyte
_PACKAGE = b"PK\x03\x04"
_LEGEND = N_("红色须改正，橙色须答复，黄色请留意。改好后保存，重新上传即可；这一列不会导入。")


def write_faults(
    source: Path, name: str, sheet: str, faults: Sequence[Fault], target: IO[bytes], *,
    rows: Iterable[tuple[int, Sequence[object]]], headings: tuple[int, int] = (1, 1),
) -> None:  # fmt: skip
    """Write an .xlsx into ``target``: the file at ``source``, called ``name``, with the faults in ``sheet`` marked.

    It is the very workbook where that can be opened, without its macros; else a new one of ``rows`` (their numbers as
    Excel shows them, ascending, and their cells), which stand where they stood. ``headings`` are the first and the
    last row of the headings.
    """
    marks = marks_of(faults)
    with TemporaryDirectory() as folder:
        made = Path(folder) / "marked.xlsx"
        if _is_marked(source, made, _order(sheet, marks, headings)):
            with made.open("rb") as file:
                shutil.copyfileobj(file, target)
            return
    rows_write(target, name, sheet, marks, rows=rows, headings=headings, legend=_(_LEGEND))


def _order(sheet: str, marks: Mapping[int, RowMarks], headings: tuple[int, int]) -> dict[str, Any]:
    """Return everything the child needs to know; it speaks no language of its own."""
    return {
        "sheet": sheet, "headings": headings, "marks": [[number, *row.packed()] for number, row in marks.items()],
        "fills": FILLS, "most_notes": MOST_NOTES, "limits": _LIMITS,
        "words": {
            "column": _(FAULT_COLUMN), "columns": in_every_language(FAULT_COLUMN), "mark": _(FAULT_MARK),
            "marks": in_every_language(FAULT_MARK), "legend": _(_LEGEND), "author": _("导入检查"),
            "row": _("第 {row} 行 {words}"),
        },
    }  # fmt: skip


def _is_marked(source: Path, made: Path, order: Mapping[str, Any]) -> bool:
    """Have the workbook marked by a confined child; tell whether it could."""
    if not source.is_file():  # the file is gone, its rows are not
        return False
    with source.open("rb") as file:
        if file.read(len(_PACKAGE)) != _PACKAGE:
            return False
    if not _AT_ONCE.acquire(timeout=_WALL_SECONDS):
        return False
    asked = json.dumps({**order, "paths": [str(source), str(made)]}).encode()
    try:
        done = subprocess.run(  # noqa: S603  # our own module, no argument from outside
            [sys.executable, "-I", "-m", _WORKER], input=asked, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, timeout=_WALL_SECONDS, check=False, env=_environment(made.parent),
        )  # fmt: skip
    except (subprocess.TimeoutExpired, OSError):
        return False
    finally:
        _AT_ONCE.release()
    return done.returncode == 0 and made.exists()


def _environment(folder: Path) -> dict[str, str]:
    """Return what the child needs and no secret; what it leaves behind lies in ``folder``, which goes."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "SYSTEMROOT") if name in os.environ}
    return kept | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
