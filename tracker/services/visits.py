"""Visits 走访: a group in a village of its round – begun, noted, answered task by task, ended, or missed with a reason.

The state of the stop makes each act safe to send twice, as a phone does where the network is bad.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from tracker import labels
from tracker.clock import local
from tracker.database import db, transaction
from tracker.errors import InvalidError, NotFoundError
from tracker.languages import _
from tracker.models import (
    RoundStop,
    RoundTask,
    TaskOutcome,
    Visit,
    VisitFinding,
    VisitPhoto,
)
from tracker.policy import Actor
from tracker.queries.people import posts_of_group
from tracker.services.checks import SHORT, words_needed, words_of
from tracker.services.evidence import blobs_remember
from tracker.services.refusals import refused
from tracker.services.transitions import LARGEST_ID, stop_move
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

MOST = 999
_TROUBLE = (TaskOutcome.FAILED, TaskOutcome.RECURRED, TaskOutcome.FOUND)


@dataclass(frozen=True)
class VisitEnd:
    """How a visit ended; ``people`` are ids, the two counts say what was asked of the village."""

    people: Sequence[int]
    started_at: datetime
    ended_at: datetime
    nothing_found: bool = False
    forms_asked: int = 0
    photos_asked: int = 0


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
            people=_checked(stop, people, actor), started_at=at, made_by_id=actor.person_id,
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
        said = words_of("words", words, SHORT * 5)
        if not said and not files:
            raise InvalidError({"words": _("请填写情况，或选择照片")})
        line = _("{when} {who}：{words}").format(when=f"{local(at):%H:%M}", who=actor.name, words=said)
        if said and not visit.note.endswith(line.partition(" ")[2]):
            visit.note = f"{visit.note}\n{line}".strip()
        added = _attach(visit, files, actor, at)
        stop_record("visit.note", stop, actor, at, photos=added)
        return visit


def _attach(visit: Visit, files: Sequence[StoredFile], actor: Actor, at: datetime) -> int:
    held = set(db.session.scalars(select(VisitPhoto.blob_sha256).where(VisitPhoto.visit_id == visit.id)))
    fresh = list({file.sha256: file for file in files if file.sha256 not in held}.values())
    blobs_remember(fresh, at)
    for file in fresh:
        db.session.add(
            VisitPhoto(
                visit_id=visit.id, blob_sha256=file.sha256, name=file.name, taken_by_id=actor.person_id, added_at=at
            )  # fmt: skip
        )
    db.session.flush()
    return len(fresh)


def outcomes_of(task: RoundTask) -> tuple[TaskOutcome, ...]:
    """Return what the group may answer by hand; a re-check is answered by the act on its issue."""
    if task.kind is TaskKind.RECHECK:
        return (TaskOutcome.SKIPPED,)
    if task.kind is TaskKind.LOOK_BACK:
        return (TaskOutcome.PASSED, TaskOutcome.SKIPPED)
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
        found = db.session.scalar(select(func.count()).where(VisitFinding.visit_id == visit.id)) or 0
        errors = _end_errors(stop, end, found, at)
        if errors:
            raise InvalidError(errors)
        for task in stop.tasks:
            if task.issue_id is None and task.done_at is None:
                task.done_at, task.done_by_id = at, actor.person_id
                task.outcome = TaskOutcome.FOUND if found else TaskOutcome.NOTHING
        stop_move(stop, "finish", stop_facts(stop, actor, open_tasks=sum(task.done_at is None for task in stop.tasks)))
        visit.people = _checked(stop, end.people, actor, visit.people)
        visit.started_at, visit.ended_at, visit.nothing_found = end.started_at, end.ended_at, end.nothing_found
        visit.forms_asked, visit.photos_asked = end.forms_asked, end.photos_asked
        stop_record("visit.finish", stop, actor, at, found=found, nothing_found=end.nothing_found)
        return visit


def _end_errors(stop: RoundStop, end: VisitEnd, found: int, at: datetime) -> dict[str, str]:
    errors: dict[str, str] = {}
    if end.ended_at < end.started_at:
        errors["ended"] = _("离开时间不能早于到达时间")
    elif end.ended_at > at:
        errors["ended"] = _("离开时间不能晚于现在")
    trouble = found or any(task.outcome in _TROUBLE for task in stop.tasks)
    if end.nothing_found and found:
        errors["nothing_found"] = _("本次走访已登记 {n} 个问题，请取消勾选“未发现问题”").format(n=found)
    elif not end.nothing_found and not trouble:
        errors["nothing_found"] = _("请登记发现的问题；确实没有，请勾选“未发现问题”")
    for name in ("forms_asked", "photos_asked"):
        if not 0 <= getattr(end, name) <= MOST:
            errors[name] = _("请填写 0 到 {n} 的整数").format(n=MOST)
    return errors


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


def _checked(stop: RoundStop, people: Sequence[int], actor: Actor, before: Sequence[int] = ()) -> list[int]:
    """Return who went; each belongs to the group today, or did when it began, and nobody visits the own village."""
    members = {post.person_id: post.person for post in posts_of_group(stop.group_id, actor.today)}
    went = sorted(set(people))
    if not went or not set(went) <= {*members, *before}:
        raise InvalidError({"people": _("请选择到场的本组人员")})
    staying = [members[one].name for one in went if one in members and members[one].home_unit_id == stop.village_id]
    if staying:
        words = _("{names}：{why}")
        why = labels.word(labels.REFUSAL, "stop_recused")
        raise InvalidError({"people": words.format(names=_("、").join(staying), why=why)})
    return went
