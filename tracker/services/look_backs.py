"""A look-back at what was signed off: it has held, or was found again and is opened anew; once for each drawing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from tracker.clock import local_date
from tracker.database import db, transaction
from tracker.errors import NotFoundError
from tracker.models import Evidence, Issue, LookBack, Phase, Source, SupervisionGroup, TaskOutcome, Unit
from tracker.policy import Actor
from tracker.policy.look_backs import visible_look_backs
from tracker.services.chain import ISSUES, audit_record, chain_lock
from tracker.services.checks import SHORT, words_needed
from tracker.services.consents import sign_off_consenters
from tracker.services.evidence import evidence_attach
from tracker.services.findings import FindingValues, finding_log
from tracker.services.look_back_facts import (
    content_of,
    day_of,
    look_back_facts,
    number_next,
    paper_keep,
    people_of,
    way_of,
)
from tracker.services.rechecks import issue_reopen
from tracker.services.recipients import Audience, people, tell, tell_circles
from tracker.services.refusals import conflict
from tracker.services.transitions import LARGEST_ID, issue_for_change, look_back_move, look_back_permit, note
from tracker.services.visit_tasks import look_back_settled, tasks_settle
from tracker.storage import StoredFile
from workflows.look_back import FoundAgain, LookBackFacts, LookBackState

L = LookBackState
_AGAIN = timedelta(minutes=30)  # within which the same words are the same form, sent again


def look_back_hold(
    *, issue_id: int, finding: str, actor: Actor, at: datetime, done_on: date | None = None,
    people: Sequence[int] = (), version: int | None = None, files: Sequence[StoredFile] = (),
) -> LookBack:  # fmt: skip
    """Record that what was signed off has held; answers the sample that waits for it, and the task of a round.

    Who sends the same again gets the record there is; raises ``ConflictError`` for the slower of two others who saw the
    same ``version``.
    """
    with transaction():
        issue = issue_for_change(issue_id, actor)
        if (known := _sent_before(issue, L.HELD, finding, actor, at)) is not None:
            return known
        _unchanged(issue, version, actor)
        record = _record(issue, "hold", finding, done_on, people, files, actor, at)
        flag_modified(issue, "state_since")  # nothing of it changes, and yet whoever looks at the same time must learn
        event = note(issue, "look_back", actor=actor, at=at, detail=_told(record))
        tell_circles(issue, event, "look_back_held", Audience.RESPONSIBLE, actor=actor, at=at, words=record.finding)
        paper_keep(record, _photos(record))
        tasks_settle(issue, TaskOutcome.HELD, actor=actor, at=at)
        look_back_settled(issue, TaskOutcome.HELD, actor=actor, at=at)
        return record


def look_back_found_again(
    *, issue_id: int, finding: str, actor: Actor, at: datetime, deadline: date | None = None,
    done_on: date | None = None, people: Sequence[int] = (), version: int | None = None,
    files: Sequence[StoredFile] = (),
) -> LookBack:  # fmt: skip
    """Record that what was signed off has come back: by policy it is opened again, or a new issue is linked to it.

    ``deadline`` is only for what is opened again; a new issue is assigned as any other. Counts a recurrence. Who sends
    the same again gets the record there is.
    """
    with transaction():
        issue = issue_for_change(issue_id, actor)
        if (known := _sent_before(issue, L.FOUND_AGAIN, finding, actor, at)) is not None:
            return known
        _unchanged(issue, version, actor)
        way = way_of(issue, local_date(at))
        record = _record(issue, "find_again", finding, done_on, people, files, actor, at)
        if way is FoundAgain.LINKED:
            _link(record, issue, files, actor, at)
        else:
            issue_reopen(
                issue_id=issue_id, finding=record.finding, deadline=deadline, actor=actor, at=at, files=files,
                told=_told(record),
            )  # fmt: skip
            paper_keep(record, _photos(record), deadline=deadline.isoformat() if deadline else "")
        look_back_settled(issue, TaskOutcome.RECURRED, actor=actor, at=at)
        db.session.flush()
        return record


def _sent_before(
    issue: Issue, state: LookBackState, finding: str, actor: Actor, at: datetime
) -> LookBack | None:  # fmt: skip
    """Return what the same person recorded in the same words a moment ago: a phone sends again on a bad network."""
    query = select(LookBack).where(
        LookBack.issue_id == issue.id, LookBack.state == state, LookBack.finding == finding.strip(),
        LookBack.recorded_by_id == actor.person_id, LookBack.recorded_at > at - _AGAIN,
    )  # fmt: skip
    return db.session.scalars(query.order_by(LookBack.id.desc())).first()


def _unchanged(issue: Issue, version: int | None, actor: Actor) -> None:
    if version is not None and issue.version != version:
        raise conflict(issue.id, actor)


def look_back_drop(*, plan_id: int, look_back_id: int, reason: str, actor: Actor, at: datetime) -> LookBack:
    """Call off a look-back that was drawn and not yet made; it stays in the register with the reason."""
    with transaction() as session:
        chain_lock(ISSUES)
        if not 0 < look_back_id <= LARGEST_ID:
            raise NotFoundError
        query = select(LookBack).where(
            LookBack.id == look_back_id, LookBack.plan_id == plan_id, visible_look_backs(actor)
        )
        record = session.execute(
            query.with_for_update(), execution_options={"populate_existing": True}
        ).scalar_one_or_none()
        if record is None:
            raise NotFoundError
        words = words_needed("reason", reason, "no_reason", SHORT)
        look_back_move(record, "drop", look_back_facts(record.issue, actor, at, has_reason=True))
        record.drop_reason = words
        session.flush()
        audit_record("look_back.drop", actor=actor, at=at, target=f"look_back:{record.id}", detail={"reason": words})
        return record


def _record(
    issue: Issue, trigger: str, finding: str, done_on: date | None, people: Sequence[int],
    files: Sequence[StoredFile], actor: Actor, at: datetime,
) -> LookBack:  # fmt: skip
    """Return the look-back with its result, kept in the caller's transaction; nothing of the issue has changed yet."""
    record = _waiting(issue)
    facts: LookBackFacts = look_back_facts(issue, actor, at, has_recheck_finding=True)
    look_back_permit(record, trigger, facts)
    with db.session.no_autoflush:
        record.finding = words_needed("finding", finding, "no_finding")
        record.done_on = day_of(issue, done_on, local_date(at))
        went = people_of(issue, people, actor)
        look_back_move(record, trigger, facts)
        record.number, record.recorded_at, record.recorded_by_id = number_next(at), at, actor.person_id
        record.group = db.session.get(SupervisionGroup, actor.group_id) if actor.group_id else None
        record.people = [person.id for person in went]
        record.content = content_of(record, issue, went, at)
    db.session.add(record)
    evidence = evidence_attach(issue, Phase.LOOKBACK, files, actor=actor, at=at)
    record.evidence = [row.id for row in evidence]
    db.session.flush()
    return record


