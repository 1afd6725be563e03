"""The database handle, the column types and the transaction; imports no model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Engine, Enum, Integer, MetaData, TypeDecorator, event, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session, SessionTransaction
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

MemoT = TypeVar("MemoT")
_writing: ContextVar[bool] = ContextVar("writing", default=False)


class Guard(Protocol):
    """What every transaction of a piece of work asks for leave: ``opens`` first, ``closes`` before it commits."""

    def opens(self, session: Session) -> None: ...
    def closes(self, session: Session) -> None: ...


_guard: ContextVar[Guard | None] = ContextVar("guard", default=None)


class Base(DeclarativeBase):
    """Names every constraint, so that migrations can drop it again."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UTCDateTime(TypeDecorator[datetime]):
    """Stores aware datetimes as UTC; refuses naive ones."""

    impl, cache_ok = DateTime, True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        return value.astimezone(UTC).replace(tzinfo=None)

    def result_processor(self, dialect: Any, coltype: Any) -> Callable[[Any], datetime | None]:
        """Return what reads a value as the driver gives it; in one step, for there are many in a row."""
        return _instant_of_text if dialect.name == "sqlite" else _instant


def _instant(value: datetime | None) -> datetime | None:
    return None if value is None else value.replace(tzinfo=UTC)


def _instant_of_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(f"{value}+00:00")


class DatabaseTime(FunctionElement[datetime]):
    """The instant by the database's own clock, plus some seconds; it goes on within a transaction."""

    type = UTCDateTime()
    inherit_cache = True

    def __init__(self, seconds: float = 0) -> None:
        super().__init__(literal(float(seconds)))


@compiles(DatabaseTime, "sqlite")
def _sqlite_time(element: DatabaseTime, compiler: SQLCompiler, **given: Any) -> str:
    later = compiler.process(element.clauses, **given)
    # Written as SQLAlchemy writes an instant, so that the two compare.
    return f"strftime('%Y-%m-%d %H:%M:%f000', 'now', printf('%+.3f seconds', {later}))"


@compiles(DatabaseTime, "postgresql")
def _postgresql_time(element: DatabaseTime, compiler: SQLCompiler, **given: Any) -> str:
    later = compiler.process(element.clauses, **given)
    return f"(clock_timestamp() AT TIME ZONE 'UTC' + make_interval(secs => {later}))"


class DaysBetween(FunctionElement[int]):
    """The whole days from one instant to a later one; a day that has begun is not counted."""

    type = Integer()
    inherit_cache = True


@compiles(DaysBetween, "sqlite")
def _sqlite_days(element: DaysBetween, compiler: SQLCompiler, **given: Any) -> str:
    first, last = (compiler.process(one, **given) for one in element.clauses)
    # In seconds first: days as fractions would now and then fall short of a whole one.
    return f"(CAST(strftime('%s', {last}) AS INTEGER) - CAST(strftime('%s', {first}) AS INTEGER)) / 86400"


@compiles(DaysBetween, "postgresql")
def _postgresql_days(element: DaysBetween, compiler: SQLCompiler, **given: Any) -> str:
    first, last = (compiler.process(one, **given) for one in element.clauses)
    return f"CAST(FLOOR(EXTRACT(EPOCH FROM {last} - {first}) / 86400) AS INTEGER)"


class Unindexed(FunctionElement[Any]):
    """A column as it is, but SQLite looks for no index on it: where another one is better, which it cannot know."""

    inherit_cache = True

    def __init__(self, column: Any) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(Unindexed, "sqlite")
def _sqlite_unindexed(element: Unindexed, compiler: SQLCompiler, **given: Any) -> str:
    return f"+{compiler.process(element.clauses, **given)}"


@compiles(Unindexed, "postgresql")
def _postgresql_unindexed(element: Unindexed, compiler: SQLCompiler, **given: Any) -> str:
    return compiler.process(element.clauses, **given)


def code_column(enum: type[StrEnum], name: str) -> Enum:
    """Return the column type that stores ``enum`` by value under a named check constraint."""
    return Enum(
        enum,
        native_enum=False,
        create_constraint=True,
        values_callable=lambda members: [member.value for member in members],
        length=32,
        name=name,
    )


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})
if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


def prepare_engine(engine: Engine) -> None:
    """Set an SQLite engine up: write-ahead log, full sync, foreign keys, and transactions we begin ourselves."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver would begin late, and never IMMEDIATE
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        # Read-then-write under a plain BEGIN fails as locked whatever the timeout.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")


def memo(key: str, make: Callable[[], MemoT]) -> MemoT:
    """Return what ``make`` returned the first time in this database transaction: rules that every act looks at.

    Whoever changes such a rule calls ``memo_forget``; the end of the transaction forgets everything.
    """
    kept: dict[str, Any] = db.session().info.setdefault("memo", {})
    if key not in kept:
        kept[key] = make()
    found: MemoT = kept[key]
    return found


def memo_forget() -> None:
    """Forget what was kept, because a rule is about to change in this very transaction."""
    db.session().info.pop("memo", None)


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:
        session.info.pop("memo", None)
        session.info.pop("act", None)


def act() -> dict[str, Any]:
    """Return what is kept for the act under way: empty when the database transaction begins, gone when it ends."""
    kept: dict[str, Any] = db.session().info.setdefault("act", {})
    return kept


def at_close(key: str, work: Callable[[], None]) -> None:
    """Have ``work`` done once, just before the outermost ``transaction`` commits; a key that waits already is kept."""
    act().setdefault("closers", {}).setdefault(key, work)


def close_early() -> None:
    """Do at once what waits for the end: for a transaction that plays several acts of different instants."""
    db.session.flush()
    for work in act().pop("closers", {}).values():
        work()


@contextmanager
def guarded(guard: Guard) -> Iterator[None]:
    """Let ``guard`` watch over every transaction that begins inside; what it raises rolls that one back."""
    token = _guard.set(guard)
    try:
        yield
    finally:
        _guard.reset(token)


@contextmanager
def transaction() -> Iterator[Session]:
    """Commit at the outermost exit, roll back on any error; nested use joins the outer one.

    What was read before the outermost block may be stale: services read again inside.
    """
    session = db.session()
    if session.info.get("in_transaction"):
        yield session
        return
    session.commit()  # ends the read transaction; SQLite cannot turn one into a writer safely
    session.info["in_transaction"] = True
    token, guard = _writing.set(True), _guard.get()
    try:
        if guard is not None:
            guard.opens(session)
        yield session
        close_early()
        if guard is not None:
            session.flush()
            guard.closes(session)
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info["in_transaction"] = False
        _writing.reset(token)
