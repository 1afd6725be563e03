"""Measure the spine beside the bare routes: ``python -m bench.spine --issues 100000 --backend both``."""

from __future__ import annotations

import argparse
import http.client
import json
import os
import platform
import re
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote, urlencode

from sqlalchemy import make_url

from bench.fill import fill
from bench.server import Server, serving
from tests import postgres
from tracker import clock, create_app, schema
from tracker.database import db
from tracker.services.sign_ins import sign_in_open

WORDS = "垃圾"
ORIGINALS = 20_000  # the others are copies
Ask = tuple[str, str, str]  # method, path, body


@dataclass
class Figure:
    """One job on one side: milliseconds a request, of CPU (with the database) and on the wall, as medians."""

    cpu: float
    wall: float


@dataclass
class Client:
    """One client on a connection that stays open, signed in by cookie."""

    server: Server
    cookie: str = ""

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)

    def ask(self, ask: Ask) -> tuple[int, bytes, http.client.HTTPMessage]:
        """Return status, body and headers of the answer."""
        method, path, body = ask
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        self.connection.request(method, path, body or None, headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read(), answer.headers

    def measure(self, make: Callable[[int], Ask], rounds: int, each: int, warm: int = 8) -> Figure:
        """Return the medians over ``rounds`` of ``each`` requests; the first few, ``warm``, are not counted."""
        for n in range(warm):
            self._right(make(n))
        cpu, wall = [], []
        for number in range(rounds):
            used = self.server.cpu()
            for n in range(each):
                begun = time.perf_counter()
                self._right(make(number * each + n + warm))
                wall.append(time.perf_counter() - begun)
            cpu.append((self.server.cpu() - used) / each)
        return Figure(statistics.median(cpu) * 1000, statistics.median(wall) * 1000)

    def export(self, path: str) -> float:
        """Return the CPU seconds of the whole ledger as a workbook."""
        used = self.server.cpu()
        self._right(("GET", path, ""))
        return self.server.cpu() - used

    def order(self, path: str) -> float:
        """Return the CPU seconds of a workbook that is ordered and made beside the request."""
        token, used = self.token(), self.server.cpu()
        status, body, headers = self.ask(("POST", path, urlencode({"csrf_token": token})))
        if status != 303:
            raise RuntimeError(f"{path}: {status} {body[:300]!r}")
        there = headers["Location"].removesuffix("/file")
        while json.loads(self.ask(("GET", f"{there}/progress", ""))[1])["going"]:
            time.sleep(0.5)
        self._right(("GET", f"{there}/file", ""))
        return self.server.cpu() - used

    def token(self) -> str:
        """Return the token of a form, and keep the cookie that it belongs to."""
        status, page, headers = self.ask(("GET", "/issues/new", ""))
        if status != 200:
            raise RuntimeError(f"no form: {status} {headers['Location']} {page[:300]!r}")
        self.cookie = "; ".join([self.cookie, *(one.split(";")[0] for one in headers.get_all("Set-Cookie") or ())])
        found = re.search(rb'name="csrf_token" value="([^"]+)"', page)
        return found.group(1).decode() if found else ""

    def _right(self, ask: Ask) -> None:
        status, body, _headers = self.ask(ask)
        if status not in (200, 303):
            raise RuntimeError(f"{ask[:2]}: {status} {body[:300]!r}")


@contextmanager
def database(backend: str, folder: Path) -> Iterator[tuple[str, int | None]]:
    """Yield the address of an empty database, and the process of its server."""
    if backend == "sqlite":
        yield f"sqlite:///{folder / 'bench.sqlite3'}", None
        return
    with postgres.running() as server:
        url = server.create()
        home = Path(str(make_url(url).query["host"]))
        yield url, int((home / "data" / "postmaster.pid").read_text().split()[0])


def prepare(url: str, folder: Path, issues: int, originals: int | None = None) -> SimpleNamespace:
    """Fill the database; return what the requests need to name."""
    app = create_app({"SQLALCHEMY_DATABASE_URI": url, "DATA_DIR": str(folder)})
    schema.upgrade(app)
    with app.app_context():
        begun = time.perf_counter()
        made = fill(issues, originals=originals)
        filled = time.perf_counter() - begun
        tokens = {}
        for name in ("office", "finder"):
            post = made.posts[name]
            tokens[name] = sign_in_open(person=post.person, post=post, at=clock.now())
        place, star, town = made.villages[0].id, made.stars[0].id, made.towns[0].id
        db.session.remove()
        db.engine.dispose()
    return SimpleNamespace(tokens=tokens, place=place, star=star, town=town, issues=issues, filled=filled)


def asks_of_ours(client: Client, known: SimpleNamespace) -> dict[str, Callable[[int], Ask]]:
    """Return the requests that the tracker is asked, by job."""
    given = {
        "csrf_token": client.token(), "location_id": known.place, "star_id": known.star,
        "severity": "general", "source": "supervision", "description": "示例：村口垃圾未清运", "act": "register",
        "found_on": clock.today().isoformat(),
    }  # fmt: skip

    def create(_n: int) -> Ask:
        return "POST", "/issues/new", urlencode(given | {"idempotency_key": str(uuid.uuid4())})

    filtered = f"/overdue?place={known.town}&timing=overdue"
    deep = _deep(client, filtered)
    return {
        "create": create,
        "one": lambda n: ("GET", f"/issues/{1 + n * 37 % known.issues}", ""),
        "first": lambda _n: ("GET", filtered, ""),
        "deep": lambda _n: ("GET", deep, ""),
        "search": lambda _n: ("GET", f"/issues/?q={quote(WORDS)}", ""),
    }


def _deep(client: Client, path: str) -> str:
    """Return the address of the last full page, or of the twentieth."""
    full, found = path, path
    for _page in range(20):
        _status, page, _headers = client.ask(("GET", found, ""))
        link = re.search(rb'rel="next" href="([^"]+)"', page)
        if link is None:
            return full
        full, found = found, link.group(1).decode().replace("&amp;", "&")
    return full


def asks_of_bare(known: SimpleNamespace) -> dict[str, Callable[[int], Ask]]:
    """Return the same requests for the bare routes."""
    given = {"location_id": known.place, "star_id": known.star, "description": "示例：村口垃圾未清运"}
    after = clock.today().replace(day=1).isoformat()
    return {
        "create": lambda _n: ("POST", "/issues", urlencode(given)),
        "one": lambda n: ("GET", f"/issues/{1 + n * 37 % known.issues}", ""),
        "first": lambda _n: ("GET", f"/overdue?place={known.town}", ""),
        "deep": lambda _n: ("GET", f"/overdue?place={known.town}&after={after}_0", ""),
        "search": lambda _n: ("GET", f"/search?q={quote(WORDS)}", ""),
    }


JOBS = {
    "create": "log and register an issue (event, chain, clock, index, messages)",
    "one": "one issue with its history",
    "first": "overdue ledger, filtered, first page",
    "deep": "overdue ledger, filtered, deep page",
    "search": "search of two characters, first page",
}


def run(backend: str, issues: int, rounds: int, each: int) -> Iterator[str]:
    """Yield the lines of the table for one backend."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name, database(backend, Path(name)) as (url, pid):
        known = prepare(url, Path(name), issues, ORIGINALS)
        ours = {"TRACKER_SQLALCHEMY_DATABASE_URI": url, "TRACKER_DATA_DIR": name, "TRACKER_SESSION_IDLE_MINUTES": "600",
                "TRACKER_REQUIRE_TOTP": "false"}  # fmt: skip
        with serving("bench.bare:app", {"BENCH_URL": url}, pid) as server:
            client = Client(server)
            bare = {job: client.measure(ask, rounds, each) for job, ask in asks_of_bare(known).items()}
            bare_start, bare_memory = server.started_in, server.worker_megabytes()
            bare_export = client.export("/issues.xlsx")
        with serving("tracker.wsgi:app", ours, pid) as server:
            client = Client(server, f"tracker_sid={known.tokens['office']}")
            found = {job: client.measure(ask, rounds, each) for job, ask in asks_of_ours(client, known).items()}
            start, memory = server.started_in, server.worker_megabytes()
            export = client.order("/issues.xlsx?state=all")
            memory_after = server.worker_megabytes()
    for job, words in JOBS.items():
        us, limit = found[job], bare[job]
        yield (f"| {backend} | {words} | {us.cpu:.1f} | {us.wall:.1f} | {limit.cpu:.1f} | {limit.wall:.1f} "
               f"| {us.cpu / max(limit.cpu, 0.01):.1f} |")  # fmt: skip
    yield f"| {backend} | start until the first answer, s | | {start:.2f} | | {bare_start:.2f} | |"
    rows = f"{issues / export:,.0f} rows/s | | {issues / bare_export:,.0f} rows/s"
    yield f"| {backend} | every issue as Excel, 29 columns | {rows} | | {export / bare_export:.1f} |"
    yield f"| {backend} | memory of the largest worker after that, MB | | {memory_after:.0f} | | | |"
    yield f"| {backend} | memory of the largest worker, MB | | {memory:.0f} | | {bare_memory:.0f} | |"


def machine() -> str:
    """Return what it was measured on."""
    model = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    name = model.group(1) if model else platform.machine()
    return f"{os.cpu_count()} cores ({name}), {platform.system()}, Python {platform.python_version()}"


def main() -> None:
    reader = argparse.ArgumentParser(prog="python -m bench.spine", description=__doc__)
    reader.add_argument("--issues", type=int, default=100_000)
    reader.add_argument("--backend", choices=("sqlite", "postgresql", "both"), default="both")
    reader.add_argument("--rounds", type=int, default=7)
    reader.add_argument("--each", type=int, default=40, help="requests a round")
    given = reader.parse_args()
    backends = ("sqlite", "postgresql") if given.backend == "both" else (given.backend,)
    how = f"medians of {given.rounds} rounds of {given.each} requests, one client"
    print(f"{given.issues:,} issues; {machine()}; {how}.\n")
    print("| database | job | CPU ms | wall ms | bare: CPU ms | wall ms | CPU, times bare |")
    print("|---|---|--:|--:|--:|--:|--:|")
    for backend in backends:
        for line in run(backend, given.issues, given.rounds, given.each):
            print(line, flush=True)


if __name__ == "__main__":
    main()
