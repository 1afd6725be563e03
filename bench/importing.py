"""Measure an import beside bare reading and bare inserting, in one run: ``python -m bench.importing --backend both``.

Each side runs in a process of its own on a database of its own; a stage's peak memory is reset before it begins.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook
from sqlalchemy import insert

from bench.import_files import AT, settle, write
from tests import postgres
from tracker import create_app, schema
from tracker.database import db
from tracker.models import Issue, Source, Unit
from tracker.reading.fields import ImportKind
from tracker.services.importing.batches import import_begin, import_order
from tracker.services.importing.checking import import_check
from tracker.services.importing.reading import import_read
from tracker.services.importing.storing import import_store
from tracker.services.importing.tasks import folders
from tracker.storage import SheetFile
from workflows.issue import IssueState, Severity


def _peak() -> float:
    text = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(row for row in text.splitlines() if row.startswith("VmHWM")).split()[1]) / 1024


def _cpu() -> float:
    mine, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return mine.ru_utime + mine.ru_stime + children.ru_utime + children.ru_stime


@contextmanager
def stage(name: str, told: dict[str, Any]) -> Iterator[None]:
    """Note wall and CPU seconds and peak memory (MB, above what was held before) of what happens inside."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    held, begun, used = _peak(), time.perf_counter(), _cpu()
    yield
    told[name] = {"wall": time.perf_counter() - begun, "cpu": _cpu() - used, "peak": _peak() - held}


def ours(path: Path, folder: Path) -> dict[str, Any]:
    """Bring the file in as the product does, stage by stage."""
    told: dict[str, Any] = {}
    where = folders(folder)
    with path.open("rb") as stream:
        incoming = where.imports.receive(stream, 1 << 30)
    file = SheetFile(path.name, where.imports.keep(incoming.path), incoming.size)
    batch = import_begin(kind=ImportKind.LEDGER, file=file, actor=None, at=AT)

    def beat(_done: int, _total: int) -> None:
        return None

    with stage("read", told):
        import_read(batch, where.imports.path_of(file.sha256), beat)
    with stage("check", told):
        import_check(batch, beat, AT)
    db.session.refresh(batch)
    told["summary"] = {key: batch.summary[key] for key in ("fates", "issues")}
    _release(batch)
    import_order(batch_id=batch.id, good_only=True, two_persons=False, actor=None, at=AT)
    db.session.refresh(batch)
    with stage("store", told):
        import_store(batch, where.imports.path_of(file.sha256), where.evidence, beat, AT)
    return told


def _release(batch: Any) -> None:
    batch.task = None
    db.session.commit()


def bare(path: Path, _folder: Path) -> dict[str, Any]:
    """Read the file and insert its rows, and nothing else: no rules, no history, no index of words."""
    told: dict[str, Any] = {}
    with stage("read", told):
        count = sum(1 for _row in _bare_rows(path))
    town = {unit.name: unit.id for unit in db.session.query(Unit)}
    rows = (_bare_values(row, town) for row in islice(_bare_rows(path), 1, None))
    with stage("store", told):
        while chunk := list(islice(rows, 1000)):
            db.session.execute(insert(Issue.__table__), chunk)  # type: ignore[arg-type]
        db.session.commit()
    told["rows"] = count - 1
    return told


def _bare_rows(path: Path) -> Iterator[list[Any]]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.reader(file)
        return
    yield from CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).iter_rows()


def _bare_values(row: list[Any], units: dict[str, int]) -> dict[str, Any]:
    due = row[15] if isinstance(row[15], date) else date.fromisoformat(row[15])
    return {
        "number": str(row[1]), "state": IssueState.REGISTERED, "state_since": AT, "severity": Severity.GENERAL,
        "is_long_term": False, "is_confidential": False, "source": Source.IMPORT, "source_ref": "", "found_by": row[3],
        "created_at": AT, "location_id": units[row[5]], "township_id": units[row[4]], "spot": row[6],
        "category": row[7], "description": row[9], "goal": row[10], "first_deadline": due, "deadline": due,
        "deadline_words": "", "extensions": 0, "progress_percent": 0, "progress_note": row[16], "result": "",
        "cycle": 0, "returns": 0, "recurrences": 0, "recheck_finding": "", "remark": row[19], "version": 1,
        "import_key": f"bare:{row[1]}",
    }  # fmt: skip


