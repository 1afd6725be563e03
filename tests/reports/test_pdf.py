"""The child that makes PDF fetches nothing, is confined, and says what it lacks."""

from __future__ import annotations

import base64
import http.server
import io
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests import pictures
from tracker.reports import pdf
from tracker.reports.pdf import PdfUnavailableError, pdf_render


class Hits(http.server.BaseHTTPRequestHandler):
    """Counts who calls."""

    called: list[str] = []

    def do_GET(self) -> None:
        self.called.append(self.path)
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    with http.server.HTTPServer(("127.0.0.1", 0), Hits) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_nothing_is_fetched_from_net_or_disk(address: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("GEHEIM")
    Hits.called.clear()
    ways = "".join(
        f'<img src="{url}"><link rel="stylesheet" href="{url}"><link rel="attachment" href="{url}">'
        f'<object data="{url}"></object><style>@import "{url}"; p {{ background: url({url}) }}</style>'
        for url in (f"{address}/x", secret.as_uri(), str(secret))
    )
    made = pdf_render(f"<html><body>{ways}<p>text</p></body></html>")
    assert Hits.called == []
    assert b"GEHEIM" not in made
    assert not list(PdfReader(io.BytesIO(made)).attachments)


def test_a_picture_in_the_page_itself_is_drawn() -> None:
    dot = "data:image/png;base64," + base64.b64encode(pictures.picture("PNG")).decode()
    assert b"/Image" in pdf_render(f'<img src="{dot}" width=100 height=100>')


def test_a_missing_library_is_told_with_the_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    worker = tmp_path / "worker.py"
    worker.write_text("import sys\nsys.exit(3)\n")
    monkeypatch.setattr(pdf, "_WORKER", worker)
    with pytest.raises(PdfUnavailableError, match="apt install libpango") as refusal:
        pdf_render("<p>")
    assert refusal.value.status == 503


def test_a_child_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mark, worker = tmp_path / "pid", tmp_path / "worker.py"
    worker.write_text(f"import os, time\nopen({str(mark)!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)\n")
    monkeypatch.setattr(pdf, "_WORKER", worker)
    monkeypatch.setattr(pdf, "_SECONDS", 1)
    with pytest.raises(PdfUnavailableError):
        pdf_render("<p>")
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)


def test_a_child_that_takes_too_much_memory_fails_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_LIMITS", {"bytes": 60 * 1024 * 1024, "seconds": 5})
    with pytest.raises(PdfUnavailableError):
        pdf_render("<p>")
