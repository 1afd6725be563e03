"""What was issued stays as it was issued: the database refuses changes, and who gets round it is found out."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from tests import flows
from tracker.database import db, transaction
from tracker.models import Document, DocumentKind, Letter, Notice, PaperCode
from tracker.services import documents, verify_papers
from tracker.services.letter_making import LetterValues
from tracker.services.letters import letter_receive, letter_write
from tracker.services.verify_papers import papers_verify
from workflows.issue import IssueState
from workflows.letter import LetterKind

FORBIDDEN = (
    "UPDATE document SET content = '{}'", "UPDATE paper_code SET digest = 'x'", "UPDATE notice SET content = '{}'",
    "UPDATE notice SET number = 'x'", "UPDATE letter SET content = '{}'", "DELETE FROM document",
    "DELETE FROM notice", "DELETE FROM letter", "DELETE FROM paper_code",
)  # fmt: skip


@pytest.fixture(autouse=True)
def issued(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """An issue with a notice and a letter, both received, and a file."""
    monkeypatch.setattr(verify_papers, "BATCH", 2)
    world = flows.issue_in(IssueState.RECTIFYING)
    values = LetterValues(recipient_unit_id=world.assignee.unit_id)
    letter = letter_write(
        kind=LetterKind.SUPERVISE, values=values, issue_ids=[world.issue.id], actor=world.office, at=world.at
    )
    letter_receive(letter_id=letter.id, actor=world.assignee, at=world.at)
    documents.issue_document(**world.by(world.office), kind=DocumentKind.FILE)


def test_what_was_issued_never_changes() -> None:
    for statement in FORBIDDEN:
        with pytest.raises(DBAPIError, match="never changes"), transaction() as session:
            session.execute(text(statement))


def test_received_documents_say_what_they_were_issued_with() -> None:
    report = papers_verify()
    assert (report.intact, report.checked) == (True, 3)
    assert "3" in report.line()
    assert db.session.scalar(select(Notice.received_at)) is not None


@pytest.mark.parametrize("table", ["document", "notice", "letter"])
def test_who_gets_round_the_guard_is_found_out(table: str) -> None:
    column = getattr(PaperCode, f"{table}_id")
    number = db.session.scalars(select(PaperCode.number).where(column.is_not(None))).one()
    is_sqlite = db.engine.dialect.name == "sqlite"
    guard = f"DROP TRIGGER {table}_no_update" if is_sqlite else f"ALTER TABLE {table} DISABLE TRIGGER ALL"
    record = {"document": Document, "notice": Notice, "letter": Letter}[table]
    with transaction() as session:
        session.execute(text(guard))
        changed = session.scalars(select(record)).one()
        paper = dict(changed.content.get("paper", changed.content)) | {"copies": "示例"}
        changed.content = changed.content | ({"paper": paper} if "paper" in changed.content else paper)
    report = papers_verify()
    assert (report.intact, report.strays) == (False, [number])
    assert number in report.line()