SIDES: dict[str, Callable[[Path, Path], dict[str, Any]]] = {"ours": ours, "bare": bare}


def one(side: str, path: Path, url: str) -> None:
    """Be one side, in a process of its own; print what was measured."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app({"SQLALCHEMY_DATABASE_URI": url or f"sqlite:///{folder}/a.sqlite3", "DATA_DIR": folder})
        schema.upgrade(app)
        with app.app_context():
            settle()
            print(json.dumps(SIDES[side](path, Path(folder))))
            db.session.remove()
            db.engine.dispose()


def _run(side: str, path: Path, server: postgres.Server | None) -> dict[str, Any]:
    url = server.create() if server else ""
    command = [sys.executable, "-m", "bench.importing", "--one", side, str(path), url]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=os.environ)
    if server:
        server.drop(url)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def _median(runs: list[dict[str, Any]], name: str, what: str) -> float:
    return statistics.median(run[name][what] for run in runs)


def compare(path: Path, rows: int, server: postgres.Server | None, rounds: int) -> Iterator[str]:
    """Yield the lines of one table: each stage of ours, and both sides in all."""
    mine, theirs = [], []
    for _round in range(rounds):
        theirs.append(_run("bare", path, server))
        mine.append(_run("ours", path, server))
    head = f"| {'PostgreSQL' if server else 'SQLite'} | {path.suffix[1:]} | {rows:,} |"
    limit = {what: sum(_median(theirs, name, what) for name in ("read", "store")) for what in ("wall", "cpu")}
    for name in ("read", "check", "store"):
        wall, cpu, peak = (_median(mine, name, what) for what in ("wall", "cpu", "peak"))
        yield f"{head} {name} | {wall:.2f} | {cpu:.2f} | {rows / wall:,.0f} | +{peak:.0f} | |"
    total = {what: sum(_median(mine, name, what) for name in ("read", "check", "store")) for what in ("wall", "cpu")}
    peak = max(_median(theirs, name, "peak") for name in ("read", "store"))
    wall, bare_wall = total["wall"], limit["wall"]
    told = f"{wall:.2f} | {total['cpu']:.2f} | {rows / wall:,.0f} |"
    yield f"{head} **all** | {told} | **{wall / bare_wall:.1f} ×** |"
    yield f"{head} bare | {bare_wall:.2f} | {limit['cpu']:.2f} | {rows / bare_wall:,.0f} | +{peak:.0f} | 1 |"


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--backend", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--formats", nargs="+", default=["xlsx", "csv"], choices=("xlsx", "csv"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one", nargs=3, metavar=("SIDE", "FILE", "URL"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        one(given.one[0], Path(given.one[1]), given.one[2])
        return
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, medians of {given.rounds}\n")
    print("| backend | file | rows | stage | s | CPU s | rows/s | peak MB | ours ÷ bare |")
    print("|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for rows in given.rows:
            for suffix in given.formats:
                path = Path(folder) / f"ledger-{rows}.{suffix}"
                write(path, rows)
                _each(path, rows, given.backend, given.rounds)


def _each(path: Path, rows: int, backend: str, rounds: int) -> None:
    if backend in ("sqlite", "both"):
        print(*compare(path, rows, None, rounds), sep="\n", flush=True)
    if backend in ("postgresql", "both"):
        with postgres.running() as server:
            print(*compare(path, rows, server, rounds), sep="\n", flush=True)


if __name__ == "__main__":
    main()
