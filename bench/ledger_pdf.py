"""Measure a ledger as PDF beside other engines that set the same table: ``python -m bench.ledger_pdf``.

Each side runs in a process of its own; CPU and peak memory are those of the process and of what it starts.

- ``ours``: the rows go through the pipe into the confined child, as the product does it.
- ``history``: the same with everything around it: rows read as of an instant from a SQLite of that many issues, told in
  words, digested.
- ``weasyprint``: one bare run over a plain HTML table of fixed layout; up to ``--most`` rows, for it takes minutes.
- ``reportlab``: a canvas with a font that is not embedded; needs ``pip install reportlab``, left out without it.

``TMPDIR=/dev/shm`` keeps the disk out of it.
"""

from __future__ import annotations

import argparse
import html
import importlib.util
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

COLUMNS = (
    ("序号", 6), ("问题编号", 16), ("问题来源", 10), ("发现日期", 11), ("乡镇", 10), ("村(社区)", 12), ("所属星", 10),
    ("具体问题", 40), ("责任单位", 16), ("责任人", 10), ("现时限", 11), ("进展", 24),
)  # fmt: skip
WORDS = "村内主干道沿线垃圾清运不及时，沟渠淤积、污水外溢，群众反映强烈；责任单位应立即组织清理，并建立长效保洁机制。"
SIZE, WIDTH, HEIGHT, MARGIN, LEADING = 9.0, 1190.55, 841.89, 28.0, 12.0
SIDES = ("ours", "history", "weasyprint", "reportlab")


def line(n: int) -> list[str]:
    """Return one row, the same each time for the same number, its words unlike those of any other."""
    turn = n % len(WORDS)
    words = f"第{n}处：{WORDS[turn:]}{WORDS[:turn]}"
    day = f"{n % 28 + 1:02d}"
    return [
        str(n), f"BM-2026-{n:05d}", "督导检查", f"2026-03-{day}", f"示例{n % 16}镇", f"示例{n % 40}村", "生态宜居",
        words[: 20 + n * 7 % 40], "示例镇人民政府", "示例甲", f"2026-04-{day}",
        f"2026-03-{day} 50% {words[: 5 + n % 20]}",
    ]  # fmt: skip


def lines(rows: int) -> Iterator[list[str]]:
    return (line(n) for n in range(1, rows + 1))


def ours(rows: int, out: Path) -> None:
    from tracker.reports.ledger_pdf_child import pdf_set  # noqa: PLC0415  # each side loads its own engine alone

    sheet = {
        "title": "示例整改问题台账", "lines": ["填报单位：示例县        数据截至：2026-11-26 09:00:00"],
        "columns": COLUMNS, "spans": (), "language": "zh-CN", "made": "20261126090000+08'00'",
        "foot": "示例整改问题台账", "page": "第 {n} 页", "pages": "共 {n} 页", "continued": "（续）",
    }  # fmt: skip

    def messages() -> Iterator[list[Any]]:
        yield from (["row", one] for one in lines(rows))
        yield ["end", [f"共 {rows} 条"], ["制表人：", "审核人："], "校验码 00000000"]

    with out.open("wb") as file:
        pdf_set(file, sheet, messages())


def history(rows: int, out: Path) -> None:
    """Set the ledger of issues, with its usual columns, from the database in ``BENCH_DATABASE``."""
    from tracker import clock, create_app  # noqa: PLC0415  # as above
    from tracker.models import LedgerKind, Role  # noqa: PLC0415
    from tracker.policy import Actor  # noqa: PLC0415
    from tracker.queries.asof import asof_rows  # noqa: PLC0415
    from tracker.queries.asof_filter import Asked  # noqa: PLC0415
    from tracker.queries.filters import ALL_TAB, IssueFilter  # noqa: PLC0415
    from tracker.queries.ledger_columns import LEDGERS  # noqa: PLC0415
    from tracker.queries.moments import moment  # noqa: PLC0415
    from tracker.reports.ledger_files import Frame, closing_words  # noqa: PLC0415
    from tracker.reports.ledger_pdf import write_pdf  # noqa: PLC0415
    from tracker.services.issued_ledgers import Tally  # noqa: PLC0415

    app = create_app({"SQLALCHEMY_DATABASE_URI": os.environ["BENCH_DATABASE"], "SECRET_KEY": "x" * 40})
    with app.app_context(), out.open("wb") as file:
        at, tally = clock.now(), Tally()
        office = Actor(person_id=0, name="", role=Role.OFFICE, today=clock.local_date(at))
        asked = Asked(office, IssueFilter(states=(ALL_TAB,)), moment(at), "number")

        def closing() -> str:
            return closing_words(len(tally.ids), None, tally.digest)

        frame = Frame(LedgerKind.ISSUES, LEDGERS[LedgerKind.ISSUES], "示例县", "", at, closing)
        write_pdf(file, frame, tally.watch(asof_rows(asked)))
        assert len(tally.ids) == rows


