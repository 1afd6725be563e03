"""Whether the product can work: for whatever watches it without detail, for those who look after it with all of it."""

from __future__ import annotations

import platform
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy
from flask import Blueprint, Response, current_app, g, jsonify, render_template
from flask.sansio.blueprints import BlueprintSetupState
from sqlalchemy import text

from tracker import clock, schema
from tracker.database import db
from tracker.models import Role
from tracker.queries.health import (
    VITAL,
    chain_heads,
    database_words,
    health_now,
    imports_waiting,
    schema_revision,
)
from tracker.views.access import access

bp = Blueprint("health", __name__)
_FRESH = timedelta(seconds=15)
_WARNED = (Role.SYSADMIN, Role.OFFICE)


@dataclass
class _Known:
    """What was wrong when somebody looked last, so that not every page has to."""

    at: datetime | None = None
    alarms: tuple[str, ...] = field(default=())


@bp.record_once
def _remember(state: BlueprintSetupState) -> None:
    state.app.extensions["tracker_health"] = _Known()


@bp.get("/health")
@access("health")
def index() -> Response:
    """Answer 200 while the database answers; the error pages answer for it otherwise."""
    db.session.execute(text("SELECT 1"))
    return jsonify(status="ok")


@bp.get("/health/ready")
@access("health")
def ready() -> tuple[Response, int]:
    """Answer 503 while nobody is reminded: no tick for 3 minutes, or a message unsent for 5."""
    stands = VITAL.intersection(health_now(_folder()).alarms)
    return jsonify(status="late" if stands else "ok"), 503 if stands else 200


@bp.get("/health/status")
@access("health.read")
def status() -> str:
    versions = {"Python": platform.python_version(), "SQLAlchemy": sqlalchemy.__version__}
    return render_template(
        "health/status.html", health=health_now(_folder()), imports=imports_waiting(), heads=chain_heads(),
        database=database_words(), revision=schema_revision(), newest=schema.newest(), versions=versions,
        lease_seconds=current_app.config["LEASE_SECONDS"],
    )  # fmt: skip


def _folder() -> Path:
    return Path(current_app.config["DATA_DIR"])


@bp.app_context_processor
def _banner() -> dict[str, Any]:
    """Put what is wrong above the pages of those who can do something about it."""
    actor = g.get("actor")
    if actor is None or actor.role not in _WARNED:
        return {}
    known: _Known = current_app.extensions["tracker_health"]
    at = clock.now()
    if known.at is None or abs(at - known.at) > _FRESH:
        known.alarms, known.at = health_now(_folder()).alarms, at
    return {"alarms": known.alarms}
