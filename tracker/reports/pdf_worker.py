"""Turns HTML into PDF, in a process of its own that may be killed; needs WeasyPrint and nothing of this package.

Reads from stdin one line of JSON with the limits (``bytes`` of memory, ``seconds`` of CPU) and the length of the HTML,
the HTML, and then for each picture a line with its name (``picture``) and ``size``, and its JPEG. Writes the PDF to
stdout, and to stderr a line for each step: ``@ <JSON>`` with ``step``, ``pages`` or ``missing`` (a character that no
font has). Ends with 3 where WeasyPrint lacks a library of the system. Fetches nothing: neither net nor files.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import sys
from collections.abc import Iterator
from typing import Any

if sys.platform != "win32":
    import resource

LIBRARY_MISSING = 3
_STEP = re.compile(r"Step (\d)(?:.*Page (\d+))?")
_CODE = re.compile(r"\(U\+([0-9A-F]+)\)")
# What nobody who draws a page has to do; a document that makes the library do it is refused.
_FORBIDDEN = (
    "socket.",
    "subprocess.",
    "os.system",
    "os.exec",
    "os.spawn",
    "os.posix_spawn",
    "os.fork",
    "ctypes.dlopen",
)


def confine(limits: dict[str, int]) -> None:
    """Give up memory and time beyond ``limits`` for good."""
    if sys.platform == "linux":  # others map far more than they use, or refuse the limit
        resource.setrlimit(resource.RLIMIT_AS, (limits["bytes"], limits["bytes"]))
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CPU, (limits["seconds"], limits["seconds"]))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def shut_in() -> None:
    """Let this process neither call anyone nor start anything, nor read or write a file that is no part of Python."""
    ours = tuple({sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix})

    def guard(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            name, mode = str(arguments[0]), str(arguments[1] or "r")
            if set(mode) & set("wax+") or not name.startswith(ours):
                raise PermissionError(name)
        elif event.startswith(_FORBIDDEN):
            raise PermissionError(event)

    sys.addaudithook(guard)


def received() -> Iterator[tuple[str, bytes]]:
    """Yield the pictures that come after the page, by name."""
    while line := sys.stdin.buffer.readline():
        told = json.loads(line)
        yield told["picture"], sys.stdin.buffer.read(told["size"])


def say(**told: int | str) -> None:
    """Tell the parent how far it has come."""
    sys.stderr.write(f"@ {json.dumps(told)}\n")
    sys.stderr.flush()


class Listener(logging.Handler):
    """Passes the library's steps on, and remembers the characters that it found no font for."""

    def __init__(self) -> None:
        super().__init__()
        self.missing: set[int] = set()

    def emit(self, record: logging.LogRecord) -> None:
        words = record.getMessage()
        if step := _STEP.match(words):
            say(step=int(step[1]), pages=int(step[2] or 0))
        elif ".notdef" in words and (code := _CODE.search(words)):
            self.missing.add(int(code[1], 16))


def main() -> int:
    """Write the PDF of stdin to stdout; return how to end."""
    head = json.loads(sys.stdin.buffer.readline())
    confine(head)
    html = sys.stdin.buffer.read(head["html"]).decode()
    pictures = {f"picture:{name}": content for name, content in received()}
    try:
        # Looks for libraries of the system as soon as it is imported, and fails there.
        from weasyprint import HTML  # noqa: PLC0415
        from weasyprint.urls import URLFetcher, URLFetcherResponse  # noqa: PLC0415
    except OSError:
        return LIBRARY_MISSING
    listener = Listener()
    logging.getLogger("weasyprint").addHandler(listener)
    for name in ("weasyprint", "weasyprint.progress"):
        logging.getLogger(name).setLevel(logging.INFO)

    class Fetcher(URLFetcher):  # type: ignore[misc]  # a class without types
        """Hands out the pictures that came along."""

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            if url in pictures:
                return URLFetcherResponse(url, pictures[url], {"Content-Type": "image/jpeg"})
            return super().fetch(url, headers)

    fetcher = Fetcher(allowed_protocols={"data"})
    shut_in()

    def drawn() -> bytes:
        # The same text gives the same bytes.
        identifier = hashlib.sha256(html.encode()).digest()[:16]
        pdf: bytes = HTML(string=html, url_fetcher=fetcher).write_pdf(pdf_identifier=identifier, pdf_tags=True)
        return pdf

    pdf = drawn()
    if listener.missing:  # a box tells nothing; the code of a character can be looked up
        for code in sorted(listener.missing):
            html = html.replace(chr(code), f"〔U+{code:04X}〕")
            say(missing=chr(code))
        pdf = drawn()
    sys.stdout.buffer.write(pdf)
    return 0


if __name__ == "__main__":
    sys.exit(main())
