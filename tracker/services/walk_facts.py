"""What a plan of inspection, and the record of a visit, are made of."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tracker import labels
from tracker.clock import local
from tracker.labels.rounds import reason_words
from tracker.papers.paper import shortened
from tracker.queries.rounds import RoundPage
from tracker.queries.visits import Village


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


def visit_facts(page: Village) -> dict[str, Any]:
    """Return the record of a visit; the stop must have one."""
    stop, visit = page.stop, page.visit
    if visit is None:
        raise ValueError("a stop without a visit has no record")
    return {
        "name": stop.round.name, "group": stop.group.name, "village": stop.village.name,
        "township": stop.village.township.name if stop.village.township else "",
        "started": f"{local(visit.started_at):%Y-%m-%d %H:%M}",
        "ended": f"{local(visit.ended_at):%Y-%m-%d %H:%M}" if visit.ended_at else "",
        "people": list(page.record.people.values()), "forms": visit.forms_asked, "asked": visit.photos_asked,
        "note": visit.note,
        "tasks": [[labels.word(labels.TASK_KIND, one.kind), (one.issue.number or "") if one.issue else "",
                   reason_words(one.reason, one.params),
                   labels.word(labels.TASK_OUTCOME, one.outcome) if one.outcome else ""] for one in stop.tasks],
        "found": [[one.number or "", shortened(one.description, 200), labels.word(labels.STATE, one.state)]
                  for one in page.record.found],
        "photos": {"visit": [[one.blob.copy_sha256, one.name] for one in page.record.photos if one.blob.copy_sha256]},
    }  # fmt: skip
