"""Starts the worker and listens to it; the only module here that runs in the parent."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from tempfile import TemporaryDirectory
from threading import Timer
from typing import IO, Any, NoReturn

from tracker.spreadsheets import wire
from tracker.spreadsheets.limits import MOST_PICTURE_BYTES, TableLimits
from tracker.spreadsheets.trouble import Trouble, UnreadableError

_WORKER = "tracker.spreadsheets.worker"
_VARIABLES = ("LD_LIBRARY_PATH", "SYSTEMROOT")
_LONGEST_LINE = 64 * 1024 * 1024


class Child:
    """A process that reads one file, and the clock that ends it."""

    def __init__(self, order: dict[str, Any], limits: TableLimits) -> None:
        """Start it; it has ``limits.about_seconds`` until ``allow`` gives it more."""
        self._folder = TemporaryDirectory(prefix="table-")
        variables = {name: os.environ[name] for name in _VARIABLES if name in os.environ}
        command = [sys.executable, "-I", "-m", _WORKER]  # isolated: nothing of the environment is read
        try:
            self._process = subprocess.Popen(  # noqa: S603  # our own module, no argument from outside
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                env=variables | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), self._folder.name),
            )  # fmt: skip
        except OSError as error:
            self._folder.cleanup()
            raise UnreadableError(Trouble.NO_CHILD) from error
        self._timer = Timer(0, self._process.kill)
        self.allow(limits.about_seconds)
        with self.ended_on_error(), _pipe(self._process.stdin) as stdin, suppress(BrokenPipeError):
            # A child that is gone before it has read its order is missed when it is asked for its answer.
            stdin.write(wire.order(order | {"limits": asdict(limits)}))

    def allow(self, seconds: float) -> None:
        """Let it live so many seconds from now instead."""
        self._timer.cancel()
        self._timer = Timer(seconds, self._process.kill)
        self._timer.daemon = True  # The end of the parent is not to wait for it.
        self._timer.start()

    def message(self) -> list[Any]:
        """Return the next thing it says; raise ``UnreadableError`` for what it complains of, or for its death."""
        line = _pipe(self._process.stdout).readline(_LONGEST_LINE)
        if not line.endswith(b"\n"):
            self._mourn()
        found = wire.message(line)
        if found[0] == "error":
            raise UnreadableError(Trouble(found[1]), **found[2])
        return found

    def content(self, size: int) -> bytes:
        """Return the ``size`` bytes that follow a message."""
        content = _pipe(self._process.stdout).read(min(size, MOST_PICTURE_BYTES))
        if len(content) != size:
            self._mourn()
        return content

    def end(self) -> None:
        """End it, wherever it is."""
        self._timer.cancel()
        self._process.kill()
        _pipe(self._process.stdout).close()
        self._process.wait()
        self._folder.cleanup()

    @contextmanager
    def ended_on_error(self) -> Iterator[None]:
        """End it if the block fails."""
        try:
            yield
        except BaseException:
            self.end()
            raise

    def _mourn(self) -> NoReturn:
        """Say why there is no whole line: it never began, it was ended by one of its limits, or it says too much."""
        _pipe(self._process.stdout).close()
        raise UnreadableError(Trouble.NO_CHILD if self._process.wait() > 0 else Trouble.COMPLEX)


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    """Return a stream that is there because we have asked for it."""
    if stream is None:
        raise ValueError("no pipe")
    return stream
