"""Whether the product can work, for whatever watches it; no detail for strangers."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from sqlalchemy import text

from tracker.database import db
from tracker.views.access import access

bp = Blueprint("health", __name__)


@bp.get("/health")
@access("health")
def index() -> Response:
    """Answer 200 while the database answers; the error pages answer for it otherwise."""
    db.session.execute(text("SELECT 1"))
    return jsonify(status="ok")
