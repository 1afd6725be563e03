"""A PostgreSQL server of the tests' own, from the machine's server programs; works as root too."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.pool import NullPool

# Nothing a test writes has to survive a power cut.
_FAST = (
    "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off -c max_connections=60 "
    "-c jit=off -c wal_level=minimal -c max_wal_senders=0 -c max_wal_size=64MB"
)
_MEMORY = Path("/dev/shm")  # noqa: S108  # a folder of our own is made inside
_ENOUGH = 1 << 30


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, known by the address of its maintenance database."""

    url: str

    def create(self, *, template: str = "template0") -> str:
        """Return the address of a new database copied from ``template``."""
        name = f"t_{secrets.token_hex(6)}"
        with self._engine().connect() as connection:
            # Copying files is quickest; before 15 it was the only way and had no name.
            how = "strategy file_copy" if (connection.dialect.server_version_info or ()) >= (15,) else ""
            connection.execute(text(f"create database {name} template {template} {how}"))
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        """Remove the database at ``url``, with whoever is still connected."""
        with self._engine().connect() as connection:
            connection.execute(text(f"drop database {make_url(url).database} with (force)"))

    def _engine(self) -> Engine:
        return create_engine(self.url, isolation_level="AUTOCOMMIT", poolclass=NullPool)


@contextmanager
def running() -> Iterator[Server]:
    """Yield a server that is gone afterwards; ``TEST_DATABASE_URL`` names another one to use instead."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield Server(given)
        return
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="tracker-pg-", dir=roomy()))
    owner = _owner(folder)
    _run(programs / "initdb", "-D", "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
         "--no-sync", "--no-instructions", folder=folder, owner=owner)  # fmt: skip
    # A unix socket only: no port to collide with, nothing that listens on the network.
    options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' {_FAST}"
    _run(programs / "pg_ctl", "-D", "data", "-w", "-l", "log", "-o", options, "start", folder=folder, owner=owner)
    try:
        yield Server(f"postgresql+psycopg://postgres@/postgres?host={folder}")
    finally:
        _run(programs / "pg_ctl", "-D", "data", "-m", "immediate", "-w", "stop", folder=folder, owner=owner)
        shutil.rmtree(folder, ignore_errors=True)


def roomy() -> Path | None:
    """Return the folder that lies in memory, where copying a database is fifteen times as quick, if it has room."""
    usable = _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK)
    return _MEMORY if usable and shutil.disk_usage(_MEMORY).free > _ENOUGH else None


def _programs() -> Path:
    """Return the folder of ``initdb`` and ``pg_ctl``; Debian keeps them off the path."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    on_path = shutil.which("initdb")
    if installed:
        return installed[-1].parent
    if on_path:
        return Path(on_path).resolve().parent
    raise RuntimeError("PostgreSQL's server programs are missing: install postgresql, or set TEST_DATABASE_URL")


def _owner(folder: Path) -> pwd.struct_passwd | None:
    """Return whom the server runs as, None for ourselves: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    owner = pwd.getpwnam("postgres")
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    return owner


def _run(program: Path, *arguments: str, folder: Path, owner: pwd.struct_passwd | None) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    identity = {} if owner is None else {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    subprocess.run(  # noqa: S603  # our own words only
        [program, *arguments],
        check=True,
        cwd=folder,
        env=clean | {"LC_ALL": "C.UTF-8", "HOME": str(folder)},
        stdout=subprocess.DEVNULL,
        **identity,
    )
