"""The stages of a long-term issue 长期整改: planned with an assignment or its receipt, finished in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete

from tracker import labels
from tracker.database import db
from tracker.errors import InvalidError
from tracker.languages import _
from tracker.models import Issue, Stage
from tracker.services.checks import day_ahead, words_of
from tracker.services.refusals import refused
from workflows import stage as law


@dataclass(frozen=True)
class StageValues:
    """One stage of a long-term issue; ``due_on`` is inclusive."""

    words: str
    due_on: date


def stages_checked(
    issue: Issue, stages: Sequence[StageValues], deadline: date | None, today: date
) -> tuple[StageValues, ...]:
    """Return the stages with their words stripped; raise ``InvalidError`` where the plan cannot be."""
    if not stages:
        return ()
    if not issue.is_long_term:
        raise InvalidError({"stages": _("只有长期整改的问题才分阶段，请删除阶段")})
    code = law.plan_refusal([stage.due_on for stage in stages], deadline)
    if code:
        raise InvalidError({"stages": labels.word(labels.REFUSAL, code)})
    day_ahead("stages", stages[0].due_on, today)
    clean = tuple(StageValues(words_of("stages", stage.words), stage.due_on) for stage in stages)
    if not all(stage.words for stage in clean):
        raise InvalidError({"stages": _("请填写每个阶段的内容")})
    return clean


def stages_write(issue: Issue, stages: Sequence[StageValues]) -> None:
    """Put these stages in place of the unfinished ones; finished stages stay."""
    session = db.session
    session.execute(delete(Stage).where(Stage.issue_id == issue.id, Stage.done_on.is_(None)))
    session.expire(issue, ["stages"])
    first = len(issue.stages) + 1
    for position, stage in enumerate(stages, first):
        session.add(Stage(issue_id=issue.id, position=position, words=stage.words, due_on=stage.due_on))
    session.flush()
    session.expire(issue, ["stages"])


def stage_finish(issue: Issue, stage_id: int, note: str, today: date) -> Stage:
    """Mark a stage as finished; raise ``RefusedError`` where it is not the next one."""
    stages = issue.stages
    index = next((i for i, stage in enumerate(stages) if stage.id == stage_id), -1)
    code = law.finish_refusal([law.Stage(stage.due_on, stage.done_on is not None) for stage in stages], index)
    if code:
        raise refused(code)
    stages[index].done_on, stages[index].note = today, note
    return stages[index]
