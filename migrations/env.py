"""Runs migrations on the connection the application hands over."""

from typing import Any

from alembic import context

config = context.config
# Full-text tables differ by backend and have no model; a migration makes them, queries/search.py reads them.
UNMODELLED = ("issue_search",)


def render_item(kind: str, item: Any, autogen_context: Any) -> str | bool:
    """Write our column types as plain SQLAlchemy ones: a migration imports no application code."""
    if kind == "type" and type(item).__module__.startswith("tracker."):
        return f"sa.{type(item.impl).__name__}()"
    return False


def include_name(name: str | None, kind: str, parents: Any) -> bool:
    """Leave out what has no model."""
    return not (kind == "table" and name is not None and name.startswith(UNMODELLED))


context.configure(
    connection=config.attributes["connection"],
    target_metadata=config.attributes["target_metadata"],
    render_as_batch=True,
    compare_type=True,
    render_item=render_item,
    include_name=include_name,
)
with context.begin_transaction():
    context.run_migrations()
