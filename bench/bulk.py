"""Brings many rows into a table as fast as the driver can, each value as SQLAlchemy would have bound it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import JSON, Connection

from tracker.database import db

# Not safe for what must survive a power cut: a measurement begins anew instead.
QUICK = ("PRAGMA synchronous=OFF", "PRAGMA foreign_keys=OFF", "PRAGMA cache_size=-400000")
USUAL = ("PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON", "PRAGMA cache_size=-2000")


class Binder:
    """Turns values of a table's columns into what the driver takes; days, instants and codes come again and again."""

    def __init__(self, connection: Connection, model: Any) -> None:
        self.table, self._dialect = model.__table__, connection.dialect
        kinds = {repr(column.type): column.type for column in self.table.columns}
        made = {words: self._maker(kind) for words, kind in kinds.items()}
        self._makers = {column.name: made[repr(column.type)] for column in self.table.columns}

    def _maker(self, kind: Any) -> Callable[[Any], Any] | None:
        made = kind.dialect_impl(self._dialect).bind_processor(self._dialect)
        if made is None:
            return None
        if not isinstance(kind, JSON):
            return lru_cache(30_000)(made)
        nothing = made({})
        return lambda value: made(value) if value else nothing

    def bind(self, row: Mapping[str, Any]) -> dict[str, Any]:
        makers = self._makers
        return {name: value if (make := makers[name]) is None else make(value) for name, value in row.items()}

    def insert(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows that were bound, which all name the same columns."""
        names, quote = list(rows[0]), self._dialect.identifier_preparer.quote
        values, head = map(itemgetter(*names), rows), f"{self.table.name} ({', '.join(map(quote, names))})"
        cursor: Any = connection.connection.cursor()
        if self._dialect.name == "sqlite":
            cursor.executemany(f"INSERT INTO {head} VALUES ({', '.join('?' * len(names))})", values)  # noqa: S608
        else:
            with cursor.copy(f"COPY {head} FROM STDIN") as copy:
                for value in values:
                    copy.write_row(value)
        cursor.close()


@contextmanager
def loading(*models: Any) -> Iterator[None]:
    """Take the indexes of these tables away and make them anew at the end, which is quicker than keeping them."""
    indexes = [index for model in models for index in model.__table__.indexes]
    is_lite = db.engine.dialect.name == "sqlite"
    _tell(QUICK if is_lite else ())
    with db.engine.begin() as connection:
        for index in indexes:
            index.drop(connection)
    yield
    for index in indexes:
        with db.engine.begin() as connection:
            index.create(connection)
    _tell(USUAL if is_lite else ())


def _tell(commands: Sequence[str]) -> None:
    """Say something to the connection that the pool hands out next, which with one thread is always the same."""
    connection = db.engine.raw_connection()  # beneath SQLAlchemy, which would begin a transaction
    try:
        cursor = connection.cursor()
        for command in commands:
            cursor.execute(command)
    finally:
        connection.close()
