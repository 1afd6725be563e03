"""Makes the whole file of one issue with many events and photographs, as PDF, the way people get it.

The issue is filled once a back end; then each size is ordered and made in a process of its own, which says how long it
took, how many pages came of it, and the most memory that it and its renderer held. Run it as
``python -m bench.papers --events 300 --photos 200``.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import platform
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image
from pypdf import PdfReader
from sqlalchemy import select

from bench.exports import _memory
from bench.spine import database
from tests import flows, pictures
from tracker import clock, create_app, schema
from tracker.database import db, transaction
from tracker.exporting.run import export_store, export_work
from tracker.models import DocumentKind, Export, ExportKind, ExportMedium, Issue, Phase, Post, Role
from tracker.policy import actor_of
from tracker.services.chain import event_record
from tracker.services.documents import issue_document
from tracker.services.evidence import blobs_remember, evidence_attach
from tracker.services.exports import ExportWish, export_order
from tracker.storage import Store, intake
from workflows.exporting import ExportState
from workflows.issue import IssueState

BATCH = 20
SIZE = (1600, 1200)  # pixels, about what a phone sends after its page has made a photograph smaller
WORDS = "示例：沟渠清淤已完成三分之一，村组干部每日到场，群众反映良好，继续推进。"


def fill(app: object, events: int, photos: int) -> None:
    """Make an issue with that many events besides those of its photographs."""
    made = flows.issue_in(IssueState.RECTIFYING, at=clock.now())
    store = Store(Path(app.config["DATA_DIR"]) / "evidence")  # type: ignore[attr-defined]
    for start in range(0, photos, BATCH):
        shots = [_photo(n) for n in range(start, min(start + BATCH, photos))]
        files = intake(store, [pictures.upload(shot, f"{start + n}.jpg") for n, shot in enumerate(shots)])
        phase = (Phase.BEFORE, Phase.AFTER)[start // BATCH % 2]
        with transaction():
            blobs_remember(files, made.at)
            evidence_attach(made.issue, phase, files, actor=made.assignee, at=made.at)
    with transaction():
        for n in range(events):
            told = {"text": f"{n + 1}. {WORDS * 3}"}
            state = made.issue.state
            event_record(made.issue, "comment", actor=made.office, at=made.at, source=state, dest=state, detail=told)


def _photo(number: int) -> bytes:
    """Return a photograph unlike the others, as hard to pack as a real one."""
    ground = Image.effect_noise((200, 150), 60 + number % 40).resize(SIZE).convert("RGB")
    ground.paste((number % 256, 80, 160), (0, 0, 400, 300))
    made = io.BytesIO()
    ground.save(made, "JPEG", quality=85)
    return made.getvalue()


def part(url: str, folder: str) -> dict[str, float]:
    """Order the file and make it here; return the figures."""
    app = create_app({"SQLALCHEMY_DATABASE_URI": url, "DATA_DIR": folder})
    with app.app_context():
        office = db.session.scalars(select(Post).where(Post.role == Role.OFFICE).order_by(Post.id)).first()
        if office is None:
            raise RuntimeError("nobody to order it")
        actor, now = actor_of(office, clock.today()), clock.now()
        issue_id = db.session.scalars(select(Issue.id)).one()
        document = issue_document(issue_id=issue_id, kind=DocumentKind.FILE, actor=actor, at=now)
        given = {"id": document.id, "address": "http://127.0.0.1/verify/x", "back": "/"}
        wish = ExportWish(ExportKind.DOCUMENT, ExportMedium.PDF, "file.pdf", given, now)
        before, begun = _memory(), time.perf_counter()
        export = export_order(wish=wish, actor=actor, at=now, most=1)
        export_work(app, export.id)
        seconds, used = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
        done = db.session.get_one(Export, export.id, populate_existing=True)
        if done.state is not ExportState.READY:
            raise RuntimeError(done.failure)
        content = export_store(app).path_of(done.file_sha256).read_bytes()
        pages = len(PdfReader(io.BytesIO(content)).pages)
        return {
            "seconds": seconds, "cpu": used.ru_utime + used.ru_stime, "pages": pages,
            "photos": len(re.findall(rb"/Filter\s*/DCTDecode", content)), "before": before, "most": _memory(),
            "renderer": used.ru_maxrss / 1024, "size": done.file_size / 1e6,
        }  # fmt: skip


def run(backend: str, events: int, photos: int) -> None:
    """Print a line for a back end."""
    with tempfile.TemporaryDirectory() as place, database(backend, Path(place)) as (url, _process):
        app = create_app({"SQLALCHEMY_DATABASE_URI": url, "DATA_DIR": place})
        schema.upgrade(app)
        with app.app_context():
            fill(app, events, photos)
            db.session.remove()
            db.engine.dispose()
        line = [sys.executable, "-m", "bench.papers", "--url", url, "--folder", place]
        one = json.loads(subprocess.run(line, check=True, capture_output=True, text=True).stdout)  # noqa: S603
        print(
            f"{backend}, {events} events, {photos} photos: {one['seconds']:.1f} s, cpu of the renderer "
            f"{one['cpu']:.1f} s, "
            f"{one['pages']} pages with {one['photos']} photos, memory {one['before']:.0f} -> {one['most']:.0f} MB, "
            f"renderer {one['renderer']:.0f} MB, file {one['size']:.1f} MB",
            flush=True,
        )


def main() -> None:
    """Read the command line; ``--url`` is for the processes that are started here."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=300)
    parser.add_argument("--photos", type=int, default=200)
    parser.add_argument("--backend", choices=("sqlite", "postgresql", "both"), default="both")
    for name in ("--url", "--folder"):
        parser.add_argument(name, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.url:
        print(json.dumps(part(given.url, given.folder)))
        return
    print(f"{platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for backend in ("sqlite", "postgresql") if given.backend == "both" else (given.backend,):
        run(backend, given.events, given.photos)


if __name__ == "__main__":
    main()
