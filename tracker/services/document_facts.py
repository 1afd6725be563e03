"""What a document about one issue is made of: everything as it stands now, as JSON keeps it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from textwrap import wrap
from typing import Any

from tracker import labels
from tracker.clock import local, local_date
from tracker.languages import _
from tracker.models import (
    Consent,
    Document,
    DocumentKind,
    Evidence,
    Extension,
    Issue,
    IssueEvent,
    Letter,
    Measure,
    Person,
    Stage,
)
from tracker.papers.paper import paper_day, shortened
from tracker.policy import Actor
from tracker.queries.documents import documents_of_issue
from tracker.queries.issue_page import IssuePage
from tracker.queries.issue_timeline import timeline_of
from tracker.queries.letters import letters_of_issue
from tracker.services.notices import place_line
from workflows.consent import ConsentKind, ConsentState
from workflows.extension import ExtensionState

LARGE = 12  # so many pictures of a document are kept at full size
_LEVEL = {1: "office", 2: "leader"}


def issue_facts(page: IssuePage, actor: Actor) -> dict[str, Any]:
    """Return what is known of an issue as ``actor`` sees it, in the words of the record's language."""
    return _what(page.issue) | _whose(page) | _how_far(page) | _judged(page) | _kept(page, actor)


def _what(issue: Issue) -> dict[str, Any]:
    return {
        "number": issue.number or "", "place": place_line(issue), "star": issue.star.name if issue.star else "",
        "category": issue.category, "source": labels.word(labels.SOURCE, issue.source),
        "found_on": _day(issue.found_on), "found_by": issue.found_by,
        "severity": labels.word(labels.SEVERITY, issue.severity), "description": issue.description, "goal": issue.goal,
        "returns": issue.returns, "recurrences": issue.recurrences, "extensions": issue.extensions,
        "closed_late": bool(issue.closed_late),
    }  # fmt: skip


def _whose(page: IssuePage) -> dict[str, Any]:
    issue = page.issue
    unit = issue.responsible_unit
    return {
        "unit": (unit.full_name or unit.name) if unit else "", "person": _name(issue.responsible),
        "sponsor": _name(issue.sponsor), "assisting": [one.name for one in page.assisting],
        "first_deadline": _day(issue.first_deadline), "deadline": _day(issue.deadline),
    }  # fmt: skip


def _how_far(page: IssuePage) -> dict[str, Any]:
    issue = page.issue
    return {
        "measures": [*map(_planned, page.measures), *map(_planned, page.stages)],
        "progress": issue.progress_note, "percent": issue.progress_percent, "result": issue.result,
        "submitted": _act(issue.submitted_by, issue.submitted_at), "finding": issue.recheck_finding,
    }  # fmt: skip


def _planned(one: Measure | Stage) -> list[str]:
    return [one.words, _day(one.due_on), _day(one.done_on)]


def _judged(page: IssuePage) -> dict[str, Any]:
    issue = page.issue
    group = issue.verified_group.name if issue.verified_group else ""
    consent = _consent(page.consents, issue.cycle)
    return {
        "verified": _act(issue.verified_by, issue.verified_at, group),
        "signed_off": _act(issue.signed_off_by, issue.signed_off_at),
        "opinion": _last_said(page.events, "sign_off", "opinion"),
        "leader": _act(consent.decided_by, consent.decided_at) if consent else None,
        "leader_opinion": consent.opinion if consent else "",
    }  # fmt: skip


def _consent(consents: Iterable[Consent], cycle: int) -> Consent | None:
    given = (ConsentKind.SIGN_OFF, ConsentState.GIVEN, cycle)
    return next((one for one in consents if (one.kind, one.state, one.cycle) == given), None)


def _last_said(events: Iterable[IssueEvent], trigger: str, name: str) -> str:
    said = [str(event.detail.get(name, "")) for event in events if event.trigger == trigger]
    return said[-1] if said else ""


