"""What the responsible unit does: receive 签收, report progress 进展, ask for sign-off 申请销号."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete

from tracker import labels
from tracker.clock import local_date
from tracker.database import db, transaction
from tracker.errors import InvalidError
from tracker.languages import _
from tracker.models import Issue, Measure, Phase
from tracker.policy import Actor
from tracker.services.checks import day_ahead, words_needed, words_of
from tracker.services.evidence import evidence_attach
from tracker.services.notices import notice_receive
from tracker.services.recipients import movers, tell
from tracker.services.stages import StageValues, stage_finish, stages_checked, stages_write
from tracker.services.transitions import advance, issue_for_change, permit
from tracker.services.winding import wind
from tracker.storage import StoredFile

_MOST_MEASURES = 50


@dataclass(frozen=True)
class MeasureValues:
    """One measure 整改措施; ``due_on`` is inclusive and may be left out where there is only one."""

    words: str
    due_on: date | None = None


def issue_accept(
    *, issue_id: int, measures: Sequence[MeasureValues], stages: Sequence[StageValues] = (), actor: Actor,
    at: datetime, version: int | None = None,
) -> Issue:  # fmt: skip
    """Receive an assignment with the measures to be taken; for a long-term issue also its stages."""
    with transaction():
        issue = issue_for_change(issue_id, actor, version)
        permit(issue, "accept", actor)
        today = local_date(at)
        taken = _measures(measures, issue.deadline, today)
        plan = stages_checked(issue, stages, issue.deadline, today)
        detail = {"measures": [{"words": one.words, "due_on": _day(one.due_on)} for one in taken]}
        if plan:
            detail["stages"] = [{"words": one.words, "due_on": _day(one.due_on)} for one in plan]
        advance(
            issue, "accept", actor=actor, at=at, detail=detail, changes={"accepted_at": at}, measures=len(taken),
            undated_measures=sum(one.due_on is None for one in taken),
        )  # fmt: skip
        _write_measures(issue, taken)
        if plan:
            stages_write(issue, plan)
            wind(issue, at)
        notice_receive(issue, actor=actor, at=at)
        return issue


def issue_progress(
    *, issue_id: int, note: str, percent: int, done_measure_ids: Collection[int] = (),
    finished_stage_id: int | None = None, actor: Actor, at: datetime, version: int | None = None,
    files: Sequence[StoredFile] = (),
) -> Issue:  # fmt: skip
    """Report how far the rectification is; tick measures and finish the next stage with it."""
    with transaction():
        issue = issue_for_change(issue_id, actor, version)
        permit(issue, "progress", actor)
        words = words_needed("note", note, "no_note")
        if not 0 <= percent <= 100:
            raise InvalidError({"percent": _("进度应在 0 到 100 之间")})
        done = _tick(issue, done_measure_ids, local_date(at))
        detail = {"note": words, "percent": percent, "measures": [measure.words for measure in done]}
        if finished_stage_id is not None:
            detail["stage"] = stage_finish(issue, finished_stage_id, words, local_date(at)).words
        evidence_attach(issue, Phase.AFTER, files, actor=actor, at=at)
        changes = {"progress_note": words, "progress_percent": percent, "progress_at": at}
        advance(issue, "progress", actor=actor, at=at, detail=detail, changes=changes, has_note=True)
        return issue


def issue_submit(
    *, issue_id: int, result: str, actor: Actor, at: datetime, version: int | None = None,
    files: Sequence[StoredFile] = (),
) -> Issue:  # fmt: skip
    """Ask for sign-off: the result in words and, by policy, evidence of the "after"."""
    with transaction():
        issue = issue_for_change(issue_id, actor, version)
        permit(issue, "submit", actor)
        words = words_needed("result", result, "no_result")
        evidence = evidence_attach(issue, Phase.AFTER, files, actor=actor, at=at)
        changes = {
            "result": words, "submitted_at": at, "submitted_by_id": actor.person_id,
            "submitted_unit_id": actor.unit_id or issue.responsible_unit_id,
        }  # fmt: skip
        detail = {"result": words, "evidence": [row.id for row in evidence], "unit_id": changes["submitted_unit_id"]}
        event = advance(issue, "submit", actor=actor, at=at, detail=detail, changes=changes, has_result=True)
        tell(issue, event, "submitted", movers(issue, local_date(at)), actor=actor, at=at, words=words)
        return issue


def _measures(given: Sequence[MeasureValues], deadline: date | None, today: date) -> tuple[MeasureValues, ...]:
    if len(given) > _MOST_MEASURES:
        raise InvalidError({"measures": _("整改措施最多 {n} 条").format(n=_MOST_MEASURES)})
    taken = tuple(MeasureValues(words_of("measures", one.words), one.due_on) for one in given if one.words.strip())
    if not taken:
        raise InvalidError({"measures": labels.word(labels.REFUSAL, "no_measures")})
    for one in taken:
        day_ahead("measures", one.due_on, today)
        # What is late already can only be mended later still.
        if one.due_on is not None and deadline is not None and today <= deadline < one.due_on:
            raise InvalidError({"measures": _("措施的完成日期不能晚于整改时限，请调整日期")})
    return taken


def _write_measures(issue: Issue, taken: Sequence[MeasureValues]) -> None:
    """Put these measures in place of those that were never met; what was met stays."""
    session = db.session
    session.execute(delete(Measure).where(Measure.issue_id == issue.id, Measure.done_on.is_(None)))
    session.expire(issue, ["measures"])
    first = len(issue.measures) + 1
    for position, one in enumerate(taken, first):
        session.add(Measure(issue_id=issue.id, position=position, words=one.words, due_on=one.due_on))
    session.flush()
    session.expire(issue, ["measures"])


def _tick(issue: Issue, measure_ids: Collection[int], today: date) -> list[Measure]:
    """Mark the measures as met; one that is none of this issue's cannot be."""
    known = {measure.id: measure for measure in issue.measures} if measure_ids else {}
    if not known.keys() >= set(measure_ids):
        raise InvalidError({"done_measure_ids": _("没有这条整改措施，请刷新页面")})
    done = [known[one] for one in sorted(set(measure_ids)) if known[one].done_on is None]
    for measure in done:
        measure.done_on = today
    return done


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
