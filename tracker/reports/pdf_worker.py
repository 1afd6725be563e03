"""Turns HTML into PDF, in a process of its own that may be killed; needs WeasyPrint and nothing of this package.

Reads the limits (``bytes`` of memory, ``seconds`` of CPU) as one line of JSON and then HTML from stdin; writes the
PDF to stdout. Ends with 3 where WeasyPrint lacks a library of the system. Fetches nothing: neither net nor files.
"""

from __future__ import annotations

import hashlib
import json
import sys

if sys.platform != "win32":
    import resource

LIBRARY_MISSING = 3


def confine(limits: dict[str, int]) -> None:
    """Give up memory and time beyond ``limits`` for good."""
    if sys.platform == "linux":  # others map far more than they use, or refuse the limit
        resource.setrlimit(resource.RLIMIT_AS, (limits["bytes"], limits["bytes"]))
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CPU, (limits["seconds"], limits["seconds"]))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> int:
    """Write the PDF of stdin to stdout; return how to end."""
    confine(json.loads(sys.stdin.buffer.readline()))
    html = sys.stdin.buffer.read()
    try:
        # Looks for libraries of the system as soon as it is imported, and fails there.
        from weasyprint import HTML  # noqa: PLC0415
        from weasyprint.urls import URLFetcher  # noqa: PLC0415
    except OSError:
        return LIBRARY_MISSING
    page = HTML(string=html.decode(), url_fetcher=URLFetcher(allowed_protocols={"data"}))
    # The same text gives the same bytes.
    pdf = page.write_pdf(pdf_identifier=hashlib.sha256(html).digest()[:16])
    sys.stdout.buffer.write(pdf)
    return 0


if __name__ == "__main__":
    sys.exit(main())
