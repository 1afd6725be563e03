"""Turns the rows of a ledger into PDF, in a process of its own that may be killed.

Reads JSON from stdin, a line each: first how it is made (``limits``, ``fonts`` as families of ``body`` and ``head``,
``sheet``), then ``["row", [cells]]``, ``["begin", words]`` and ``["sum", words]`` for a group, and at the end
``["end", closing lines, places to sign, short words for each page]``. Writes the PDF to stdout as it is made; to stderr
``@ <JSON>`` with ``rows`` and ``pages`` so far, and in trouble ``row``, the number of the row at fault, and
``why``.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from tracker.reports.ledger_pdf_file import PdfFile
from tracker.reports.ledger_pdf_fonts import NoFontError, faces
from tracker.reports.ledger_pdf_layout import Sheet
from tracker.reports.ledger_pdf_pages import Pages
from tracker.reports.ledger_pdf_text import Script
from tracker.reports.pdf_worker import LIBRARY_MISSING, confine, say, shut_in

if sys.platform != "win32":
    import resource

FAULTY, CUT_SHORT = 1, 4
_TOLD = 100  # rows between two words of progress


class TooSlowError(Exception):
    """The time for some rows is used up."""


def grant(seconds: int) -> None:
    """Let this process use so many seconds of CPU more; then ``TooSlowError`` is raised wherever it is."""
    if sys.platform != "win32":
        used = resource.getrusage(resource.RUSAGE_SELF)
        _soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
        until = int(used.ru_utime + used.ru_stime) + 1 + seconds
        resource.setrlimit(resource.RLIMIT_CPU, (until if hard < 0 else min(until, hard), hard))


def _too_slow(_number: int, _frame: FrameType | None) -> None:
    raise TooSlowError


def main() -> int:
    """Write the PDF of stdin to stdout; return how to end."""
    order = json.loads(sys.stdin.buffer.readline())
    confine(order["limits"])
    if sys.platform != "win32":
        signal.signal(signal.SIGXCPU, _too_slow)
    try:
        body, head = (Script(faces(order["fonts"][name]), name[0].upper()) for name in ("body", "head"))
    except NoFontError:
        return LIBRARY_MISSING
    shut_in()
    return _write(Pages(PdfFile(sys.stdout.buffer), Sheet.of(order["sheet"]), body, head), order["limits"]["a_while"])


def _write(pages: Pages, seconds: int) -> int:
    """Set all that stdin tells; no row, nor a hundred of them, may take more than ``seconds``."""
    rows, is_whole = 0, False
    try:
        for line in sys.stdin.buffer:
            if rows % _TOLD == 0:
                grant(seconds)
                say(rows=rows, pages=pages.number)
            what, *told = json.loads(line)
            rows += what == "row"
            is_whole = _set(pages, what, told)
    except Exception as error:  # whatever it is, the row is what somebody can look at
        say(row=rows, why=type(error).__name__)
        return FAULTY
    if not is_whole:
        return CUT_SHORT
    sys.stdout.buffer.flush()
    say(rows=rows, pages=pages.number)
    return 0


def _set(pages: Pages, what: str, told: list[Any]) -> bool:
    """Set one thing; return whether it was the last one."""
    acts: dict[str, Callable[..., None]] = {
        "row": pages.row, "begin": pages.begin, "sum": pages.sum, "end": pages.finish
    }  # fmt: skip
    acts[what](*told)
    return what == "end"


if __name__ == "__main__":
    sys.exit(main())
