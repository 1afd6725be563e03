"""Drawing a sample of what was signed off, once and for all, and closing its plan."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select

from tracker.clock import local_date
from tracker.database import db, transaction
from tracker.errors import ForbiddenError, InvalidError, NotFoundError, RefusedError
from tracker.languages import _
from tracker.models import Issue, LookBack, LookBackPlan, Role
from tracker.policy import Actor
from tracker.queries.look_back_plans import Population, population
from tracker.services.chain import AUDIT, ISSUES, audit_record, chain_lock
from tracker.services.checks import SHORT, YEARS_AHEAD, words_needed
from tracker.services.look_backs import look_back_drop
from tracker.services.transitions import LARGEST_ID
from workflows.look_back import LookBackState
from workflows.sampling import Cell, Pick, Rules, cells, look_back_due, rows_of, sample

_BATCH = 500


@dataclass(frozen=True)
class PlanValues:
    """What the office sets; the window reaches back from today, the period is inclusive."""

    name: str
    first_day: date
    last_day: date
    window_days: int
    rules: Rules


@dataclass(frozen=True)
class Preview:
    """How many would be drawn of what; which ones nobody knows before they are."""

    people: Population
    cells: list[Cell]

    @property
    def drawn(self) -> int:
        """Return how many would be drawn."""
        return sum(cell.drawn for cell in self.cells)


def plan_preview(*, values: PlanValues, at: datetime) -> Preview:
    """Return what these values would draw; raise ``InvalidError`` for values that cannot be."""
    _check(values, local_date(at))
    found = population(values.window_days, local_date(at), at)
    return Preview(found, cells(values.rules, found.candidates))


def _check(values: PlanValues, today: date) -> None:
    errors = {}
    if values.last_day < values.first_day:
        errors["last_day"] = _("结束日期不能早于开始日期")
    elif values.last_day < today:
        errors["last_day"] = _("结束日期不能早于今天")
    elif values.last_day.year > today.year + YEARS_AHEAD:
        errors["last_day"] = _("日期过远，请检查年份")
    if values.rules.most and values.rules.most < values.rules.least:
        errors["most"] = _("每层最多不能小于每层最少")
    if len({(one.township, one.star) for one in values.rules.shares}) < len(values.rules.shares):
        errors["shares"] = _("同一乡镇、同一星的比例只能填一次")
    if errors:
        raise InvalidError(errors)


def plan_draw(*, values: PlanValues, seen: str, actor: Actor, at: datetime) -> LookBackPlan:
    """Draw the sample and keep it with all it depends on; the seed comes into being now: nobody can choose one.

    ``seen`` is the digest of the population that the preview counted. Raises ``InvalidError`` when that has changed, or
    when nothing would be drawn.
    """
    if actor.role is not Role.OFFICE:
        raise ForbiddenError
    with transaction() as session:
        chain_lock(ISSUES)
        chain_lock(AUDIT)
        name = words_needed("name", values.name, "no_reason", 80)
        preview = plan_preview(values=values, at=at)
        if preview.people.digest != seen:
            raise InvalidError({"form": _("预览以后，可抽取的问题有变化，请核对新的预览后再抽取")})
        seed = secrets.randbelow(2**31)
        picks = sample(seed, values.rules, preview.people.candidates)
        if not picks:
            raise InvalidError({"form": _("按这些条件抽不到问题，请调整比例或天数")})
        plan = LookBackPlan(
            name=name, first_day=values.first_day, last_day=values.last_day, window_days=values.window_days,
            rules=values.rules.to_dict(), seed=seed, frame=rows_of(preview.people.candidates),
            population=len(preview.people.candidates), made_by_id=actor.person_id, made_at=at,
        )  # fmt: skip
        session.add(plan)
        session.flush()
        _keep(plan, picks)
        detail = {"seed": seed, "population": plan.population, "drawn": len(picks), "digest": seen}
        audit_record("look_back.draw", actor=actor, at=at, target=target(plan), detail=detail)
        return plan


def _keep(plan: LookBackPlan, picks: list[Pick]) -> None:
    """Keep the sample, each with the last day for it and who rectified it."""
    for start in range(0, len(picks), _BATCH):
        some = picks[start : start + _BATCH]
        query = select(Issue.id, Issue.signed_off_at, Issue.responsible_unit_id)
        known = {row.id: row for row in db.session.execute(query.where(Issue.id.in_([one.issue for one in some])))}
        rows = [
            {
                "plan_id": plan.id, "issue_id": pick.issue, "state": LookBackState.WAITING, "reason": pick.reason,
                "population": pick.population, "rank": pick.rank, "township_id": pick.township or None,
                "star_id": pick.star or None, "unit_id": known[pick.issue].responsible_unit_id,
                "due_on": look_back_due(
                    local_date(known[pick.issue].signed_off_at), plan.window_days, plan.first_day, plan.last_day
                ),
                "people": [], "evidence": [], "content": {}, "finding": "", "drop_reason": "", "version": 1,
            }
            for pick in some
        ]  # fmt: skip
        db.session.execute(insert(LookBack), rows)


def plan_close(*, plan_id: int, reason: str, actor: Actor, at: datetime) -> LookBackPlan:
    """Close a plan: what still waits is called off with the reason; nothing of it is taken away."""
    if actor.role is not Role.OFFICE:
        raise ForbiddenError
    with transaction() as session:
        chain_lock(ISSUES)
        plan = session.get(LookBackPlan, plan_id, populate_existing=True) if 0 < plan_id <= LARGEST_ID else None
        if plan is None:
            raise NotFoundError
        if plan.closed_at is not None:
            raise RefusedError(_("该抽样方案已结束"))
        words = words_needed("reason", reason, "no_reason", SHORT)
        waits = select(LookBack.id).where(LookBack.plan_id == plan_id, LookBack.state == LookBackState.WAITING)
        left = list(session.scalars(waits.order_by(LookBack.id)))
        for look_back_id in left:
            look_back_drop(plan_id=plan_id, look_back_id=look_back_id, reason=words, actor=actor, at=at)
        plan.closed_at, plan.closed_by_id, plan.close_reason = at, actor.person_id, words
        audit_record("look_back.close", actor=actor, at=at, target=target(plan), detail={"left": len(left)})
        return plan


def target(plan: LookBackPlan) -> str:
    """Return how the audit names a plan."""
    return f"look_back_plan:{plan.id}"
