"""The whole file of one issue as a page, with the form that was opened or refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import g, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from tracker import clock, labels
from tracker.clock import local_date
from tracker.forms.issue_actions import ActForm
from tracker.languages import _
from tracker.models import Issue, Phase, Role
from tracker.policy import cell_for
from tracker.queries.ad_hoc_visits import visit_of_issue
from tracker.queries.documents import documents_of_issue
from tracker.queries.issue_page import IssuePage, issue_page
from tracker.queries.issue_timeline import timeline_of
from tracker.queries.lateness import Lateness, Reckoner
from tracker.queries.letters import letters_of_issue
from tracker.queries.look_backs import look_backs_of_issue
from tracker.queries.people import colleagues, leaders
from tracker.queries.rules import policy_of, work_calendar
from tracker.queries.visits import stop_of_issue
from tracker.services.assignments import ProposedDeadline, deadline_proposed
from tracker.services.comments import URGED
from tracker.services.documents import documents_possible, extension_documents
from tracker.services.evidence import phases_open
from tracker.services.look_back_facts import way_of
from tracker.storage import StoredFile
from tracker.views.access import own_path
from tracker.views.issue_offers import offers, panel
from tracker.views.issue_photos import documents, photo_cycles
from tracker.views.received import to_keep
from workflows.calendar import WorkCalendar
from workflows.issue import OPEN_STATES, WAITING, Capacity, Clock
from workflows.look_back import FoundAgain

_ASSIGNING = ("assign", "reassign")
_LOOKING = ("hold", "reopen")


@dataclass(frozen=True)
class Failed:
    """A form that was refused: why, what was typed, which files arrived all the same."""

    errors: Mapping[str, str] = field(default_factory=dict)
    typed: MultiDict[str, str] = field(default_factory=MultiDict)
    files: tuple[StoredFile, ...] = ()
    message: str = ""


def detail_page(issue_id: int, *, opened: str = "", failed: Failed | None = None) -> str:
    """Return the page of an issue; raise ``NotFoundError`` where the reader may see none."""
    at = clock.now()
    page = issue_page(issue_id, g.actor)
    given = offers(page, at)
    calendar = work_calendar()
    possible = [offer for offer in given if not offer.reason]
    failed = failed or Failed()
    return render_template(
        "issue/detail.html",
        page=page,
        stop=stop_of_issue(g.actor, issue_id),
        visit=visit_of_issue(g.actor, page.issue) if g.actor.is_group else None,
        issue=page.issue,
        late=_lateness(page.issue, calendar),
        waiting=_waiting(page.issue, calendar),
        panel=panel(given),
        forms=possible,
        opened=opened,
        is_lost=bool(failed.errors) and opened not in [offer.act.trigger for offer in possible],
        failed=failed,
        kept=to_keep(failed.files),
        timeline=timeline_of(page.events),
        photos=photo_cycles(page),
        documents=documents(page),
        phases=[(phase.value, labels.word(labels.PHASE, phase)) for phase in phases_open(page.issue, g.actor)],
        next=own_path(request.values.get("next")) or "",
        todo=request.values.get("todo", "")[:40],
        made_at=at,
        may_edit=cell_for("issue.edit_draft", g.actor.role).allows,
        names={name: _(words) for name, words in ActForm.labels.items()},
        **_for_forms(page, {offer.act.trigger for offer in possible}),
    )


def _for_forms(page: IssuePage, triggers: set[str]) -> dict[str, Any]:
    """Return what the forms on the page need, and nothing for those that are not there."""
    issue, today = page.issue, local_date(clock.now())
    policy = policy_of(issue, today).policy
    assigning = not triggers.isdisjoint((*_ASSIGNING, "reopen"))
    proposed = deadline_proposed(issue, today) if assigning else None
    return {
        "proposed": proposed,
        "proposed_words": proposed_words(proposed),
        "leaders": leaders(today) if not triggers.isdisjoint((*_ASSIGNING, "instruct", "annotate")) else [],
        "letters": letters_of_issue(issue.id, g.actor),
        "may_write_urge": g.actor.role is Role.OFFICE and issue.state in URGED,
        **_documents(page),
        "look_backs": look_backs_of_issue(issue.id, g.actor),
        "looking": _looking(issue, triggers),
        "opens_again": way_of(issue, today) is FoundAgain.REOPEN,
        "evidence_needed": policy.for_severity(issue.severity).evidence_needed,
        "evidence_held": _held(page),
        "max_extensions": policy.max_extensions,
        "next_stage": next((stage for stage in page.stages if stage.done_on is None), None),
    }


def _documents(page: IssuePage) -> dict[str, Any]:
    """Return the documents there are, and those that the reader may make."""
    issue, may = page.issue, cell_for("document.make", g.actor.role).allows
    return {
        "papers": documents_of_issue(issue.id, g.actor),
        "possible": documents_possible(issue, g.actor) if may and issue.number else {},
        "extension_kinds": {one.id: extension_documents(one, issue, g.actor) for one in page.extensions} if may else {},
    }


def _looking(issue: Issue, triggers: set[str]) -> list[tuple[int, str]]:
    """Return who may have gone on a look-back: the reader's people but for those who come from there."""
    if triggers.isdisjoint(_LOOKING):
        return []
    people = colleagues(g.actor).items()
    return [(id, one.name) for id, one in people if not g.actor.is_group or one.home_unit_id != issue.location_id]


