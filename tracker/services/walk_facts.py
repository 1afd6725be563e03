"""What a plan of inspection, and the record of a visit, are made of."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tracker import labels
from tracker.clock import local
from tracker.labels.rounds import reason_words
from tracker.languages import _
from tracker.models import Issue, RoundStop, TaskOutcome, Visit
from tracker.papers.paper import shortened
from tracker.queries.rounds import RoundPage
from tracker.queries.visit_records import VisitRecord


def round_facts(page: RoundPage) -> dict[str, Any]:
    """Return the plan of a round, group by group."""
    held = page.held
    counted = Counter(
        task.kind.value for plan in page.plans for stops in plan.days.values() for stop in stops for task in stop.tasks
    )
    return {
        "name": held.name, "kind": labels.word(labels.ROUND_KIND, held.kind), "first": held.first_day.isoformat(),
        "last": held.last_day.isoformat(), "stops": page.stops,
        "kinds": [[labels.word(labels.TASK_KIND, kind), n] for kind, n in counted.most_common()],
        "groups": [[plan.group.group.name, plan.group.people, _stops(plan.days)] for plan in page.plans],
    }  # fmt: skip


def _stops(days: Any) -> list[list[str]]:
    return [
        [day.isoformat(), stop.village.township.name if stop.village.township else "", stop.village.name, _tasks(stop)]
        for day, stops in days.items()
        for stop in stops
    ]


def _tasks(stop: Any) -> str:
    kinds = Counter(labels.word(labels.TASK_KIND, task.kind) for task in stop.tasks)
    return "、".join(f"{kind}×{n}" if n > 1 else kind for kind, n in kinds.items())


def visit_facts(visit: Visit, record: VisitRecord) -> dict[str, Any]:
    """Return the record of a visit, in a round or outside every one."""
    stop = visit.stop
    return {
        "name": stop.round.name if stop else _("临时走访"), "group": visit.group.name, "village": visit.village.name,
        "township": visit.village.township.name if visit.village.township else "",
        "started": f"{local(visit.started_at):%Y-%m-%d %H:%M}",
        "ended": f"{local(visit.ended_at):%Y-%m-%d %H:%M}" if visit.ended_at else "",
        "people": list(record.people.values()), "forms": visit.forms_asked, "asked": visit.photos_asked,
        "note": visit.note,
        "tasks": [*_tasked(stop), *(_rechecked(one.issue, one.outcome) for one in record.rechecks if stop is None)],
        "found": [[one.number or "", _described(one), labels.word(labels.STATE, one.state)] for one in record.found],
        "photos": {"visit": [[one.blob.copy_sha256, one.name] for one in record.photos if one.blob.copy_sha256]},
    }  # fmt: skip


def _tasked(stop: RoundStop | None) -> list[list[str]]:
    return [
        [labels.word(labels.TASK_KIND, one.kind), (one.issue.number or "") if one.issue else "",
         reason_words(one.reason, one.params), labels.word(labels.TASK_OUTCOME, one.outcome) if one.outcome else ""]
        for one in (stop.tasks if stop else ())
    ]  # fmt: skip


def _rechecked(issue: Issue, outcome: str) -> list[str]:
    kind = "look_back" if outcome in (TaskOutcome.HELD, TaskOutcome.RECURRED) else "recheck"
    return [labels.word(labels.TASK_KIND, kind), issue.number or "", "", labels.word(labels.TASK_OUTCOME, outcome)]


def _described(issue: Issue) -> str:
    """Return what was found; of a confidential issue the number is enough, for more people read the record."""
    return _("（保密）") if issue.is_confidential else shortened(issue.description, 200)
