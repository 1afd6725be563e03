"""A round, and a group's visits, as Excel: every stop with its reasons, what was left out with why, who goes when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import IO, Any

from tracker import labels
from tracker.clock import local, local_date
from tracker.labels.rounds import reason_words
from tracker.languages import N_, _
from tracker.models import RoundLeftOut, RoundStop, RoundTask
from tracker.queries.rounds import GroupPlan, RoundPage
from tracker.queries.visit_lists import VisitLine
from tracker.reports.xlsx import Column, Sheet, write, write_book

_PLAN = (
    (N_("序号"), 6), (N_("督导组"), 10), (N_("日期"), 11), (N_("当天顺序"), 6), (N_("乡镇街道"), 10),
    (N_("村（社区）"), 12), (N_("事项"), 10), (N_("原因"), 30), (N_("问题编号"), 16), (N_("具体问题"), 40),
    (N_("走访"), 8), (N_("结果"), 12), (N_("未走访的原因"), 20),
)  # fmt: skip
_LEFT = (
    (N_("序号"), 6), (N_("村（社区）"), 12), (N_("乡镇街道"), 10), (N_("事项"), 12), (N_("原因"), 30),
    (N_("问题编号"), 16), (N_("具体问题"), 40), (N_("为什么没有排入"), 30), (N_("督导组"), 10), (N_("说明"), 20),
)  # fmt: skip
_GROUPS = (
    (N_("序号"), 6), (N_("督导组"), 12), (N_("人数"), 8), (N_("出组日期"), 60), (N_("出组天数"), 8), (N_("可安排"), 8),
    (N_("走访点"), 8), (N_("检查事项"), 8), (N_("已办"), 8),
)  # fmt: skip
_VISITS = (
    (N_("序号"), 6), (N_("日期"), 11), (N_("到达"), 7), (N_("离开"), 7), (N_("督导组"), 10), (N_("乡镇街道"), 10),
    (N_("村（社区）"), 12), (N_("轮次"), 18), (N_("到场人员"), 20), (N_("情况"), 40), (N_("发现问题"), 18),
    (N_("复核"), 24), (N_("表格"), 6), (N_("照片"), 6),
)  # fmt: skip
_Rows = Iterator[list[Any]]


def write_round(
    target: IO[bytes], page: RoundPage, left: Sequence[RoundLeftOut] | None, *, at: datetime, county: str
) -> int:
    """Write the plan as the reader sees it; without ``left`` there is no sheet of what was left out.

    Returns the number of rows of all sheets.
    """
    sheets: list[tuple[Sheet, _Rows]] = [
        (_sheet(page, _("巡查计划"), _PLAN, at, county), _plan(page)),
        (_sheet(page, _("各组"), _GROUPS, at, county), _groups(page.plans)),
    ]
    if left is not None:
        sheets.insert(1, (_sheet(page, _("未排入"), _LEFT, at, county), _left(left)))
    return write_book(target, sheets)


def _sheet(page: RoundPage, name: str, columns: Sequence[tuple[str, int]], at: datetime, county: str) -> Sheet:
    held = page.held
    words = _("填报单位：{unit}        期间：{first} 至 {last}        数据截至：{at}")
    line = words.format(unit=county, first=held.first_day, last=held.last_day, at=f"{local(at):%Y-%m-%d %H:%M}")
    return Sheet(name, f"{held.name} {name}", (line,), [Column(_(heading), width) for heading, width in columns])


def _plan(page: RoundPage) -> _Rows:
    number = 0
    for plan in page.plans:
        for stops in plan.days.values():
            for stop in stops:
                tasks: Sequence[RoundTask | None] = stop.tasks or [None]
                for task in tasks:
                    number += 1
                    yield [number, plan.group.group.name, *_stop(stop), *_task(task), *_walked(stop, task)]


def _stop(stop: RoundStop) -> list[Any]:
    town = stop.village.township.name if stop.village.township else ""
    return [stop.day, stop.position, town, stop.village.name]


def _task(task: RoundTask | RoundLeftOut | None) -> list[Any]:
    if task is None:
        return ["", "", "", ""]
    issue = (task.issue.number, task.issue.description) if task.issue else ("", "")
    return [labels.word(labels.TASK_KIND, task.kind), reason_words(task.reason, task.params), *issue]


def _walked(stop: RoundStop, task: RoundTask | None) -> list[Any]:
    outcome = labels.word(labels.TASK_OUTCOME, task.outcome) if task is not None and task.outcome else ""
    return [labels.word(labels.STOP_STATE, stop.state), outcome, stop.note]


def _left(left: Iterable[RoundLeftOut]) -> _Rows:
    for number, one in enumerate(left, 1):
        town = one.village.township.name if one.village.township else ""
        why = labels.word(labels.LEFT_OUT, one.why)
        yield [number, one.village.name, town, *_task(one), why, one.group.name if one.group else "", one.note]


def _groups(plans: Iterable[GroupPlan]) -> _Rows:
    for number, plan in enumerate(plans, 1):
        group = plan.group
        yield [
            number, group.group.name, group.people, "、".join(group.days), len(group.days), group.capacity, plan.stops,
            plan.tasks, plan.over,
        ]  # fmt: skip


def write_visits(target: IO[bytes], visits: Iterable[VisitLine], *, title: str, at: datetime, county: str) -> int:
    """Write visits with what each recorded; return the number of rows."""
    line = _("填报单位：{unit}        数据截至：{at}").format(unit=county, at=f"{local(at):%Y-%m-%d %H:%M}")
    columns = [Column(_(heading), width) for heading, width in _VISITS]
    return write(target, Sheet(_("走访记录"), title, (line,), columns), _visits(visits))


def _visits(visits: Iterable[VisitLine]) -> _Rows:
    for number, line in enumerate(visits, 1):
        visit = line.visit
        yield [
            number, local_date(visit.started_at), f"{local(visit.started_at):%H:%M}",
            f"{local(visit.ended_at):%H:%M}" if visit.ended_at else _("走访中"), visit.group.name,
            visit.village.township.name if visit.village.township else "", visit.village.name,
            visit.round.name if visit.round else _("临时走访"), "、".join(line.people), visit.note, _found(line),
            "\n".join(f"{issue} {labels.word(labels.TASK_OUTCOME, outcome)}" for issue, outcome in line.rechecks),
            visit.forms_asked, visit.photos_asked,
        ]  # fmt: skip


def _found(line: VisitLine) -> str:
    return _("未发现问题") if line.visit.nothing_found else "\n".join(one or _("草稿") for one in line.found)
