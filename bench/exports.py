"""Measure the export of a ledger beside a bare writer: ``TMPDIR=/dev/shm python -m bench.exports --issues 100000``.

Each part runs in a process of its own, so that its memory is its own. The bare side reads the same columns of the same
versions by one streamed statement and writes them with XlsxWriter (constant memory) and ``csv``: no scope, no history
of names, no digest, no lateness, no audit, no progress.
"""

from __future__ import annotations

import argparse
import csv
import gc
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text
from xlsxwriter import Workbook

from bench.fill import fill
from bench.spine import database
from tracker import clock, create_app, schema
from tracker.database import db
from tracker.exporting.run import export_work
from tracker.models import Export, ExportKind, ExportMedium, Post, Role
from tracker.policy import actor_of
from tracker.queries.ledger_columns import FULL
from tracker.services.exports import ExportWish, export_order
from workflows.exporting import ExportState

_OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_BARE = """
SELECT v.number, v.source, v.source_ref, v.found_on, g.name || ' ' || v.found_by, t.name, p.name, s.name, v.severity,
       v.description, v.goal, v.beside, u.name, r.name, l.name, v.beside, v.assigned_at, v.accepted_at,
       v.first_deadline, v.deadline, v.extensions, v.progress_note, v.state, v.beside, v.recheck_finding,
       v.signed_off_at, v.recurrences, v.remark
FROM issue_version v
LEFT JOIN supervision_group g ON g.id = v.found_by_group_id LEFT JOIN unit t ON t.id = v.township_id
LEFT JOIN unit p ON p.id = v.location_id LEFT JOIN star s ON s.id = v.star_id
LEFT JOIN unit u ON u.id = v.responsible_unit_id LEFT JOIN person r ON r.id = v.responsible_id
LEFT JOIN person l ON l.id = v.sponsor_id
WHERE v.valid_from <= :at AND v.until > :at AND NOT v.is_withdrawn ORDER BY v.issue_id
"""
_PARTS = ("bare xlsx", "ours xlsx", "bare csv", "ours csv")


def _bare_rows(connection: Connection) -> Iterator[list[Any]]:
    """Yield the cells of every version that holds now; what stands beside is parsed as it must be."""
    at = clock.now().replace(tzinfo=None)
    given = {"at": at.isoformat(" ")} if connection.dialect.name == "sqlite" else {"at": at}
    for row in connection.execution_options(yield_per=1000).execute(text(_BARE), given):
        cells = list(row)
        beside = json.loads(cells[11]) if isinstance(cells[11], str) else cells[11]
        cells[11], cells[15] = "\n".join(beside.get("measures", ())), ""
        cells[23] = beside.get("evidence", 0)
        yield cells


def _bare_xlsx(connection: Connection, path: Path) -> None:
    with Workbook(str(path), _OPTIONS) as book:
        page = book.add_worksheet()
        look = {"border": 1, "text_wrap": True, "valign": "top"}
        plain, day = book.add_format(look), book.add_format({"num_format": "yyyy-mm-dd"} | look)
        for number, cells in enumerate(_bare_rows(connection)):
            page.write_number(number, 0, number, plain)
            for column, value in enumerate(cells, 1):
                if value is None or value == "":
                    page.write_blank(number, column, None, plain)
                elif isinstance(value, date):
                    page.write_datetime(number, column, value, day)
                elif isinstance(value, int):
                    page.write_number(number, column, value, plain)
                else:
                    page.write_string(number, column, value, plain)


