"""Multiplies the example issues and their history within the database, where making each by itself takes too long.

A copy reads like its original but for its id and number. Its links are not real: their hashes are as long and as many,
but ``tracker audit verify`` finds them wrong. What is written afterwards goes on behind them.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select, text, update

from tracker.database import db
from tracker.models import ChainHead, Issue, IssueEvent, IssueVersion
from tracker.services.links import ISSUES, LEDGER

SERIAL = {"sqlite": "printf('%08x', seq + :links)", "postgresql": "lpad(to_hex(seq + :links), 8, '0')"}
# The links of the chains are unique: the end of each hash becomes its number.
LINKED = {
    "issue_id": "issue_id + :by", "seq": "seq + :links", "hash": "substr(hash, 9) || {serial}",
    "prev_hash": "substr(prev_hash, 9) || {serial}",
}  # fmt: skip
CHANGED: dict[Any, dict[str, str]] = {
    Issue: {"id": "id + :by", "number": "'C-' || (id + :by)"},
    IssueEvent: LINKED,
    IssueVersion: LINKED | {"number": "'C-' || (issue_id + :by)"},
}
SEARCH = {
    "sqlite": "INSERT INTO issue_search (rowid, grams) SELECT rowid + :by, grams FROM issue_search "
    "WHERE rowid <= :most",
    "postgresql": "INSERT INTO issue_search SELECT issue_id + :by, grams FROM issue_search WHERE issue_id <= :most",
}


def multiply(made: int, issues: int) -> None:
    """Copy the first ``made`` issues, over and over, until there are ``issues``."""
    lengths = dict(db.session.execute(select(ChainHead.name, ChainHead.seq)).all())
    for n, by in enumerate(range(made, issues, made), 1):
        some = {"by": by, "most": min(made, issues - by)}
        connection = db.session.connection()
        if connection.dialect.name == "postgresql":
            # Copies refer to what their originals refer to: sixteen looks a row would only confirm it.
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        _copied(connection, Issue, "id <= :most", some)
        for model, name in ((IssueEvent, ISSUES), (IssueVersion, LEDGER)):
            own = {"own": lengths[name], "links": lengths[name] * n}
            _copied(connection, model, "issue_id <= :most AND seq <= :own", some | own)
        connection.execute(text(SEARCH[connection.dialect.name]), some)
        db.session.commit()
    for model, name in ((IssueEvent, ISSUES), (IssueVersion, LEDGER)):
        last = select(model.seq, model.hash).order_by(model.seq.desc()).limit(1)
        seq, link = db.session.execute(last).one()
        db.session.execute(update(ChainHead).where(ChainHead.name == name).values(seq=seq, hash=link))
    db.session.commit()


def _copied(connection: Connection, model: Any, which: str, values: dict[str, int]) -> None:
    quote, serial = connection.dialect.identifier_preparer.quote, SERIAL[connection.dialect.name]
    changed = CHANGED[model]
    names = [column.name for column in model.__table__.columns if column.name != "id" or "id" in changed]
    taken = ", ".join(changed.get(name, quote(name)) for name in names).format(serial=serial)
    columns, table = ", ".join(map(quote, names)), model.__tablename__
    statement = f"INSERT INTO {table} ({columns}) SELECT {taken} FROM {table} WHERE {which}"  # noqa: S608  # our words
    connection.execute(text(statement), values)
