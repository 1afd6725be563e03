"""Notices of an issue 整改通知书、立行立改通知书、催办通知: numbered by year, frozen, received."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from tracker import labels
from tracker.clock import local_date
from tracker.database import db
from tracker.languages import N_, SOURCE, speaking
from tracker.models import Issue, Notice, NoticeKind, Unit, UnitKind
from tracker.papers.notice import notice_paper
from tracker.policy import Actor
from tracker.queries.paper_templates import wording_on
from tracker.queries.rules import setting, work_calendar
from tracker.services.counters import counter_next
from tracker.services.paper_codes import code_make

# Part of the document, which is written in Chinese whatever the reader's language.
_NUMBER = N_("{prefix}〔{year}〕{serial}号")
_PREFIX = N_("督整")
_PREFIXES = {NoticeKind.IMMEDIATE: N_("督立"), NoticeKind.URGE: N_("督催")}
_OFFICE = N_("{county}创建办")
_AT_ONCE = timedelta(days=1)  # a deadline no later than that is one of 立行立改


def notice_issue(issue: Issue, *, actor: Actor, at: datetime) -> Notice:
    """Issue a 整改通知书 to the responsible unit, in the caller's transaction; the assignment must be set.

    What is due on the same or the next day is a 立行立改通知书. Numbers run without gaps per kind and Shanghai year,
    such as 督整〔2026〕12号.
    """
    today = local_date(at)
    is_urgent = issue.deadline is not None and today <= issue.deadline <= today + _AT_ONCE
    return _issued(issue, NoticeKind.IMMEDIATE if is_urgent else NoticeKind.RECTIFICATION, {}, actor=actor, at=at)


def notice_urge(issue: Issue, words: str, *, actor: Actor, at: datetime) -> Notice:
    """Issue a 催办通知 to the responsible unit, in the caller's transaction."""
    with speaking(SOURCE):
        more = {"state": labels.word(labels.STATE, issue.state), "words": words}
    return _issued(issue, NoticeKind.URGE, more, actor=actor, at=at)


def _issued(issue: Issue, kind: NoticeKind, more: dict[str, Any], *, actor: Actor, at: datetime) -> Notice:
    if issue.responsible_unit_id is None:
        raise ValueError("a notice needs a recipient")
    year = local_date(at).year
    serial = counter_next(f"notice:{kind.value}:{year}")
    prefix = _PREFIXES.get(kind) or setting("notice_prefix", _PREFIX)
    number = _NUMBER.format(prefix=prefix, year=year, serial=serial)
    content = _content(issue, number, at) | {"kind": kind.value} | more
    paper = notice_paper(content, wording_on(kind.value, local_date(at)))
    notice = Notice(
        kind=kind.value, year=year, serial=serial, number=number, issue_id=issue.id,
        recipient_unit_id=issue.responsible_unit_id, content=content | {"paper": paper.to_dict()},
        issued_by_id=actor.person_id, issued_at=at,
    )  # fmt: skip
    db.session.add(notice)
    db.session.flush()
    code_make(paper, local_date(at), notice)
    return notice


def notice_receive(issue: Issue, *, actor: Actor, at: datetime) -> Notice | None:
    """Record the receipt of the latest assignment of ``issue``; ``None`` where it has none or was received before."""
    assigning = (NoticeKind.RECTIFICATION.value, NoticeKind.IMMEDIATE.value)
    query = select(Notice).where(Notice.issue_id == issue.id, Notice.kind.in_(assigning))
    notice = db.session.scalars(query.order_by(Notice.id.desc()).limit(1)).first()
    if notice is None or notice.received_at is not None:
        return None
    notice.received_at, notice.received_by_id = at, actor.person_id
    db.session.flush()
    return notice


def _content(issue: Issue, number: str, at: datetime) -> dict[str, Any]:
    """Return the text as it is issued, in the language of the record; later changes do not touch it."""
    unit = db.session.get_one(Unit, issue.responsible_unit_id)
    provisional = issue.deadline is not None and work_calendar().is_provisional(issue.deadline)
    return {
        "number": number,
        "issue_number": issue.number or "",
        "place": place_line(issue),
        "description": issue.description,
        "goal": issue.goal,
        "responsible_unit": unit.full_name or unit.name,
        "responsible": issue.responsible.name if issue.responsible else "",
        "assisting": [assisting.unit.name for assisting in issue.assisting],
        "deadline": issue.deadline.isoformat() if issue.deadline else "",
        "deadline_is_provisional": provisional,
        "issuer": issuer_name(),
        "issued_on": local_date(at).isoformat(),
    }


def place_line(issue: Issue) -> str:
    """Return township, village and spot in one line; the county goes without saying."""
    if issue.location_id is None:
        return issue.spot
    ids = [int(part) for part in db.session.get_one(Unit, issue.location_id).path.split("/") if part]
    names = {
        unit.id: unit.name
        for unit in db.session.scalars(select(Unit).where(Unit.id.in_(ids), Unit.kind != UnitKind.COUNTY))
    }
    return "".join(names[one] for one in ids if one in names) + issue.spot


def issuer_name() -> str:
    """Return under which name documents are issued: the one that was set, or the county's creation office."""
    county = db.session.scalars(select(Unit.full_name).where(Unit.kind == UnitKind.COUNTY)).first()
    return str(setting("office_name", "") or _OFFICE.format(county=county or ""))
