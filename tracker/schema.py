"""Migrations, run from Python so that no ``alembic.ini`` is needed."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from flask import Flask
from sqlalchemy import Connection

from tracker.database import db
from tracker.paths import resource


def alembic_config(connection: Connection) -> Config:
    """Return a configuration bound to ``connection``."""
    config = Config()
    config.set_main_option("script_location", str(resource("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["target_metadata"] = db.metadata
    return config


def next_number() -> str:
    """Return the number of the next migration, ``0001`` for the first."""
    return f"{len(list((resource('migrations') / 'versions').glob('0*.py'))) + 1:04d}"


def newest() -> str:
    """Return the number of the newest migration that this program brings."""
    return f"{int(next_number()) - 1:04d}"


def upgrade(app: Flask, revision: str = "head") -> None:
    """Bring the database to ``revision``."""
    with app.app_context(), db.engine.begin() as connection:
        command.upgrade(alembic_config(connection), revision)


def downgrade(app: Flask, revision: str) -> None:
    """Take the database back to ``revision``."""
    with app.app_context(), db.engine.begin() as connection:
        command.downgrade(alembic_config(connection), revision)


def difference(app: Flask) -> None:
    """Raise if the models and the migrated database differ."""
    with app.app_context(), db.engine.begin() as connection:
        command.check(alembic_config(connection))
