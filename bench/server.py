"""A gunicorn server to be measured: its CPU seconds and memory, with those of the database it asks."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
_SECONDS = 30


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


def family(root: int) -> list[int]:
    """Return the process ``root`` and everything it started that still runs."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = _parent(int(entry.name))
            except (FileNotFoundError, ProcessLookupError):
                continue  # it ended while we looked
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def cpu_seconds(root: int) -> float:
    """Return the CPU seconds of ``root`` and its children, also of those that have ended."""
    ticks = 0
    for pid in family(root):
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += sum(int(field) for field in fields[11:15])
    return ticks / _TICK


@dataclass
class Server:
    """A server that answers at ``port``; ``database`` is the process of PostgreSQL, ``None`` for SQLite."""

    process: subprocess.Popen[bytes]
    port: int
    database: int | None
    started_in: float

    def cpu(self) -> float:
        """Return the CPU seconds used so far, with the database's."""
        return cpu_seconds(self.process.pid) + (cpu_seconds(self.database) if self.database else 0)

    def worker_megabytes(self) -> float:
        """Return the resident memory of the largest worker."""
        pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in family(self.process.pid)[1:]]
        return max(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20


@contextmanager
def serving(app: str, environment: dict[str, str], database: int | None) -> Iterator[Server]:
    """Yield a running server of ``app`` with two workers of four threads."""
    port = _free_port()
    workers = ["-w", "2", "-k", "gthread", "--threads", "4", "--log-level", "error"]
    command = [sys.executable, "-m", "gunicorn", *workers, "-b", f"127.0.0.1:{port}", app]
    begun = time.perf_counter()
    process = subprocess.Popen(command, env=os.environ | environment)
    try:
        _wait(port)
        yield Server(process, port, database, time.perf_counter() - begun)
    finally:
        process.terminate()
        process.wait(60)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int) -> None:
    """Return once the server answers; any answer will do."""
    until = time.monotonic() + _SECONDS
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_SECONDS)
            connection.request("GET", "/health")
            connection.getresponse().read()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return
