"""A small county with somebody in every role and an issue at every distance from them."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.routing import Rule

from tests import factories, pictures
from tests.conftest import build_app
from tracker import clock
from tracker.database import db, transaction
from tracker.models import (
    Bulletin,
    Channel,
    ChannelKind,
    Consent,
    DocumentKind,
    Export,
    ExportKind,
    ExportMedium,
    Extension,
    Fate,
    Handover,
    ImportBatch,
    ImportMapping,
    ImportRow,
    InspectionRound,
    Issue,
    Letter,
    LetterFile,
    LetterReply,
    LookBack,
    LookBackPlan,
    OutboxMessage,
    Person,
    Phase,
    PolicyVersion,
    Post,
    RankedBy,
    Role,
    RoundGroup,
    RoundKind,
    RoundStop,
    RoundTask,
    SavedFilter,
    Substitute,
    UnitKind,
    UnitTag,
    Visit,
    VisitPhoto,
)
from tracker.policy import actor_of
from tracker.reading.fields import ImportKind
from tracker.services.documents import issue_document
from tracker.services.evidence import blobs_remember, evidence_attach
from tracker.services.letter_making import LetterValues
from tracker.services.letters import letter_write
from tracker.services.notices import notice_issue
from tracker.services.sign_ins import sign_in_open
from tracker.storage import intake
from tracker.views.evidence import current_store
from tracker.views.import_doors import DOORS
from workflows.bulletin import BulletinState
from workflows.consent import ConsentKind, ConsentState
from workflows.exporting import ExportState
from workflows.extension import ExtensionState
from workflows.handover import HandoverState
from workflows.importing import ImportState
from workflows.issue import IssueState
from workflows.letter import LetterKind
from workflows.look_back import LookBackState
from workflows.planning.terms import TaskKind
from workflows.round import RoundState

ANONYMOUS = "anonymous"
_NO_FIGURES = dict.fromkeys(("found", "closed", "judged", "in_time", "late", "ended", "recurred"), 0)
PRINCIPALS = (*(role.value for role in Role), ANONYMOUS)
NOWHERE = 987_654
# Not business: who is signed in, who tried, what was noted, which file went out.
_ASIDE = ("sign_in", "sign_in_attempt", "audit_entry", "chain_head", "issued_ledger")
Params = Mapping[str, Any]


@dataclass
class World:
    """The application with its clients; ``scopes`` maps own, near, far and nowhere to the parameters of a route."""

    app: Flask
    path: Path
    tokens: dict[str, str]
    scopes: dict[str, dict[str, Any]]

    def client(self, principal: str) -> FlaskClient:
        """Return a browser in which that principal is signed in."""
        client = self.app.test_client()
        if principal != ANONYMOUS:
            client.set_cookie("tracker_sid", self.tokens[principal])
        return client

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.path)) as connection:
            return connection.execute(statement).fetchall()

    def denials(self) -> int:
        """Return how many tries were noted as denied."""
        return int(self.query("SELECT count(*) FROM audit_entry WHERE outcome = 'denied'")[0][0])

    def digest(self) -> str:
        """Return the digest of every table of business."""
        names = [name for (name,) in self.query("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        kept = [name for name in names if name not in _ASIDE and not name.startswith("issue_search")]
        rows = [(name, self.query(f"SELECT * FROM {name}")) for name in kept]  # noqa: S608  # names of our own
        return hashlib.sha256(repr(rows).encode()).hexdigest()

    def keep(self) -> None:
        """Remember the database as it is now."""
        self._copy(self.path, self.path.with_suffix(".kept"))

    def restore(self) -> None:
        """Put the database back as it was remembered."""
        self._copy(self.path.with_suffix(".kept"), self.path)

    def _copy(self, source: Path, target: Path) -> None:
        with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
            one.backup(other)

    def address(self, rule: Rule, scope: str = "own") -> str:
        """Return the address of a route, with what it asks for filled in; what nobody named here is 1 or ``x``."""
        given = self.scopes[scope]
        number = {name for name, converter in rule._converters.items() if type(converter).__name__ == "IdConverter"}
        values = {name: given.get(name, 1 if name in number else "x") for name in rule.arguments}
        if "medium" in values:
            values["medium"] = "pdf"
        if "batch_id" in values:
            values["batch_id"] = given.get(f"batch_id of {rule.endpoint.partition('.')[0]}", NOWHERE)
        with self.app.test_request_context():
            return str(self.app.url_map.bind("localhost").build(rule.endpoint, values))


def routes(app: Flask) -> Iterator[tuple[Rule, str, str]]:
    """Yield every route with each of its methods and its row of the matrix, in an order of its own."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.endpoint, rule.rule)):
        if rule.endpoint == "static":
            continue
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
            yield rule, method, app.view_functions[rule.endpoint].access  # type: ignore[attr-defined]


