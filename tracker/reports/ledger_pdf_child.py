"""Starts the child that sets a ledger as PDF, feeds it, and passes on what it writes; the only part in the parent."""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore, Thread, Timer
from typing import IO, Any

from tracker.errors import TrackerError
from tracker.languages import N_, _
from tracker.reports.pdf import PdfUnavailableError, child_environment
from tracker.reports.pdf_worker import LIBRARY_MISSING

_LOG = logging.getLogger(__name__)
# The very code the parent runs, whichever copy of it is installed; the environment is not looked at.
_START = (
    "import sys; sys.path.insert(0, sys.argv[1]); import tracker.reports.ledger_pdf_worker as w; sys.exit(w.main())"
)
_ROOT = Path(__file__).parents[2]
_LIMITS = {"bytes": 512 * 1024 * 1024, "seconds": 3600, "a_while": 20}  # ``a_while``: CPU for a hundred rows
_LAST_SECONDS = 120  # after the last row: the fonts, and what the pipes still hold
_WAIT_SECONDS = 30
_AT_ONCE = BoundedSemaphore(2)
_NO_FONT = N_(
    "服务器缺少中文字体或查找字体所需的 fontconfig，请系统管理员安装后重试"
    "（Debian、Ubuntu：apt install fonts-noto-cjk libfontconfig1）；也可以导出 Excel"
)
# As fontconfig takes them: the fonts of a county's own first, then the open ones.
FONTS = {
    "body": "SimSun,NSimSun,FandolSong,Noto Serif CJK SC,Source Han Serif SC,Noto Serif SC,serif",
    "head": "SimHei,FandolHei,Noto Sans CJK SC,Source Han Sans SC,Noto Sans SC,sans:bold",
}
Tell = Callable[[int, int], None]


@dataclass
class _Heard:
    """What became of a child: rows and pages it has set, the row at fault and why.

    ``error`` is what kept the file from being written.
    """

    rows: int = 0
    pages: int = 0
    row: int = 0
    why: str = ""
    error: BaseException | None = None

    def listen(self, pipe: IO[bytes]) -> None:
        """Take in what it says of its progress, until it ends."""
        for line in pipe:
            if line.startswith(b"@ "):
                for name, value in json.loads(line[2:]).items():
                    setattr(self, name, value)
            else:
                self.why = line.decode(errors="replace").strip()


def pdf_set(
    target: IO[bytes], sheet: dict[str, Any], lines: Iterable[list[Any]], *, fonts: str = "", tell: Tell | None = None
) -> None:
    """Write ``lines`` (see the worker) as PDF into ``target``, in flat memory; the same lines give the same bytes.

    ``fonts`` is a folder with fonts of one's own. ``tell`` hears how many rows and pages are set, in the caller's
    thread. Raises ``PdfUnavailableError``, which names the row at fault, and whatever ``lines`` raise.
    """
    if not _AT_ONCE.acquire(timeout=_WAIT_SECONDS):
        raise PdfUnavailableError
    try:
        with child_environment(fonts) as environment:
            order = {"limits": _LIMITS, "fonts": FONTS, "sheet": sheet}
            code, heard = _run(target, order, lines, environment, tell or (lambda rows, pages: None))
    finally:
        _AT_ONCE.release()
    if heard.error is not None:
        raise heard.error
    if code:
        raise _trouble(code, heard)


def _trouble(code: int, heard: _Heard) -> TrackerError:
    _LOG.warning("A ledger could not be set as PDF: code %s, row %s, %s", code, heard.row or heard.rows, heard.why)
    if code == LIBRARY_MISSING:
        return PdfUnavailableError(_(_NO_FONT))
    if heard.row:
        return PdfUnavailableError(_("第 {n} 行无法排版，请检查其中的文字后重试").format(n=heard.row))
    if heard.rows:
        words = _("第 {first} 至 {last} 行中有内容无法排版，请缩小范围后重试，或导出 Excel")
        return PdfUnavailableError(words.format(first=heard.rows + 1, last=heard.rows + 100))
    return PdfUnavailableError()


def _run(
    target: IO[bytes], order: dict[str, Any], lines: Iterable[list[Any]], environment: dict[str, str], tell: Tell
) -> tuple[int, _Heard]:
    """Return how the child ended, and what was heard of it."""
    heard = _Heard()
    try:
        child = subprocess.Popen(  # noqa: S603  # our own words, no argument from outside
            [sys.executable, "-I", "-c", _START, str(_ROOT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=environment,
        )  # fmt: skip
    except OSError as error:
        raise PdfUnavailableError from error
    if child.stdin is None or child.stdout is None or child.stderr is None:
        raise ValueError("a child without pipes")
    threads = [
        Thread(target=_keep, args=(child, child.stdout, target, heard)),
        Thread(target=heard.listen, args=(child.stderr,)),
    ]
    watch = Timer(_LAST_SECONDS, child.kill)
    with child:
        for one in threads:
            one.start()
        try:
            _feed(child.stdin, order, lines, lambda: tell(heard.rows, heard.pages))
            watch.start()
        except BaseException:
            child.kill()
            raise
        finally:
            for one in threads:
                one.join()
            watch.cancel()
    return child.wait(), heard


def _keep(child: subprocess.Popen[bytes], out: IO[bytes], target: IO[bytes], heard: _Heard) -> None:
    """Pass what the child writes on; where that fails (a full disk), end it."""
    try:
        shutil.copyfileobj(out, target)
    except Exception as error:  # raised again in the caller's thread
        heard.error = error
        child.kill()


def _feed(pipe: IO[bytes], order: dict[str, Any], lines: Iterable[list[Any]], told: Callable[[], None]) -> None:
    """Give the child its order and its lines; stop where it has ended, for its code tells why."""
    with suppress(BrokenPipeError), pipe:
        pipe.write(json.dumps(order).encode() + b"\n")
        for number, line in enumerate(lines):
            pipe.write(json.dumps(line, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")
            if number % 100 == 0:
                told()
