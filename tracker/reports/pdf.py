"""HTML in, PDF out; the work is done by a confined child process, so that no document can harm the server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore, Thread, Timer
from time import monotonic
from typing import IO
from xml.sax.saxutils import escape

from tracker.errors import TrackerError
from tracker.languages import N_, _
from tracker.reports.parts import at_fault, parted
from tracker.reports.pdf_worker import LIBRARY_MISSING

_WORKER = Path(__file__).with_name("pdf_worker.py")
_LIMITS = {"bytes": 2 * 1024 * 1024 * 1024, "seconds": 20}
_SECONDS = 30
_SEARCH_SECONDS = 60  # for finding the part at fault
_LONGEST = 40 * 1024 * 1024  # bytes of HTML, pictures among them
_AT_ONCE = BoundedSemaphore(2)
_MISSING = N_(
    "服务器缺少生成 PDF 所需的 Pango 组件，请系统管理员安装后重试"
    "（Debian、Ubuntu：apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0）；"
    "也可以打开打印页，由浏览器打印"
)


class PdfUnavailableError(TrackerError):
    """No PDF can be made now; everything else works."""

    status = 503
    default = N_("暂时无法生成 PDF，请稍后再试，或打开打印页由浏览器打印")


@dataclass(frozen=True)
class Progress:
    """How far a document has come: the step from 1 to 7, the pages laid out, a character that no font has."""

    step: int = 0
    pages: int = 0
    missing: str = ""


@dataclass(frozen=True)
class _Outcome:
    code: int
    pdf: bytes

    @property
    def is_good(self) -> bool:
        return self.code == 0 and self.pdf.startswith(b"%PDF-")


Tell = Callable[[Progress], None]


def pdf_render(html: str, *, fonts: str = "", tell: Tell | None = None) -> bytes:
    """Return ``html`` as PDF; pictures come as ``data:``, fonts from the system or the folder ``fonts``, nothing else.

    ``tell`` hears each step, in the caller's thread. The same ``html`` gives the same bytes. A character without a
    glyph is written as its code. Raises ``PdfUnavailableError`` where the system lacks a library, or where it takes
    too long or too much: then it names the part of the page (see ``parts``) that is at fault.
    """
    if len(html) > _LONGEST:
        raise PdfUnavailableError(_("内容过多，无法生成一个 PDF 文件，请缩小范围后重试"))
    if not _AT_ONCE.acquire(timeout=_SECONDS):
        raise PdfUnavailableError
    try:
        with child_environment(fonts) as environment:
            done = _made(html, environment, _SECONDS, tell)
            if done.code == LIBRARY_MISSING:
                raise PdfUnavailableError(_(_MISSING))
            if not done.is_good:
                raise PdfUnavailableError(_fault(html, environment))
    finally:
        _AT_ONCE.release()
    return done.pdf


def _fault(html: str, environment: dict[str, str]) -> str:
    """Return what to tell of a page that could not be drawn: which part it is, if one alone cannot be."""
    page, until = parted(html), monotonic() + _SEARCH_SECONDS
    if not page.parts:
        return ""

    def fails(some: str) -> bool:
        left = until - monotonic()
        return left > 0 and not _made(some, environment, min(left, _SECONDS), None).is_good

    name = at_fault(page, fails)
    if name:
        return _("“{name}”这一部分无法排版，请检查其中的文字和图片后重试").format(name=name)
    return _("内容过多，无法生成一个 PDF 文件，请缩小范围后重试")


def _made(html: str, environment: dict[str, str], seconds: float, tell: Tell | None) -> _Outcome:
    """Return how the child ended and what it wrote; it is killed after ``seconds``."""
    given = json.dumps(_LIMITS).encode() + b"\n" + html.encode()
    try:
        child = subprocess.Popen(  # noqa: S603  # our own file, no argument from outside
            [sys.executable, "-I", str(_WORKER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=environment,
        )  # fmt: skip
    except OSError as error:
        raise PdfUnavailableError from error
    written: list[bytes] = []
    with child:
        into, out, steps = _pipes(child)
        threads = [Thread(target=_feed, args=(into, given)), Thread(target=lambda: written.append(out.read()))]
        watch = Timer(seconds, child.kill)
        for one in (*threads, watch):
            one.start()
        try:
            _listen(steps, tell)
        except BaseException:  # whoever listens wants no more of it
            child.kill()
            raise
        finally:
            for one in threads:
                one.join()
            code = child.wait()
            watch.cancel()
    return _Outcome(code, b"".join(written))


def _pipes(child: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes], IO[bytes]]:
    if child.stdin is None or child.stdout is None or child.stderr is None:
        raise ValueError("a child without pipes")
    return child.stdin, child.stdout, child.stderr


def _feed(pipe: IO[bytes], given: bytes) -> None:
    try:
        with pipe:
            pipe.write(given)
    except OSError:  # it ended before it had read everything; its exit code tells
        return


def _listen(pipe: IO[bytes], tell: Tell | None) -> None:
    """Pass on what the child says of its progress, until it ends."""
    for line in pipe:
        if tell is not None and line.startswith(b"@ "):
            tell(Progress(**json.loads(line[2:])))


@contextmanager
def child_environment(fonts: str) -> Iterator[dict[str, str]]:
    """Return what the child needs to find libraries and fonts, and no secret."""
    kept = ("PATH", "HOME", "LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "FONTCONFIG_FILE", "FONTCONFIG_PATH",
            "XDG_CACHE_HOME", "XDG_DATA_HOME", "SYSTEMROOT", "WEASYPRINT_DLL_DIRECTORIES")  # fmt: skip
    found = {"LANG": "C.UTF-8"} | {name: os.environ[name] for name in kept if name in os.environ}
    if not fonts:
        yield found
        return
    before = found.get("FONTCONFIG_FILE", "/etc/fonts/fonts.conf")
    with tempfile.NamedTemporaryFile("w", suffix=".conf", encoding="utf-8") as file:
        file.write(
            '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
            f'<include ignore_missing="yes">{escape(before)}</include><dir>{escape(fonts)}</dir></fontconfig>'
        )
        file.flush()
        yield found | {"FONTCONFIG_FILE": file.name}
