"""Visits 走访: a group in a village of its round – begun, noted, answered task by task, ended, or missed with a reason.

The state of the stop makes each act safe to send twice, as a phone does where the network is bad.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tracker.database import transaction
from tracker.errors import InvalidError, NotFoundError
from tracker.languages import _
from tracker.models import RoundStop, RoundTask, TaskOutcome, Visit
from tracker.policy import Actor
from tracker.services.checks import SHORT, words_needed
from tracker.services.refusals import refused
from tracker.services.transitions import LARGEST_ID, stop_move
from tracker.services.visit_records import (
    TROUBLE,
    VisitEnd,
    end_check,
    end_write,
    is_troubled,
    note_add,
    people_checked,
)
from tracker.services.visit_stops import (
    not_recused,
    round_begin,
    stop_facts,
    stop_for_change,
    stop_record,
    visit_of,
)
from tracker.storage import StoredFile
from workflows.engine import NOT_FROM_HERE
from workflows.planning.terms import TaskKind
from workflows.round import WALKABLE, StopState


def visit_start(*, stop_id: int, people: Sequence[int], actor: Actor, at: datetime) -> Visit:
    """Begin the visit of a stop; the first of a round begins the round. Who begins again gets the visit there is."""
    with transaction() as session:
        stop = stop_for_change(stop_id, actor)
        known = visit_of(stop)
        if known is not None and stop.state is StopState.STARTED:
            return known
        stop_move(stop, "start", stop_facts(stop, actor))
        visit = Visit(
            stop_id=stop.id, round_id=stop.round_id, group_id=stop.group_id, village_id=stop.village_id,
            people=people_checked(stop.group_id, stop.village_id, people, actor), started_at=at,
            made_by_id=actor.person_id,
        )  # fmt: skip
        round_begin(stop.round, actor, at)
        session.add(visit)
        session.flush()
        stop_record("visit.start", stop, actor, at)
        return visit


def visit_note(*, stop_id: int, words: str, files: Sequence[StoredFile], actor: Actor, at: datetime) -> Visit:
    """Add a line with its hour and author to the note of a visit, and photographs; what is there already stays once."""
    with transaction():
        stop = stop_for_change(stop_id, actor)
        visit = _noted(stop, actor)
        added = note_add(visit, words, files, actor, at)
        stop_record("visit.note", stop, actor, at, photos=added)
        return visit


def outcomes_of(task: RoundTask) -> tuple[TaskOutcome, ...]:
    """Return what the group may answer by hand; a re-check and a look-back are answered by the act on their issue."""
    if task.kind in (TaskKind.RECHECK, TaskKind.LOOK_BACK):
        return (TaskOutcome.SKIPPED,)
    return (TaskOutcome.NOTHING, TaskOutcome.FOUND, TaskOutcome.SKIPPED)


def task_answer(*, stop_id: int, task_id: int, outcome: TaskOutcome, actor: Actor, at: datetime) -> RoundTask:
    """Say what came of one task while the visit goes on; a later answer replaces an earlier one given by hand."""
    with transaction() as session:
        stop = stop_for_change(stop_id, actor)
        task = session.get(RoundTask, task_id) if 0 < task_id <= LARGEST_ID else None
        if task is None or task.stop_id != stop.id:
            raise NotFoundError
        if stop.state is not StopState.STARTED:
            raise refused(NOT_FROM_HERE)
        not_recused(stop, actor)
        by_hand = outcomes_of(task)
        if outcome not in by_hand or (task.outcome is not None and task.outcome not in by_hand):
            raise InvalidError({"outcome": _("这一项的结果由问题的办理决定，请打开问题办理")})
        task.done_at, task.done_by_id, task.outcome = at, actor.person_id, outcome
        stop_record("visit.task", stop, actor, at, task=task.id, outcome=outcome.value)
        return task


def visit_finish(*, stop_id: int, end: VisitEnd, actor: Actor, at: datetime) -> Visit:
    """End a visit. What the round asks about no single issue is answered by it: found something, or nothing.

    Raises ``RefusedError`` while a task about an issue has no answer, ``InvalidError`` where neither a finding nor
    “nothing found” was recorded, or both.
    """
    with transaction():
        stop = stop_for_change(stop_id, actor)
        visit = visit_of(stop)
        if visit is not None and stop.state is StopState.DONE:
            return visit
        if visit is None:
            raise refused(NOT_FROM_HERE)
        not_recused(stop, actor)
        troubled = is_troubled(visit) or any(task.outcome in TROUBLE for task in stop.tasks)
        found = end_check(visit, end, at, troubled=troubled)
        for task in stop.tasks:
            if task.issue_id is None and task.done_at is None:
                task.done_at, task.done_by_id = at, actor.person_id
                task.outcome = TaskOutcome.FOUND if found else TaskOutcome.NOTHING
        stop_move(stop, "finish", stop_facts(stop, actor, open_tasks=sum(task.done_at is None for task in stop.tasks)))
        end_write(visit, end, actor)
        stop_record("visit.finish", stop, actor, at, found=found, nothing_found=end.nothing_found)
        return visit


def stop_miss(*, stop_id: int, reason: str, actor: Actor, at: datetime) -> RoundStop:
    """Say that a village was not visited, and why; the next round takes it up."""
    with transaction():
        stop = stop_for_change(stop_id, actor)
        stop_missed(stop, words_needed("reason", reason, "round_no_reason", SHORT), actor, at)
        return stop


def stop_missed(stop: RoundStop, reason: str, actor: Actor, at: datetime) -> None:
    """Mark a stop as missed in the caller's transaction; a visit that had begun ends."""
    stop_move(stop, "miss", stop_facts(stop, actor, has_reason=bool(reason)))
    stop.note = reason
    visit = visit_of(stop)
    if visit is not None and visit.ended_at is None:
        visit.ended_at = at
    stop_record("visit.miss", stop, actor, at, reason=reason)


def _noted(stop: RoundStop, actor: Actor) -> Visit:
    not_recused(stop, actor)
    visit = visit_of(stop)
    if visit is None or stop.round.state not in WALKABLE:
        raise refused(NOT_FROM_HERE)
    return visit