def build(migrated: Path, folder: Path) -> World:
    """Return a world in a database of its own, a copy of the ``migrated`` one."""
    path = folder / "world.sqlite3"
    shutil.copyfile(migrated, path)
    app = build_app(f"sqlite:///{path}", folder / "data")
    app.config["WTF_CSRF_ENABLED"] = False  # the gate is tried here, not the form's token
    with app.app_context():
        event.listen(db.engine, "connect", lambda connection, _record: connection.execute("PRAGMA synchronous=OFF"))
        db.engine.dispose()
        posts, scopes = _settle()
        tokens = {
            post.role.value: sign_in_open(person=post.person, post=post, at=clock.now()) for post in posts.values()
        }
        db.session.remove()
    world = World(app, path, tokens, scopes)
    world.keep()
    return world


def _settle() -> tuple[dict[Role, Post], dict[str, dict[str, Any]]]:
    town, far_town = factories.unit(UnitKind.TOWNSHIP), factories.unit(UnitKind.TOWNSHIP)
    village, far_village = factories.village(parent=town), factories.village(parent=far_town)
    bureau, handlers = factories.unit(UnitKind.DEPARTMENT), factories.unit(UnitKind.DEPARTMENT)
    group, far_group = factories.group(village), factories.group(far_village)
    star, far_star = factories.star(bureau), factories.star(factories.unit(UnitKind.DEPARTMENT))
    places = {
        Role.DEPARTMENT: {"unit_id": bureau.id}, Role.ASSIGNEE: {"unit_id": handlers.id},
        Role.GROUP_LEAD: {"group_id": group.id}, Role.GROUP_MEMBER: {"group_id": group.id},
        Role.TOWNSHIP: {"unit_id": town.id}, Role.VILLAGE: {"unit_id": village.id},
    }  # fmt: skip
    posts = {role: factories.post(role, **places.get(role, {})) for role in Role}
    mine = {"created_by_id": posts[Role.REPORTER].person_id, "found_by_group_id": group.id, "star_id": star.id}
    foreign = {"created_by_id": factories.person().id, "found_by_group_id": far_group.id, "star_id": far_star.id}
    open_state = {"state": IssueState.RECTIFYING, "deadline": clock.today() + timedelta(days=30)}
    own = factories.issue(location=village, responsible_unit_id=handlers.id, **mine, **open_state)
    near = factories.issue(location=village, responsible_unit_id=handlers.id, **foreign, **open_state)
    far = factories.issue(location=far_village, responsible_unit_id=far_village.id, **foreign, **open_state)
    office, others = posts[Role.OFFICE], _others(posts)
    scopes = {name: others | _of(issue, office) for name, issue in (("own", own), ("near", near), ("far", far))}
    nowhere = dict.fromkeys(scopes["own"], NOWHERE)
    return posts, scopes | {"nowhere": nowhere}


def _others(posts: Mapping[Role, Post]) -> dict[str, Any]:
    """Return valid parameters that have nothing to do with an issue."""
    office = posts[Role.OFFICE]
    somebody = factories.post(Role.OFFICE)
    pending = factories.post(Role.LEADER, who=somebody.person, approved_at=None, granted_at=clock.now())
    place = factories.village()
    tag = factories.saved(UnitTag(unit_id=place.id, tag="示例", since=date(2026, 1, 1)))
    message = factories.saved(
        OutboxMessage(key="x", recipient_id=office.person_id, channel="inbox", kind="x", created_at=factories.EPOCH)
    )
    channel = factories.saved(
        Channel(kind=ChannelKind.MAIL, name="示例", is_on=True, per_minute=60, made_at=factories.EPOCH)
    )
    kept = factories.saved(
        SavedFilter(person_id=office.person_id, page="issues", name="示例", query="", created_at=factories.EPOCH)
    )
    version = factories.saved(
        PolicyVersion(effective_on=clock.today() + timedelta(days=30), body={}, made_at=factories.EPOCH)
    )
    return {
        "version_id": version.id,
        "channel_id": channel.id, "kind": "mail",
        "person_id": somebody.person_id, "post_id": pending.id, "unit_id": place.id, "tag_id": tag.id,
        "message_id": message.id, "filter_id": kept.id, "group_id": factories.group().id,
        "star_id": factories.star().id, "token": "x", "mapping_id": _mapping(), **_round(posts), **_imports(),
        "export_id": _export(office), "handover_id": _handover(somebody, office),
        "substitute_id": _substitute(somebody, office),
        "plan_id": _look_back_plan(), "bulletin_id": _bulletin(office),
    }  # fmt: skip


