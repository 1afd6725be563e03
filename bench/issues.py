"""Example issues for measurements, each with the acts that brought it to where it stands."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, NamedTuple

from bench.county import days_ago
from tracker import clock
from tracker.clock import local_date
from tracker.models import Source
from workflows.issue import IssueState, Severity

DAY = timedelta(days=1)
S = IssueState
# Of 100 issues: most are done, some hundreds at any time are not, as in a county after some years.
STATES = (
    [S.SIGNED_OFF] * 68 + [S.RECTIFYING] * 14 + [S.ASSIGNED] * 3 + [S.SUBMITTED] * 4 + [S.VERIFIED] * 3
    + [S.REGISTERED] * 3 + [S.SUSPENDED] * 2 + [S.DISMISSED] * 3
)  # fmt: skip
_TO_SUBMITTED = (("assign", S.ASSIGNED), ("accept", S.RECTIFYING), ("submit", S.SUBMITTED))
_TO_END = (("verify", S.VERIFIED), ("sign_off", S.SIGNED_OFF))
PATHS: dict[IssueState, tuple[tuple[str, IssueState], ...]] = {
    S.REGISTERED: (),
    S.DISMISSED: (("dismiss", S.DISMISSED),),
    S.ASSIGNED: _TO_SUBMITTED[:1],
    S.RECTIFYING: _TO_SUBMITTED[:2],
    S.SUSPENDED: (*_TO_SUBMITTED[:2], ("suspend", S.SUSPENDED)),
    S.SUBMITTED: _TO_SUBMITTED,
    S.VERIFIED: (*_TO_SUBMITTED, *_TO_END[:1]),
    S.SIGNED_OFF: (*_TO_SUBMITTED, *_TO_END),
}
RETURNED = (("submit", S.SUBMITTED), ("fail", S.RECTIFYING))
REOPENED = (*_TO_SUBMITTED[2:], *_TO_END, ("reopen", S.RECTIFYING))
ONE_IN = 25  # of those being rectified were signed off before
# Of their time those that are done used so much; one in six was late.
USED = (0.4, 0.6, 0.8, 0.9, 0.95, 1.5)
WHERE = ("村口", "主街", "排水沟", "文化广场", "党群服务中心", "村小学门前", "河堤", "沿街商铺", "养殖场", "老旧房屋")
WHAT = (
    "垃圾未清运", "路灯不亮", "台账缺失", "公示栏内容过期", "乱搭乱建", "消防器材失效", "围墙开裂", "污水外流",
    "制度未上墙", "线缆低垂",
)  # fmt: skip
HOW = ("群众多次反映", "已存在一个多月", "雨后更为明显", "影响出行", "有安全隐患", "责任人不明确")


class Step(NamedTuple):
    """One act on an issue."""

    trigger: str
    source: IssueState
    dest: IssueState
    at: datetime


def issues(dice: random.Random, made: SimpleNamespace, first: int) -> Iterator[tuple[dict[str, Any], list[Step]]]:
    """Yield rows of ``Issue`` without end, numbered from ``first``, and what was done to each."""
    while True:
        row = issue(dice, made, first)
        yield row, acts(row)
        first += 1


def issue(dice: random.Random, made: SimpleNamespace, number: int) -> dict[str, Any]:
    """Return one row of ``Issue``, as its acts have left it."""
    state = dice.choice(STATES)
    closed = state in (S.SIGNED_OFF, S.DISMISSED)
    age = dice.uniform(40, 900) if closed else dice.uniform(2, 90)
    village, assignee, posts = dice.choice(made.villages), dice.choice(made.assignees), made.posts
    assigned = state not in (S.REGISTERED, S.DISMISSED)
    days = dice.choice((10, 20, 30, 60, 100))
    deadline = clock.today() - DAY * int(age - days) if assigned else None
    lasted = min(days * USED[number % 6], age * 0.9) if closed else age * 0.75
    verified = state in (S.VERIFIED, S.SIGNED_OFF)
    submitted = verified or state is S.SUBMITTED
    row = {
        "id": number, "number": f"SL-2026-{number:06d}", "state": state, "state_since": days_ago(age - lasted),
        "version": 1, "severity": dice.choices(tuple(Severity), (75, 20, 5))[0], "source": dice.choice(tuple(Source)),
        "is_long_term": False, "is_confidential": False, "source_ref": "", "found_by": "",
        "found_on": clock.today() - DAY * int(age), "found_by_group_id": dice.choice(made.groups).id,
        "created_by_id": posts["finder"].person_id, "created_at": days_ago(age), "location_id": village.id,
        "township_id": village.township_id, "spot": dice.choice(WHERE), "star_id": dice.choice(made.stars).id,
        "category": "", "description": f"示例：{dice.choice(WHERE)}{dice.choice(WHAT)}，{dice.choice(HOW)}。",
        "goal": "示例：限期整改到位", "responsible_unit_id": assignee.unit_id if assigned else None,
        "responsible_id": assignee.person_id if assigned else None, "assigned_at": None,
        "accepted_at": None, "first_deadline": deadline, "deadline": deadline, "deadline_words": "", "extensions": 0,
        "progress_percent": dice.randrange(0, 100, 5), "progress_note": "示例：正在整改" if assigned else "",
        "progress_at": None, "result": "示例：已整改" if submitted else "", "cycle": 0,
        "returns": dice.choice((0, 0, 0, 1)) if submitted else 0,
        "recurrences": int(state is S.RECTIFYING and number % ONE_IN == 0), "submitted_at": None,
        "submitted_by_id": assignee.person_id if submitted else None,
        "submitted_unit_id": assignee.unit_id if submitted else None, "verified_at": None,
        "verified_by_id": posts["checker"].person_id if verified else None, "recheck_finding": "",
        "signed_off_at": None, "signed_off_by_id": posts["signer"].person_id if state is S.SIGNED_OFF else None,
        "closed_late": None, "review_on": clock.today() + DAY * 30 if state is S.SUSPENDED else None,
        "move_due_on": deadline or clock.today() - DAY * int(age - 3), "remark": "",
    }  # fmt: skip
    return row | _instants(row)


def _instants(row: dict[str, Any]) -> dict[str, Any]:
    """Return the columns that say when something was done."""
    steps = acts(row)
    when = {step.trigger: step.at for step in steps}
    found = {"state_since": steps[-1].at, "assigned_at": when.get("assign"), "accepted_at": when.get("accept")}
    if row["state"] in (S.SUBMITTED, S.VERIFIED, S.SIGNED_OFF):
        found |= {"submitted_at": when["submit"], "verified_at": when.get("verify")}
    if row["state"] is S.SIGNED_OFF:
        late = local_date(when["sign_off"]) > row["deadline"]
        found |= {"signed_off_at": when["sign_off"], "closed_late": late, "progress_percent": 100}
    return found


def acts(row: dict[str, Any]) -> list[Step]:
    """Return what was done to the issue of ``row``, evenly from its making until it came into its state."""
    path = [("register", S.REGISTERED), *PATHS[row["state"]]]
    if row["returns"]:
        path[3:3] = RETURNED
    if row["recurrences"]:
        path += REOPENED
    begun, apart = row["created_at"], (row["state_since"] - row["created_at"]) / max(len(path) - 1, 1)
    states = pairwise([S.DRAFT, *(state for _trigger, state in path)])
    return [
        Step(trigger, source, dest, begun + apart * n)
        for n, ((trigger, _state), (source, dest)) in enumerate(zip(path, states, strict=True))
    ]
