"""The roof: builds the application."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from tracker import __version__, models, views
from tracker.database import db, prepare_engine
from tracker.paths import resource

csrf = CSRFProtect()


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """Return a configured application; ``overrides`` win over the environment, the environment over the file."""
    app = Flask(
        "tracker", root_path=str(Path(__file__).parent), template_folder=str(resource("templates")),
    )  # fmt: skip
    app.config.from_pyfile(str(resource("config.py")))
    app.config.from_prefixed_env("TRACKER")
    app.config.update(overrides or {})
    app.config["VERSION"] = __version__
    settle_data(app)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    db.init_app(app)
    csrf.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    views.register(app)
    return app


def settle_data(app: Flask) -> None:
    """Make the data folder, and fill in what is kept there: the SQLite file and the secret key."""
    folder = Path(app.config["DATA_DIR"]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    app.config["DATA_DIR"] = str(folder)
    if not app.config["SQLALCHEMY_DATABASE_URI"]:
        app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{folder / 'tracker.sqlite3'}"
    if not app.config["SECRET_KEY"]:
        app.config["SECRET_KEY"] = _secret_key(folder / "secret_key")


def _secret_key(path: Path) -> str:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
    return path.read_text(encoding="ascii").strip()


__all__ = ["create_app", "models"]