def _kept(page: IssuePage, actor: Actor) -> dict[str, Any]:
    lines = reversed(timeline_of(page.events))
    return {
        "photos": _photos(page.evidence),
        "files": [[one.name, labels.word(labels.PHASE, one.phase), _minute(one.uploaded_at),
                   " ".join(wrap(one.blob_sha256, 16))]
                  for one in page.evidence],
        "extension_rows": [_extension_row(one) for one in page.extensions],
        "papers": [[one.number, _kind(one.kind, labels.NOTICE_KIND), _minute(one.issued_at), _minute(one.received_at)]
                   for one in page.notices] + _letters(letters_of_issue(page.issue.id, actor))
                  + _documents(documents_of_issue(page.issue.id, actor)),
        "timeline": [[_minute(one.at), one.who, one.title, shortened("\n".join((one.text, *one.changes)).strip(), 300)]
                     for one in lines],
        "events": len(page.events), "last_hash": page.events[-1].hash if page.events else "",
        "last_act": next((one.hash for one in reversed(page.events) if one.trigger != "document"), ""),
    }  # fmt: skip


def _letters(letters: Iterable[Letter]) -> list[list[str]]:
    return [
        [one.number, _kind(one.kind, labels.LETTER_KIND), _minute(one.issued_at), _minute(one.received_at)]
        for one in letters
        if one.number
    ]


def _documents(documents: Iterable[Document]) -> list[list[str]]:
    return [
        [one.number, _kind(one.kind, labels.DOCUMENT_KIND), _minute(one.issued_at), ""]
        for one in documents
        if one.kind is not DocumentKind.FILE
    ]


def _kind(kind: str, table: dict[str, str]) -> str:
    return labels.word(table, kind)


def _photos(evidence: Iterable[Evidence]) -> dict[str, list[list[str]]]:
    """Return the pictures by phase; many of them small, as large as they are printed."""
    shown = [one for one in evidence if one.blob.copy_sha256]
    found: dict[str, list[list[str]]] = {}
    for one in shown:
        small = one.blob.thumb_sha256 if len(shown) > LARGE else None
        row = [small or one.blob.copy_sha256 or "", f"{one.name} {_minute(one.uploaded_at)}"]
        found.setdefault(one.phase.value, []).append(row)
    return found


def _extension_row(one: Extension) -> list[str]:
    state = labels.word(labels.EXTENSION_STATE, one.state)
    return [paper_day(_day(one.old_deadline)), paper_day(_day(one.new_deadline)), shortened(one.reason, 300), state]


def extension_facts(asked: Extension, earlier: Iterable[Extension]) -> dict[str, Any]:
    """Return what is known of one request for more time; ``earlier`` are all of the issue."""
    is_decided = asked.state in (ExtensionState.APPROVED, ExtensionState.REFUSED)
    approved = [one for one in earlier if one.id < asked.id and one.state is ExtensionState.APPROVED]
    return {
        "old": _day(asked.old_deadline), "new": _day(asked.new_deadline), "reason": asked.reason,
        "asked": _act(asked.asked_by, asked.asked_at), "state": labels.word(labels.EXTENSION_STATE, asked.state),
        "decided": _act(asked.decided_by, asked.decided_at) if is_decided else None, "opinion": asked.opinion,
        "level": labels.word(labels.CAPACITY, _LEVEL.get(asked.level, "leader")), "before": len(approved),
    }  # fmt: skip


def _act(who: Person | None, at: datetime | None, group: str = "") -> list[str] | None:
    if who is None or at is None:
        return None
    name = _("{name}（{group}）").format(name=who.name, group=group) if group else who.name
    return [name, local_date(at).isoformat()]


def _name(person: Person | None) -> str:
    return person.name if person else ""


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _minute(at: datetime | None) -> str:
    return f"{local(at):%Y-%m-%d %H:%M}" if at else ""
