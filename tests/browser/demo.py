"""The demo county in small, for tests that look at pages rather than at what they do."""

from __future__ import annotations

import fcntl
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Select, select

from tests import worlds
from tests.browser.imported import imports_made
from tests.conftest import build_app
from tests.factories import sign_in
from tracker.clock import local_date
from tracker.database import db
from tracker.demo.load import demo_load
from tracker.demo.people import DEMO_PASSWORD
from tracker.models import Issue, Person, Post, Role, Setting
from tracker.policy import actor_of
from tracker.queries.health import TICK_REPORT
from tracker.services.findings import FindingValues, finding_draft
from workflows.issue import IssueState

AT = datetime(2026, 10, 20, 1, 30, tzinfo=UTC)  # Tuesday 09:30 in Shanghai
LOGINS = {
    Role.OFFICE: "demo-office", Role.LEADER: "demo-leader", Role.GROUP_LEAD: "demo-group",
    Role.GROUP_MEMBER: "demo-member", Role.ASSIGNEE: "demo-assignee", Role.VILLAGE: "demo-village",
    Role.TOWNSHIP: "demo-township", Role.DEPARTMENT: "demo-department", Role.REPORTER: "demo-reporter",
    Role.SYSADMIN: "demo-sysadmin", Role.SECADMIN: "demo-secadmin", Role.AUDITOR: "demo-auditor",
}  # fmt: skip


def demo_made(migrated: Path, folder: Path, shared: Path) -> Flask:
    """Return an application with the demo county as it is at ``AT``.

    Telling its past takes longest: one process does so in the folder ``shared``, the others wait and copy.
    """
    told = shared / "demo-told"
    with (shared / "demo-told.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.is_dir():
            making = shared / "demo-telling"
            making.mkdir()
            _tell(migrated, making)
            making.rename(told)
    shutil.copytree(told, folder, dirs_exist_ok=True)
    return _opened(folder)


def _opened(folder: Path) -> Flask:
    app = build_app(f"sqlite:///{folder / 'demo.sqlite3'}", folder / "data")
    app.config.update(DEMO=True, DEMO_PASSWORD=DEMO_PASSWORD)
    return app


def _tell(migrated: Path, folder: Path) -> None:
    shutil.copyfile(migrated, folder / "demo.sqlite3")
    app = _opened(folder)
    with app.app_context(), pytest.MonkeyPatch.context() as patch:
        worlds.hold_time(patch, AT)
        demo_load(at=AT, issues=90, seed=3, progress=lambda _n: None)
        office = db.session.scalars(_posts().where(Person.login == LOGINS[Role.OFFICE])).one()
        finding_draft(values=FindingValues(description="示例：尚未写完"), actor=actor_of(office, local_date(AT)), at=AT)
        imports_made(app)
        # No clock runs beside these pages; they are to look as if one did.
        db.session.merge(Setting(key=TICK_REPORT, value={"ticked_at": "2999-01-01T00:00:00+00:00", "report": {}}))
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


def states(app: Flask) -> dict[str, str]:
    """Return the state of every issue by the path of its page."""
    with app.app_context():
        found = {f"/issues/{id}": state.value for id, state in db.session.execute(select(Issue.id, Issue.state))}
        db.session.remove()
    return found


def client_of(app: Flask, role: Role) -> FlaskClient:
    """Return a client that whoever has that role in the demo county has signed in with."""
    with app.app_context():
        client = sign_in(app.test_client(), db.session.scalars(_posts().where(Person.login == LOGINS[role])).one())
        db.session.remove()
    return client


def rechecker(app: Flask) -> str:
    """Return the login of the head of a group that has something to re-check."""
    query = _posts().join(Issue, Issue.found_by_group_id == Post.group_id)
    query = query.where(Issue.state == IssueState.SUBMITTED, Post.role == Role.GROUP_LEAD)
    with app.app_context():
        found = db.session.scalars(query.order_by(Issue.id)).first()
        assert found is not None
        return found.person.login


def rectifier(app: Flask) -> tuple[str, str]:
    """Return the login of somebody who has something to rectify, and the path of it."""
    query = select(Person.login, Issue.id).join(Issue, Issue.responsible_id == Person.id)
    with app.app_context():
        login, issue = db.session.execute(query.where(Issue.state == IssueState.RECTIFYING).order_by(Issue.id)).first()
        return login, f"/issues/{issue}"


def verified(app: Flask) -> str:
    """Return the path of an issue that waits for the sign-off."""
    return next(path for path, state in states(app).items() if state == IssueState.VERIFIED)


def _posts() -> Select[tuple[Post]]:
    return select(Post).join(Person, Person.id == Post.person_id)