def _bare_csv(connection: Connection, path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        for number, cells in enumerate(_bare_rows(connection)):
            out.writerow([number, *cells])


def _ours(medium: ExportMedium) -> Callable[[Any], int]:
    """Return what orders the ledger of all columns, makes it, and returns the size of the file."""

    def make(app: Any) -> int:
        post = db.session.query(Post).filter_by(role=Role.OFFICE).order_by(Post.id).first()
        actor, now = actor_of(post, clock.today()), clock.now()
        query = "view=issues&state=all&" + "&".join(f"col={key}" for key in FULL)
        given = {"ledgers": [{"query": query, "words": ""}], "made_for": "示例县"}
        wish = ExportWish(ExportKind.LEDGERS, medium, f"bench.{medium.value}", given, now)
        export = export_order(wish=wish, actor=actor, at=now, most=9)
        export_work(app, export.id)
        done = db.session.get_one(Export, export.id, populate_existing=True)
        if done.state is not ExportState.READY:
            raise RuntimeError(done.failure)
        return done.file_size

    return make


def part(name: str, url: str, folder: Path) -> dict[str, float]:
    """Do one part here, and return its seconds, its CPU seconds, and its memory before and at its most, in MB."""
    app = create_app({"SQLALCHEMY_DATABASE_URI": url, "DATA_DIR": str(folder)})
    side, medium = name.split()
    with app.app_context():
        db.session.execute(text("SELECT 1"))
        gc.collect()
        gc.freeze()  # as ``tracker serve`` does
        before, begun, used = _memory(), time.perf_counter(), time.process_time()
        if side == "ours":
            size = _ours(ExportMedium(medium))(app)
        else:
            path = folder / f"bare.{medium}"
            with db.engine.connect() as connection:
                {"xlsx": _bare_xlsx, "csv": _bare_csv}[medium](connection, path)
            size = path.stat().st_size
        return {
            "seconds": time.perf_counter() - begun, "cpu": time.process_time() - used, "before": before,
            "most": _memory(), "size": size / 1e6,
        }  # fmt: skip


def _memory() -> float:
    """Return the most memory this process ever held, in MB; what the system counts would include its parent's."""
    line = next(one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def _apart(name: str, url: str, folder: Path) -> dict[str, float]:
    line = [sys.executable, "-m", "bench.exports", "--part", name, "--url", url, "--folder", str(folder)]
    found: dict[str, float] = json.loads(subprocess.run(line, check=True, capture_output=True, text=True).stdout)  # noqa: S603
    return found


def run(backend: str, issues: int, rounds: int) -> None:
    """Fill a database and print a line a part: the best of ``rounds``, and how it compares with the bare one."""
    with tempfile.TemporaryDirectory() as place, database(backend, Path(place)) as (url, _process):
        app = create_app({"SQLALCHEMY_DATABASE_URI": url, "DATA_DIR": place})
        schema.upgrade(app)
        with app.app_context():
            fill(issues)
            db.session.remove()
            db.engine.dispose()
        print(
            f"{backend}, {issues:,} rows, {len(FULL) + 1} columns, {platform.python_version()}, {os.cpu_count()} cores"
        )
        best: dict[str, dict[str, float]] = {}
        for name in _PARTS * rounds:
            found = _apart(name, url, Path(place))
            if name not in best or found["seconds"] < best[name]["seconds"]:
                best[name] = found
        for name in _PARTS:
            one, bare = best[name], best[f"bare {name.split()[1]}"]
            print(
                f"  {name}: {one['seconds']:.1f} s ({one['seconds'] / bare['seconds']:.2f} x), cpu {one['cpu']:.1f} s, "
                f"memory {one['before']:.0f} -> {one['most']:.0f} MB, file {one['size']:.1f} MB"
            )


def main() -> None:
    """Read the command line; ``--part`` is for the processes that are started here."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--issues", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--backend", choices=("sqlite", "postgresql", "both"), default="both")
    for name in ("--part", "--url", "--folder"):
        parser.add_argument(name, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part:
        print(json.dumps(part(given.part, given.url, Path(given.folder))))
        return
    for backend in ("sqlite", "postgresql") if given.backend == "both" else (given.backend,):
        run(backend, given.issues, given.rounds)


if __name__ == "__main__":
    main()
