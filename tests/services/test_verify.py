"""A chain tells where somebody has been at it."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests import factories
from tests.conftest import AT
from tracker.clock import ZONE
from tracker.database import db, transaction
from tracker.models import Role
from tracker.services import verify
from tracker.services.chain import AUDIT, ISSUES, audit_record
from tracker.services.verify import chain_verify

LINKS = 12


def unguarded(statement: str) -> None:
    """Do to the table what its triggers forbid, as somebody with the file or the superuser's right would."""
    is_sqlite = db.engine.dialect.name == "sqlite"
    with transaction() as session:
        if is_sqlite:
            for act in ("update", "delete"):
                session.execute(text(f"DROP TRIGGER IF EXISTS audit_entry_no_{act}"))
        else:
            session.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER ALL"))
        session.execute(text(statement))
    db.session.expire_all()


@pytest.fixture(autouse=True)
def chain(app: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "BATCH", 5)
    actor = factories.actor(Role.OFFICE)
    for n in range(LINKS):
        with transaction():
            audit_record("示例", actor=actor, at=AT, target=f"issue:{n}", detail={"n": n, "words": "汉字"})


def test_an_untouched_chain_is_whole() -> None:
    report = chain_verify(AUDIT)
    assert (report.intact, report.checked, report.fault) == (True, LINKS, "")
    assert report.hash in report.line()
    assert chain_verify(ISSUES).checked == 0


def test_the_zone_in_which_an_instant_was_told_does_not_matter() -> None:
    with transaction():
        audit_record("示例", actor=None, at=AT.astimezone(ZONE), target="issue:1")
    db.session.expire_all()
    assert chain_verify(AUDIT).intact


@pytest.mark.parametrize(
    ("statement", "broken_at", "fault"),
    [
        ("UPDATE audit_entry SET outcome = 'denied' WHERE seq = 7", 7, "content"),
        ("UPDATE audit_entry SET target = 'issue:99' WHERE seq = 1", 1, "content"),
        ("UPDATE audit_entry SET detail = '{\"n\": 1}' WHERE seq = 12", 12, "content"),
        ("UPDATE audit_entry SET prev_hash = 'x' WHERE seq = 6", 6, "predecessor"),
        ("DELETE FROM audit_entry WHERE seq = 6", 6, "gap"),
        ("DELETE FROM audit_entry WHERE seq = 1", 1, "gap"),
        ("DELETE FROM audit_entry WHERE seq >= 10", 10, "head"),
        ("DELETE FROM audit_entry", 1, "head"),
        ("UPDATE chain_head SET seq = 20 WHERE name = 'audit'", 13, "head"),
    ],
)
def test_what_was_done_to_it_is_found_where_it_was_done(statement: str, broken_at: int, fault: str) -> None:
    unguarded(statement)
    report = chain_verify(AUDIT)
    assert (report.intact, report.broken_at, report.fault) == (False, broken_at, fault)
    assert str(broken_at) in report.line()