def _bulletin(office: Post) -> int:
    """Return a bulletin that was issued."""
    day, issued = clock.today(), {"as_of": clock.now(), "figures": {"whole": _NO_FIGURES, "ranked": [], "unranked": []}}
    bulletin = factories.saved(
        Bulletin(
            state=BulletinState.ISSUED, title="示例", first_day=day, last_day=day, ranked_by=RankedBy.TOWNSHIP,
            made_by_id=office.person_id, made_at=clock.now(), changed_at=clock.now(), issued_by_id=office.person_id,
            **issued,
        )
    )  # fmt: skip
    return int(bulletin.id)


def _round(posts: Mapping[Role, Post]) -> dict[str, int]:
    """Return a published round of the group with one stop."""
    today, place = clock.today(), factories.village()
    group_id = posts[Role.GROUP_LEAD].group_id
    held = factories.saved(
        InspectionRound(
            name="示例", kind=RoundKind.ROUTINE, state=RoundState.PUBLISHED, first_day=today, last_day=today, seed=1,
            parameters={}, made_at=factories.EPOCH, published_at=factories.EPOCH,
        )
    )  # fmt: skip
    factories.saved(RoundGroup(round_id=held.id, group_id=group_id, days=[today.isoformat()], people=2, stops_a_day=3))
    stop = factories.saved(
        RoundStop(round_id=held.id, group_id=group_id, village_id=place.id, day=today, position=1, reasons=[])
    )
    task = factories.saved(RoundTask(stop_id=stop.id, kind=TaskKind.UNVISITED, reason="never_visited"))
    return {"round_id": held.id, "stop_id": stop.id, "task_id": task.id, "photo_id": _visit_photo(stop),
            "visit_id": _ad_hoc_visit(stop)}  # fmt: skip


def _ad_hoc_visit(stop: RoundStop) -> int:
    visit = Visit(group_id=stop.group_id, village_id=stop.village_id, started_at=factories.EPOCH, people=[])
    return int(factories.saved(visit).id)


def _visit_photo(stop: RoundStop) -> int:
    """Return a photograph of an earlier visit there."""
    visit = factories.saved(
        Visit(
            stop_id=stop.id, round_id=stop.round_id, group_id=stop.group_id, village_id=stop.village_id,
            started_at=factories.EPOCH,
        )
    )  # fmt: skip
    photo = intake(current_store(), [pictures.upload(pictures.picture(), "b.jpg")])
    with transaction():
        blobs_remember(photo, factories.EPOCH)
    kept = VisitPhoto(visit_id=visit.id, blob_sha256=photo[0].sha256, name="b.jpg", added_at=factories.EPOCH)
    return int(factories.saved(kept).id)


def _export(asker: Post) -> int:
    """Return an export of which nothing came."""
    made = Export(
        kind=ExportKind.ISSUES, medium=ExportMedium.XLSX, state=ExportState.FAILED, name="示例.xlsx", language="zh_CN",
        given={"query": ""}, at=factories.EPOCH, asked_by_id=asker.person_id, post_id=asker.id,
        asked_at=factories.EPOCH,
    )  # fmt: skip
    return int(factories.saved(made).id)


def _handover(giver: Post, receiver: Post) -> int:
    made = Handover(
        state=HandoverState.PROPOSED, post_id=giver.id, giver_id=giver.person_id, receiver_id=receiver.person_id,
        kinds=["consent"], content=[], result=[], proposed_by_id=giver.person_id, proposed_at=factories.EPOCH,
    )  # fmt: skip
    return int(factories.saved(made).id)


def _substitute(away: Post, office: Post) -> int:
    """Return a substitute that waits for the office to agree."""
    made = Substitute(
        person_id=away.person_id, substitute_id=office.person_id, first_day=clock.today(), last_day=clock.today(),
        entered_by_id=away.person_id, entered_at=factories.EPOCH,
    )  # fmt: skip
    return int(factories.saved(made).id)


def _look_back_plan() -> int:
    """Return a plan that drew nothing, since then closed."""
    made = LookBackPlan(
        name="示例", first_day=clock.today(), last_day=clock.today(), window_days=90, rules={"per_cent": 10}, seed=1,
        frame=[], population=0, made_at=factories.EPOCH, closed_at=factories.EPOCH,
    )  # fmt: skip
    return int(factories.saved(made).id)


