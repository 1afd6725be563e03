"""``tracker doctor``: what is missing on this machine, and how to get it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from ctypes.util import find_library
from dataclasses import dataclass
from pathlib import Path

import click
from alembic.util import CommandError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from tracker import labels, languages, schema
from tracker.app import create_app
from tracker.clock import ZONE
from tracker.database import db
from tracker.outward import is_base
from tracker.queries.health import health_now


@dataclass(frozen=True)
class Finding:
    """One thing looked at: fine, or missing with the remedy; only ``needed`` ones fail the command."""

    name: str
    fine: bool
    remedy: str = ""
    needed: bool = True


def _python() -> Finding:
    remedy = "安装 Python 3.11–3.13 / install Python 3.11–3.13"
    return Finding(f"Python {sys.version.split()[0]}", sys.version_info >= (3, 11), remedy)


def _sqlite() -> Finding:
    with sqlite3.connect(":memory:") as connection:
        options = {row[0] for row in connection.execute("PRAGMA compile_options")}
    remedy = "需要带 FTS5 的 SQLite / SQLite with FTS5 is needed"
    return Finding(f"SQLite {sqlite3.sqlite_version}", "ENABLE_FTS5" in options, remedy)


def _zone() -> Finding:
    return Finding(f"时区 time zone {ZONE.key}", True)


def _pango() -> Finding:
    found = find_library("pango-1.0") is not None and find_library("pangoft2-1.0") is not None
    remedy = "sudo apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
    return Finding("Pango（PDF 公文 documents）", found, remedy, needed=False)


def _fonts() -> Finding:
    remedy = "sudo apt-get install fonts-noto-cjk fontconfig"
    if shutil.which("fc-list") is None:
        folder = any(Path("/usr/share/fonts").rglob("*CJK*")) if Path("/usr/share/fonts").exists() else False
        return Finding("中文字体 Chinese fonts", folder, remedy, needed=False)
    found = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False, timeout=20)  # noqa: S607
    return Finding("中文字体 Chinese fonts", bool(found.stdout.strip()), remedy, needed=False)


def _english() -> Finding:
    with languages.speaking("en"):
        return Finding("英文词条 English words", languages._("草稿") != "草稿", "./go catalogue", needed=False)


def _data_folder() -> Finding:
    folder = Path(os.environ.get("TRACKER_DATA_DIR", "tracker-data")).resolve()
    place = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(place).free // 2**20
    fine = os.access(place, os.W_OK) and free > 500
    remedy = "检查目录权限与剩余空间（至少 500 MB）/ check rights and space, 500 MB at least"
    return Finding(f"数据目录 data folder {folder}（{free} MB）", fine, remedy)


def _database() -> Finding:
    app = create_app()
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    with app.app_context():
        shown = db.engine.url.render_as_string(hide_password=True)
        try:
            db.session.execute(text("SELECT 1"))
            schema.difference(app)
        except CommandError:
            return Finding(f"数据库 database {shown}", False, "tracker db upgrade")
        except Exception as error:  # noqa: BLE001  # whatever a driver raises is the finding
            return Finding(f"数据库 database {shown}", False, f"{type(error).__name__}: {error}"[:300] or url)
        finally:
            db.session.remove()
            db.engine.dispose()
    return Finding(f"数据库 database {shown}", True)


def _address() -> Finding:
    base = str(create_app().config["BASE_URL"])
    remedy = "写成 https://duban.example.gov.cn / write it like that; until then messages carry no links"
    return Finding(f"对外地址 BASE_URL {base or '—'}", not base or is_base(base), remedy, needed=False)


def _running() -> Finding:
    """Look at what the health page shows; a fresh installation that nobody has started yet is no fault."""
    app = create_app()
    with app.app_context():
        try:
            health = health_now(Path(app.config["DATA_DIR"]))
        except SQLAlchemyError:
            return Finding("运行状态 health", False, "tracker db upgrade", needed=False)
        finally:
            db.session.remove()
            db.engine.dispose()
    who = health.leader.holder if health.leader else "—"
    words = "；".join(labels.word(labels.ALARM, code) for code in health.alarms)
    remedy = f"{words} / {', '.join(health.alarms)}"
    return Finding(f"运行状态 health（值守 leader: {who}）", not health.alarms, remedy, needed=False)


LOOKS: tuple[Callable[[], Finding], ...] = (
    _python, _sqlite, _zone, _pango, _fonts, _english, _data_folder, _database, _address, _running,
)  # fmt: skip


@click.command("doctor")
def doctor() -> None:
    """检查本机缺什么、怎样补齐。 Say what is missing on this machine and how to get it."""
    findings = [look() for look in LOOKS]
    for finding in findings:
        mark = "✓" if finding.fine else ("✗" if finding.needed else "!")
        click.echo(f"{mark} {finding.name}" + ("" if finding.fine else f"\n    → {finding.remedy}"))
    if any(finding.needed and not finding.fine for finding in findings):
        raise SystemExit(1)


COMMANDS = (doctor,)
