"""HTML in, PDF out; the work is done by a confined child process, so that no document can harm the server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
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
from tracker.reports.pdf_limits import Limits, limits_of, pictures_in
from tracker.reports.pdf_worker import LIBRARY_MISSING

_WORKER = Path(__file__).with_name("pdf_worker.py")
_SEARCHES = 2  # times as long as setting it may take, for finding the part at fault
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
Read = Callable[[str], bytes]


def pdf_render(html: str, *, read: Read | None = None, fonts: str = "", tell: Tell | None = None) -> bytes:
    """Return ``html`` as PDF, with fonts from the system or the folder ``fonts``.

    Pictures come as ``data:``, or as ``picture:`` and a SHA-256: then ``read`` returns its JPEG, in another thread,
    one after the other as they go over. ``tell`` hears each step, in the caller's thread. The same ``html`` gives the
    same bytes. A character without a glyph is written as its code. Raises ``TooLongError`` before it begins,
    ``PdfUnavailableError`` where the system lacks a library, or where it takes too long or too much: then it names
    the part of the page (see ``parts``) that is at fault.
    """
    limits = limits_of(html)
    _wait_for_room(tell)
    try:
        with child_environment(fonts) as environment:
            child = _Child(environment, limits, read)
            done = child.made(html, limits.wall, tell)
            if done.code == LIBRARY_MISSING:
                raise PdfUnavailableError(_(_MISSING))
            if not done.is_good:
                raise PdfUnavailableError(_fault(html, child))
    finally:
        _AT_ONCE.release()
    return done.pdf


def _wait_for_room(tell: Tell | None) -> None:
    """Wait until less than two are being set; whoever listens may give up meanwhile."""
    while not _AT_ONCE.acquire(timeout=1):
        if tell is not None:
            tell(Progress())


def _fault(html: str, child: _Child) -> str:
    """Return what to tell of a page that could not be drawn: which part it is, if one alone cannot be."""
    page, until = parted(html), monotonic() + _SEARCHES * child.limits.wall
    if not page.parts:
        return ""

    def fails(some: str) -> bool:
        left = until - monotonic()
        return left > 0 and not child.made(some, min(left, child.limits.wall), None).is_good

    name = at_fault(page, fails)
    if name:
        return _("“{name}”这一部分无法排版，请检查其中的文字和图片后重试").format(name=name)
    return _("内容过多，无法生成一个 PDF 文件，请缩小范围后重试")


@dataclass(frozen=True)
class _Child:
    """What every child for one document is started with."""

    environment: dict[str, str]
    limits: Limits
    read: Read | None

    def made(self, html: str, seconds: float, tell: Tell | None) -> _Outcome:
        """Return how a child ended and what it wrote; it is killed after ``seconds``."""
        try:
            child = subprocess.Popen(  # noqa: S603  # our own file, no argument from outside
                [sys.executable, "-I", str(_WORKER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, env=self.environment,
            )  # fmt: skip
        except OSError as error:
            raise PdfUnavailableError from error
        written: list[bytes] = []
        wrong: list[Exception] = []
        with child:
            into, out, steps = _pipes(child)
            feed = Thread(target=_feed, args=(into, self._given(html), wrong))
            threads = [feed, Thread(target=lambda: written.append(out.read()))]
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
        if wrong:
            raise wrong[0]
        return _Outcome(code, b"".join(written))

    def _given(self, html: str) -> Iterator[bytes]:
        """Yield what a child reads: the limits, the page, and its pictures one by one."""
        page = html.encode()
        head = {"bytes": self.limits.memory, "seconds": self.limits.cpu, "html": len(page)}
        yield json.dumps(head).encode() + b"\n"
        yield page
        if self.read is None:
            return
        for sha256 in pictures_in(html):
            content = self.read(sha256)
            yield json.dumps({"picture": sha256, "size": len(content)}).encode() + b"\n"
            yield content


def _pipes(child: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes], IO[bytes]]:
    if child.stdin is None or child.stdout is None or child.stderr is None:
        raise ValueError("a child without pipes")
    return child.stdin, child.stdout, child.stderr


def _feed(pipe: IO[bytes], given: Iterable[bytes], wrong: list[Exception]) -> None:
    """Send everything over, noting in ``wrong`` what could not be read; the child ends by itself."""
    try:
        with pipe:
            for some in given:
                pipe.write(some)
    except BrokenPipeError:  # it ended before it had read everything; its exit code tells
        return
    except Exception as error:  # noqa: BLE001  # raised again where the child is waited for
        wrong.append(error)


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