def _look_back(issue: Issue) -> int:
    """Return a look-back at an issue, as it was recorded before that was opened again."""
    about = {"issue_number": issue.number, "place": "示例", "people": ["示例"], "finding": "示例", "state": "held"}
    about |= {
        "signed_off_on": "",
        "plan": "",
        "photos": [],
        "done_on": "2026-01-05",
        "recorded_on": "2026-01-05",
        "number": "示例",
    }
    rest = dict.fromkeys(("star", "description", "unit", "responsible", "result", "group", "issuer", "new_number"), "")
    made = LookBack(
        issue_id=issue.id, state=LookBackState.HELD, number=f"示例{issue.id}", done_on=date(2026, 1, 5), finding="示例",
        recorded_at=factories.EPOCH, content=about | rest,
    )  # fmt: skip
    return int(factories.saved(made).id)


def _mapping() -> int:
    kept = ImportMapping(name="示例", kind=ImportKind.LEDGER, headings=[], body={}, made_at=factories.EPOCH, uses=0)
    return int(factories.saved(kept).id)


def _imports() -> dict[str, int]:
    """Return an import behind each door, with one row that waits to be looked at."""
    about = {"headings": [[0, "名称"]], "header": [0, 0], "reference": "2026-03-02", "reference_from": "today",
             "sheet": "x", "sheets": [["x", False, False]], "saved": ""}  # fmt: skip
    found = {}
    for name, door in DOORS.items():
        batch = factories.saved(
            ImportBatch(
                kind=door.kinds[0], state=ImportState.PROPOSED, file_name="示例.xlsx", file_sha256="0" * 64,
                about=about,
                mapping={"kind": door.kinds[0].value}, summary={"fates": {"wrong": 1}, "issues": 0},
                made_at=factories.EPOCH,
            )
        )  # fmt: skip
        factories.saved(ImportRow(batch_id=batch.id, number=1, cells=["示例"], fate=Fate.WRONG))
        found[f"batch_id of {name}"] = batch.id
    return found


def _reply_photo(letter: Letter, by: Person) -> int:
    """Return the id of a photograph that came with a reply to the document."""
    with transaction():
        photo = intake(current_store(), [pictures.upload(pictures.picture(color="green"), "b.jpg")])
        blobs_remember(photo, clock.now())
    reply = factories.saved(LetterReply(letter_id=letter.id, words="示例", by_id=by.id, at=clock.now()))
    file = LetterFile(reply_id=reply.id, blob_sha256=photo[0].sha256, name="示例.jpg")
    return int(factories.saved(file).id)


def _of(issue: Issue, office: Post) -> dict[str, Any]:
    """Return the ids of an issue and of everything that hangs on it."""
    asker = factories.person()
    actor = actor_of(office, clock.today())
    with transaction():
        photo = intake(current_store(), [pictures.upload(pictures.picture(), "a.jpg")])
        evidence = evidence_attach(issue, Phase.BEFORE, photo, actor=actor, at=clock.now())[0]
        notice = notice_issue(issue, actor=actor, at=clock.now())
    values = LetterValues(issue.responsible_unit_id, words="示例")
    letter = letter_write(
        kind=LetterKind.REMIND, values=values, issue_ids=[issue.id], actor=actor, at=clock.now()
    )  # fmt: skip
    extension = factories.saved(
        Extension(
            issue_id=issue.id,
            state=ExtensionState.REQUESTED,
            level=1,
            reason="示例",
            old_deadline=issue.deadline,
            new_deadline=issue.deadline + timedelta(days=5),
            asked_by_id=asker.id,
            asked_at=clock.now(),
        )  # fmt: skip
    )
    consent = factories.saved(
        Consent(
            issue_id=issue.id,
            kind=next(iter(ConsentKind)),
            state=ConsentState.REQUESTED,
            cycle=0,
            reason="示例",
            asked_by_id=asker.id,
            asked_at=clock.now(),
        )  # fmt: skip
    )
    document = issue_document(issue_id=issue.id, kind=DocumentKind.FILE, actor=actor, at=clock.now())
    return {
        "document_id": document.id, "code": "x", "sha256": "x", "paper_kind": "remind",
        "issue_id": issue.id, "evidence_id": evidence.id, "notice_id": notice.id, "extension_id": extension.id,
        "consent_id": consent.id, "letter_id": letter.id, "letter_file_id": _reply_photo(letter, asker),
        "look_back_id": _look_back(issue),
    }  # fmt: skip