def _waiting(issue: Issue) -> LookBack:
    """Return what a sample asks about the issue, or a look-back that nobody had asked for, not yet kept."""
    waits = select(LookBack).where(LookBack.issue_id == issue.id, LookBack.state == LookBackState.WAITING)
    found = db.session.execute(waits.with_for_update(), execution_options={"populate_existing": True})
    known = found.scalar_one_or_none()
    if known is not None:
        return known
    return LookBack(
        issue_id=issue.id, state=LookBackState.WAITING, township_id=issue.township_id, star_id=issue.star_id,
        unit_id=issue.responsible_unit_id, population=0, rank=0,
    )  # fmt: skip


def _photos(record: LookBack) -> Sequence[Evidence]:
    return db.session.scalars(select(Evidence).where(Evidence.id.in_(record.evidence)).order_by(Evidence.id)).all()


def _told(record: LookBack) -> dict[str, Any]:
    """Return what the event says of a look-back."""
    return {
        "finding": record.finding, "look_back_id": record.id, "paper": record.number, "plan_id": record.plan_id,
        "done_on": record.done_on.isoformat() if record.done_on else None, "went": record.content["people"],
        "evidence": record.evidence,
    }  # fmt: skip


def _link(record: LookBack, issue: Issue, files: Sequence[StoredFile], actor: Actor, at: datetime) -> None:
    """Open a new issue for what has come back; the old one stays signed off and counts a recurrence."""
    values = FindingValues(
        location_id=_place(issue), spot=issue.spot, category=issue.category, severity=issue.severity, goal=issue.goal,
        star_id=issue.star_id if issue.star is not None and issue.star.is_active else None,
        source=Source.LOOK_BACK, source_ref=issue.number or "", found_on=record.done_on, description=record.finding,
    )  # fmt: skip
    new = finding_log(values=values, actor=actor, at=at, files=files)
    record.new_issue_id = new.id
    paper_keep(record, _photos(record), new_number=new.number or "")
    issue.recurrences += 1
    event = note(
        issue, "recur", actor=actor, at=at, detail=_told(record) | {"new_number": new.number, "new_id": new.id}
    )
    circles = (Audience.CLOSERS, Audience.OFFICE, Audience.RESPONSIBLE)
    told = people(issue, local_date(at), *circles, also=sign_off_consenters(issue))
    tell(issue, event, "recurred", told, actor=actor, at=at, words=f"{new.number} {record.finding}")
    tasks_settle(issue, TaskOutcome.RECURRED, actor=actor, at=at)


def _place(issue: Issue) -> int | None:
    """Return where the new issue lies: where the old one did, or in what followed on that place."""
    place = issue.location
    while place is not None and place.closed_on is not None and place.successor_id is not None:
        place = db.session.get(Unit, place.successor_id)
    return place.id if place else None
