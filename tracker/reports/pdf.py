"""HTML in, PDF out; the work is done by a confined child process, so that no document can harm the server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from threading import BoundedSemaphore

from tracker.errors import TrackerError
from tracker.languages import N_, _
from tracker.reports.pdf_worker import LIBRARY_MISSING

_WORKER = Path(__file__).with_name("pdf_worker.py")
_LIMITS = {"bytes": 2 * 1024 * 1024 * 1024, "seconds": 20}
_SECONDS = 30
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


def pdf_render(html: str) -> bytes:
    """Return ``html`` as PDF; pictures and fonts come as ``data:`` or from the system, nothing else is fetched.

    Raises ``PdfUnavailableError`` where the system lacks a library, or where it takes too long or too much.
    """
    if not _AT_ONCE.acquire(timeout=_SECONDS):
        raise PdfUnavailableError
    try:
        done = subprocess.run(  # noqa: S603  # our own file, no argument from outside
            [sys.executable, "-I", str(_WORKER)], input=json.dumps(_LIMITS).encode() + b"\n" + html.encode(),
            capture_output=True, timeout=_SECONDS, check=False, env=_environment(),
        )  # fmt: skip
    except (subprocess.TimeoutExpired, OSError) as error:
        raise PdfUnavailableError from error
    finally:
        _AT_ONCE.release()
    if done.returncode == LIBRARY_MISSING:
        raise PdfUnavailableError(_(_MISSING))
    if done.returncode or not done.stdout.startswith(b"%PDF-"):
        raise PdfUnavailableError
    return done.stdout


def _environment() -> dict[str, str]:
    """Return what the child needs to find libraries and fonts, and no secret."""
    kept = ("PATH", "HOME", "LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "FONTCONFIG_FILE", "FONTCONFIG_PATH",
            "XDG_CACHE_HOME", "XDG_DATA_HOME", "SYSTEMROOT", "WEASYPRINT_DLL_DIRECTORIES")  # fmt: skip
    return {"LANG": "C.UTF-8"} | {name: os.environ[name] for name in kept if name in os.environ}
