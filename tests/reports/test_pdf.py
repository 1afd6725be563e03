"""The child that makes PDF fetches nothing, is confined, and says what it lacks."""

from __future__ import annotations

import base64
import http.server
import io
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from pypdf import PdfReader

from tests import pictures
from tracker.reports import pdf
from tracker.reports.parts import at_fault, parted
from tracker.reports.pdf import PdfUnavailableError, pdf_render
from tracker.reports.pdf_limits import MOST_LETTERS, MOST_PICTURES, Limits, TooLongError, limits_of
from tracker.storage import DamagedError


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
    monkeypatch.setattr(pdf, "limits_of", lambda _html: Limits(1, 1.0))
    with pytest.raises(PdfUnavailableError):
        pdf_render("<p>")
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)


DEEP = "<div>" * 600  # deeper than the library can follow
PARTS = [("第 1 行", "<p>甲"), ("第 2 行 &lt;乙&gt;", DEEP), ("第 3 行", "<p>丙")]


def test_a_failure_names_the_part_at_fault() -> None:
    page = "".join(f"<!--part {name}-->{html}<!--end-->" for name, html in PARTS)
    with pytest.raises(PdfUnavailableError, match="“第 2 行 <乙>”这一部分无法排版"):
        pdf_render(f"<body>{page}</body>")


@pytest.mark.parametrize("head", ["<p>", DEEP])
def test_no_part_is_blamed_for_what_none_of_them_does_alone(head: str) -> None:
    page = parted(f"{head}<!--part 甲-->1<!--end--><!--part 乙-->2<!--end-->tail")
    fails = {"<p>": lambda html: "1" in html and "2" in html, DEEP: lambda html: True}[head]
    assert at_fault(page, fails) == ""


def test_progress_is_told_step_by_step_in_the_callers_thread() -> None:
    told: list[tuple[int, int, int]] = []
    pdf_render(
        "<p style='break-after: page'>1<p>2", tell=lambda p: told.append((p.step, p.pages, threading.get_ident()))
    )
    assert [step for step, _pages, _thread in told] == sorted(step for step, _pages, _thread in told)
    assert {(5, 1), (5, 2)} <= {(step, pages) for step, pages, _thread in told}
    assert {thread for _step, _pages, thread in told} == {threading.get_ident()}


def pictured(number: int) -> str:
    return "".join(f'<img src="picture:{n:064x}">' for n in range(number))


@pytest.mark.parametrize("html", ["<p>" * (MOST_LETTERS // 3 + 1), pictured(MOST_PICTURES + 1)])
def test_what_is_too_long_is_not_even_begun(monkeypatch: pytest.MonkeyPatch, html: str) -> None:
    monkeypatch.setattr(pdf, "_WORKER", "nowhere")
    with pytest.raises(TooLongError, match="请在页面上直接打印"):
        pdf_render(html)


def test_a_longer_document_may_take_longer_but_never_without_end() -> None:
    short, long = limits_of("<p>"), limits_of("<p>" * (MOST_LETTERS // 3))
    shown = limits_of(pictured(MOST_PICTURES))
    assert short.cpu < shown.cpu < long.cpu <= 300
    assert {one.memory for one in (short, long, shown)} == {2 * 1024**3}


def test_pictures_go_over_one_by_one_and_one_that_is_gone_leaves_the_rest() -> None:
    shots = {f"{n:064x}": pictures.picture("JPEG", color=colour) for n, colour in enumerate(("red", "blue"))}
    asked: list[str] = []

    def read(sha256: str) -> bytes:
        asked.append(sha256)
        return shots[sha256]

    page = "".join(f'<img src="picture:{name}" width=99>' for name in (*shots, *shots))
    made = PdfReader(io.BytesIO(pdf_render(page, read=read)))
    assert (asked, len(made.pages[0].images)) == (list(shots), 2)


def test_a_picture_that_cannot_be_read_ends_the_child_and_is_told() -> None:
    def read(_sha256: str) -> bytes:
        raise DamagedError

    with pytest.raises(DamagedError):
        pdf_render(f'<img src="picture:{0:064x}">', read=read)


@pytest.mark.parametrize(
    "act",
    ["socket.create_connection(('127.0.0.1', 9))", "os.system('true')", "open('/etc/hostname')", "open('x', 'w')"],
)
def test_the_child_can_neither_call_nor_start_nor_open(act: str, tmp_path: Path) -> None:
    worker = pdf._WORKER
    code = f"import os, runpy, socket; runpy.run_path({str(worker)!r})['shut_in'](); {act}"
    line = [sys.executable, "-I", "-c", code]
    ended = subprocess.run(line, cwd=tmp_path, capture_output=True, check=False)  # noqa: S603  # our own words
    assert b"PermissionError" in ended.stderr
    assert not list(tmp_path.iterdir())


def test_fonts_of_the_folder_are_used_and_embedded(tmp_path: Path) -> None:
    face = TTFont("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
    for record in face["name"].names:
        record.string = "FangSong_GB2312" if record.nameID in (1, 4, 6, 16) else record.toUnicode()
    face.save(tmp_path / "fangsong.ttf")
    page = '<p style="font-family: FangSong_GB2312, serif">abc'
    assert b"FangSong_GB2312" in b"".join(_font_names(pdf_render(page, fonts=str(tmp_path))))
    assert b"FangSong_GB2312" not in b"".join(_font_names(pdf_render(page)))


def _font_names(made: bytes) -> list[bytes]:
    fonts = PdfReader(io.BytesIO(made)).pages[0]["/Resources"]["/Font"].values()
    return [str(font.get_object()["/BaseFont"]).encode() for font in fonts]


def test_a_child_that_takes_too_much_memory_fails_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "limits_of", lambda _html: Limits(5, 8.0, 60 * 1024 * 1024))
    with pytest.raises(PdfUnavailableError):
        pdf_render("<p>")
