"""The county's words for documents: versions with a day of effect; what was issued keeps its own."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests import flows
from tests.flows import World, refused
from tracker.database import db
from tracker.errors import InvalidError, NotFoundError, RefusedError
from tracker.models import AuditEntry, DocumentKind, Letter, Notice, PaperTemplate
from tracker.papers.examples import example_paper
from tracker.papers.paper import paper_from
from tracker.papers.wording import USUAL, Wording, usual
from tracker.queries.paper_templates import template_versions, wording_on
from tracker.services.documents import issue_document
from tracker.services.letter_making import LetterValues
from tracker.services.letters import letter_write
from tracker.services.paper_templates import template_set, template_withdraw
from workflows.issue import IssueState
from workflows.letter import LetterKind

S = IssueState
OWN = Wording("{{ issuer }}文件", "整改通知", "请{{ unit }}整改。", "请抓紧。", "示例县委组织部", "示例县纪委")


@pytest.fixture
def world(sqlite_app: Flask) -> World:
    return flows.issue_in(S.REGISTERED)


def kept(world: World, kind: str = "rectification", days: int = 0, **changed: Any) -> PaperTemplate:
    return template_set(
        kind=kind, wording=replace(OWN, **changed), effective_on=world.today + timedelta(days=days), note="示例",
        actor=world.office, at=world.at,
    )  # fmt: skip


def issued() -> dict[str, Any]:
    return dict(db.session.scalars(select(Notice).order_by(Notice.id.desc()).limit(1)).one().content)


def test_new_documents_take_the_countys_words_and_old_ones_keep_theirs(world: World) -> None:
    flows.assign(world)
    before = issued()
    kept(world)
    again = flows.issue_in(S.ASSIGNED, here=world)
    after = issued()["paper"]
    assert after["mark"] == f"{before['issuer']}文件"
    assert (after["title"], after["issuer"], after["copies"]) == ("整改通知", "示例县委组织部", "示例县纪委")
    assert after["blocks"][0]["words"].startswith("请示例")
    first = db.session.scalars(select(Notice).order_by(Notice.id).limit(1)).one()
    assert (first.content, before["paper"]["title"]) == (before, "整改通知书")
    assert again.issue.number
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "template.set")).one()
    assert entry.detail["body"] == asdict(OWN)


def test_letters_and_forms_take_them_too(world: World) -> None:
    for kind in ("remind", "file"):
        kept(world, kind)
    flows.assign(world)
    letter = letter_write(
        kind=LetterKind.REMIND, values=LetterValues(world.assignee.unit_id), issue_ids=[world.issue.id],
        actor=world.office, at=world.at,
    )  # fmt: skip
    document = issue_document(**world.by(world.office), kind=DocumentKind.FILE)
    titles = {paper_from(one).title for one in (letter.content["paper"], document.content)}
    assert titles == {"整改通知"}
    assert db.session.query(Letter).count() == 1


def test_a_version_counts_from_its_day_and_the_latest_of_a_day_wins(world: World) -> None:
    kept(world, days=3)
    kept(world, days=1, title="较早")
    kept(world, days=1, title="较晚")
    days = [world.today + timedelta(days=n) for n in range(4)]
    assert [wording_on("rectification", day).title for day in days] == ["整改通知书", "较晚", "较晚", "整改通知"]


def test_words_like_the_usual_go_back_to_them(world: World) -> None:
    kept(world)
    back = template_set(
        kind="rectification", wording=usual("rectification"), effective_on=world.today, actor=world.office, at=world.at
    )
    assert back.body == {}
    assert wording_on("rectification", world.today) == usual("rectification")


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"title": " "}, "title"), ({"opening": "{{ unit"}, "opening"), ({"mark": "{{ secret }}"}, "mark"),
     ({"closing": "{{ unit * 2 }}"}, "closing"), ({"days": -1}, "effective_on"),
     ({"closing": "{{ unit.__class__ }}"}, "closing"),
     ({"closing": "{% for a in unit %}{{ a }}{% endfor %}"}, "closing"),
     ({"opening": "{{ " + "not " * 235 + "unit }}"}, "opening"), ({"copies": "{{ " + "(" * 400 + "unit }}"}, "copies")],
)  # fmt: skip
def test_what_is_wrong_is_named_by_its_field(world: World, changed: dict[str, Any], field: str) -> None:
    with refused(InvalidError, field):
        kept(world, **changed)
    assert not template_versions("rectification")


def test_only_what_has_not_begun_can_be_withdrawn(world: World) -> None:
    by: dict[str, Any] = {"kind": "rectification", "actor": world.office, "at": world.at}
    coming, present = kept(world, days=1), kept(world)
    template_withdraw(**by, template_id=coming.id)
    assert wording_on("rectification", world.today + timedelta(days=1)).title == "整改通知"
    for one in (coming, present):
        with refused(RefusedError):
            template_withdraw(**by, template_id=one.id)
    with pytest.raises(NotFoundError):
        template_withdraw(**by | {"kind": "remind"}, template_id=present.id)


@pytest.mark.parametrize("kind", sorted(USUAL))
def test_each_kind_has_an_example_in_any_words(kind: str) -> None:
    paper = example_paper(kind, usual(kind), "示例县创建办")
    assert paper.title
    assert "示例" in str(paper.to_dict())
    assert example_paper(kind, OWN, "示例县创建办").mark == "示例县创建办文件"
