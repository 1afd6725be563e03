"""Reads one table or one picture, in a process of its own that may be killed.

Reads one JSON object from stdin: ``path``, ``name``, ``sheet``, ``picture`` and ``limits``. What it writes is told in
``tracker.spreadsheets.wire``.
"""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

if sys.platform != "win32":
    import resource

from tracker.spreadsheets import wire
from tracker.spreadsheets.cells import Row
from tracker.spreadsheets.limits import TableLimits
from tracker.spreadsheets.tables import Within, opened, picture
from tracker.spreadsheets.trouble import Trouble, UnreadableError

_BATCH_ROWS, _BATCH_WEIGHT = 100, 250_000  # the latter in cells and characters
_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


def confine(limits: TableLimits) -> None:
    """Give up memory, time and disk beyond ``limits`` for good."""
    if sys.platform == "linux":  # others map far more than they use, or refuse the limit
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds))
        resource.setrlimit(resource.RLIMIT_FSIZE, (limits.spool, limits.spool))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def batches(rows: Iterable[Row]) -> Iterator[list[tuple[Any, ...]]]:
    """Yield rows by hundreds, fewer where they are long."""
    batch: list[tuple[Any, ...]] = []
    weight = 0
    for row in rows:
        batch.append(wire.packed_row(row))
        weight += len(row.cells) + sum(len(cell) for cell in row.cells if type(cell) is str)
        if len(batch) >= _BATCH_ROWS or weight >= _BATCH_WEIGHT:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


def table(order: dict[str, Any], limits: TableLimits) -> Iterator[bytes]:
    """Yield the lines that tell a table."""
    about, rows = opened(Path(order["path"]), order["name"], order["sheet"], limits)
    yield wire.line("about", wire.packed_about(about))
    within = Within(limits)
    for batch in batches(within.rows(rows)):
        yield wire.line("rows", batch)
    yield wire.line("end", within.left_out.rows, within.left_out.cells)


def answer(order: dict[str, Any], limits: TableLimits) -> Iterator[bytes]:
    """Yield what the order asks for."""
    if order["picture"] is None:
        yield from table(order, limits)
        return
    content = picture(Path(order["path"]), order["picture"])
    yield wire.line("picture", len(content))
    yield content


def refusal(error: BaseException) -> bytes:
    """Return the line that says why the file was not read; whatever a broken file raises, it is the file's fault."""
    facts: dict[str, str] = {}
    if isinstance(error, UnreadableError):
        trouble, facts = error.trouble, error.facts
    elif isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.EFBIG):
        trouble = Trouble.COMPLEX
    else:
        is_full = isinstance(error, OSError) and error.errno in _FULL
        trouble = Trouble.FULL if is_full else Trouble.DAMAGED
    return wire.line("error", trouble, facts)


def main() -> None:
    """Answer one order."""
    order = json.load(sys.stdin)
    limits = TableLimits(**order["limits"])
    confine(limits)
    output = sys.stdout.buffer
    try:
        for line in answer(order, limits):
            output.write(line)
            output.flush()
    except BrokenPipeError:
        os._exit(0)  # The parent has seen enough; leaving in the usual way would try to write once more.
    except BaseException as error:  # noqa: BLE001  # what calamine raises on a panic is no Exception
        output.write(refusal(error))
        output.flush()


if __name__ == "__main__":
    main()