def weasyprint(rows: int, out: Path) -> None:
    from weasyprint import HTML  # noqa: PLC0415  # as above

    whole = sum(width for _heading, width in COLUMNS)
    cols = "".join(f'<col style="width: {width / whole:.3%}">' for _heading, width in COLUMNS)
    head = "".join(f"<th>{heading}" for heading, _width in COLUMNS)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}" for cell in one) for one in lines(rows))
    style = (
        "@page { size: A3 landscape; margin: 10mm; @bottom-center { content: counter(page) '/' counter(pages) } }"
        f"body {{ font: {SIZE}pt 'Noto Serif CJK SC' }} table {{ width: 100%; table-layout: fixed;"
        "border-collapse: collapse } td, th { border: .4pt solid; padding: 2pt; overflow-wrap: anywhere }"
    )
    page = f"<html lang=zh-CN><style>{style}</style><table>{cols}<thead><tr>{head}</thead><tbody>{body}</table>"
    HTML(string=page).write_pdf(out)


def reportlab(rows: int, out: Path) -> None:
    """Draw the table by hand, breaking lines by the number of characters, with a font that the reader must have."""
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont  # noqa: PLC0415  # as above
    from reportlab.pdfbase.pdfmetrics import registerFont  # noqa: PLC0415
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415

    registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(str(out), (WIDTH, HEIGHT), pageCompression=1)
    scale = (WIDTH - 2 * MARGIN) / sum(width for _heading, width in COLUMNS)
    edges = [MARGIN]
    for _heading, width in COLUMNS:
        edges.append(edges[-1] + width * scale)
    many = [max(1, int((right - left - 4) / SIZE)) for left, right in zip(edges, edges[1:], strict=False)]
    y = 0.0

    def draw(cells: list[str], y: float) -> float:
        both = zip(cells, many, strict=True)
        parts = [[cell[n : n + most] for n in range(0, len(cell), most)] for cell, most in both]
        for left, some in zip(edges, parts, strict=False):
            for n, words in enumerate(some):
                canvas.drawString(left + 2, y - SIZE - n * LEADING, words)
        below = y - LEADING * max(map(len, parts)) - 4
        canvas.lines([(edges[0], below, edges[-1], below), *((x, y, x, below) for x in edges)])
        return below

    for cells in lines(rows):
        if y < MARGIN + 4 * LEADING:
            if y:
                canvas.showPage()
            canvas.setFont("STSong-Light", SIZE)
            y = draw([heading for heading, _width in COLUMNS], HEIGHT - MARGIN)
        y = draw(cells, y)
    canvas.save()


def command(side: str, rows: int, out: str) -> list[str]:
    """Return what starts one side; this process stays small, for what it starts is measured from its size on."""
    return [sys.executable, "-m", "bench.ledger_pdf", "--side", side, "--rows", str(rows), "--out", out]


def measured(side: str, rows: int, environment: dict[str, str]) -> tuple[float, float, float, float]:
    """Return wall and CPU seconds, peak memory and the size of the file in MB, of one run."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        begun = time.perf_counter()
        child = subprocess.Popen(command(side, rows, file.name), env=os.environ | environment)
        _pid, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        assert child.returncode == 0, side
        wall, cpu = time.perf_counter() - begun, usage.ru_utime + usage.ru_stime
        return wall, cpu, usage.ru_maxrss / 1024, Path(file.name).stat().st_size / 1e6


def county(rows: int, out: Path) -> None:
    """Make a SQLite with so many issues and their history."""
    from bench.fill import fill  # noqa: PLC0415  # the product, which the other sides do without
    from tracker import create_app, schema  # noqa: PLC0415

    app = create_app({"SQLALCHEMY_DATABASE_URI": f"sqlite:///{out}", "SECRET_KEY": "x" * 40})
    schema.upgrade(app)
    with app.app_context():
        fill(rows)


def table(sizes: list[int], rounds: int, most: int) -> Iterator[str]:
    yield "| engine | rows | CPU s | wall s | rows a CPU second | peak MB | file MB |"
    yield "|---|--:|--:|--:|--:|--:|--:|"
    with tempfile.TemporaryDirectory() as folder:
        for rows in sizes:
            database = f"{folder}/{rows}.db"
            subprocess.run(command("county", rows, database), check=True)
            environment = {"BENCH_DATABASE": f"sqlite:///{database}"}
            for side in SIDES:
                if (side == "weasyprint" and rows > most) or not importlib.util.find_spec(
                    side if side not in SIDES[:2] else "tracker"
                ):
                    continue
                found = [measured(side, rows, environment) for _ in range(rounds if side != "weasyprint" else 1)]
                wall, cpu, peak, size = (statistics.median(column) for column in zip(*found, strict=True))
                yield f"| {side} | {rows:,} | {cpu:.2f} | {wall:.2f} | {rows / cpu:,.0f} | {peak:.0f} | {size:.1f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[1000, 10000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--most", type=int, default=1000, help="rows that WeasyPrint is asked for at the most")
    parser.add_argument("--side", choices=(*SIDES, "county"), help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.side:
        act = {"ours": ours, "history": history, "weasyprint": weasyprint, "reportlab": reportlab, "county": county}
        act[given.side](given.rows[0], given.out)
        return
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}; load {os.getloadavg()[0]:.1f}")
    for words in table(given.rows, given.rounds, given.most):
        print(words, flush=True)


if __name__ == "__main__":
    main()