def _held(page: IssuePage) -> int:
    return sum(row.phase is Phase.AFTER and row.cycle == page.issue.cycle for row in page.evidence)


def _lateness(issue: Issue, calendar: WorkCalendar) -> Lateness | None:
    if issue.deadline is None or issue.state not in OPEN_STATES:
        return None
    today = g.actor.today
    policy = policy_of(issue, today).policy
    row: Any = issue  # has the columns that are looked at
    return Reckoner(today, calendar, {issue.policy_version_id: policy}).lateness(row)


@dataclass(frozen=True)
class Wait:
    """Whose move it is, until when, and where that day is explained."""

    who: str
    what: str
    due: date | None
    is_late: bool
    explained: str


def _waiting(issue: Issue, calendar: WorkCalendar) -> Wait | None:
    waiting = WAITING[issue.state]
    if not waiting.movers:
        return None
    due = issue.move_due_on
    return Wait(
        who=_("、").join(_mover(mover, issue) for mover in waiting.movers),
        what=labels.word(labels.CLOCK, waiting.clock) if waiting.clock else "",
        due=due,
        is_late=due is not None and due < g.actor.today,
        explained=_explained(issue, calendar),
    )


def _mover(mover: Capacity, issue: Issue) -> str:
    """Return who a capacity is on this issue, by name where there is one."""
    words = labels.word(labels.CAPACITY, mover)
    named = {
        Capacity.RESPONSIBLE: issue.responsible_unit.name if issue.responsible_unit else "",
        Capacity.FINDER: issue.created_by.name if issue.created_by else "",
    }.get(mover)
    return _("{words}（{name}）").format(words=words, name=named) if named else words


def _explained(issue: Issue, calendar: WorkCalendar) -> str:
    """Return the address at which the day is counted out, where it is a number of working days from some day."""
    due = issue.move_due_on
    since = issue.assigned_at if WAITING[issue.state].clock is Clock.DEADLINE else issue.state_since
    if due is None or since is None or not cell_for("policy.read", g.actor.role).allows:
        return ""
    start = local_date(since)
    days = calendar.workdays_between(start, due)
    if days < 0 or calendar.add_workdays(start, days) != due:
        return ""
    return url_for("rules.explain", start=start, days=days)


def proposed_words(proposed: ProposedDeadline | None) -> str:
    """Return the deadline that policy proposes, and why."""
    if proposed is None:
        return ""
    words = _("按规定 {n} 个工作日，建议 {day}").format(n=proposed.workdays, day=proposed.day)
    return _("{words}（次年节假日未公布，日期暂定）").format(words=words) if proposed.is_provisional else words
