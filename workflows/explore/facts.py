"""What the law is told about a small world: all combinations of what guards read, asked once each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import product
from types import CodeType
from typing import Any, NamedTuple

from workflows.consent import ConsentFacts
from workflows.explore.world import (
    ACTORS,
    TODAY,
    TOMORROW,
    YESTERDAY,
    Actor,
    World,
    consent_kind,
    group_of_finder,
    in_submitting_unit,
)
from workflows.extension import ExtensionFacts
from workflows.issue import IssueFacts, IssueState
from workflows.spec import Guard

# What a request brings with it, worst value last; what no guard reads comes in its worst value.
BROUGHT: dict[str, tuple[Any, ...]] = {
    "has_place": (True, False),
    "has_star_or_category": (True, False),
    "has_source": (True, False),
    "has_description": (True, False),
    "has_responsible_unit": (True, False),
    "has_responsible_person": (True, False),
    "deadline": (TOMORROW, TODAY, YESTERDAY, None),
    "has_reason": (True, False),
    "has_note": (True, False),
    "has_result": (True, False),
    "has_recheck_finding": (True, False),
    "duplicates_other": (True, False),
    "review_date": (TOMORROW, TODAY, YESTERDAY, None),
    "measures": (1, 2, 0),
    "undated_measures": (0, 1),
}
BROUGHT_TO_EXTENSION: dict[str, tuple[Any, ...]] = {
    "new_deadline": (TODAY + timedelta(days=7), TODAY, YESTERDAY, None),
    "has_reason": (True, False),
}
BROUGHT_TO_CONSENT: dict[str, tuple[Any, ...]] = {"has_reason": (True, False)}


_FACTS: dict[str, Callable[..., Any]] = {
    "issue": IssueFacts,
    "extension": ExtensionFacts,
    "consent": ConsentFacts,
}


class Known(NamedTuple):
    """What the record says, under the names the facts use; hashable, so that equal cases are asked once."""

    machine: str
    values: tuple[tuple[str, Any], ...]

    def with_brought(self, brought: dict[str, Any]) -> Any:
        """Return the facts of one request."""
        return _FACTS[self.machine](**dict(self.values), **brought)


def known_of_issue(world: World, actor: Actor) -> Known:
    """Return what the record says when ``actor`` moves the issue."""
    setting, name = world.setting, actor.name
    values = {
        "capacities": actor.capacities,
        "today": TODAY,
        "deadline_required": not setting.undated,
        "evidence_after": int(bool(world.uploader)),
        "open_stages": int(world.open_stages),
        "extension_pending": bool(world.extension_by),
        "contested_before": world.contested,
        "major": setting.major,
        "leader_consented": bool(world.consent_given_by),
        "group_lead_may_assign": setting.group_lead_may_assign,
        "other_group_must_recheck": setting.other_group_must_recheck,
        "actor_found": name == setting.finder,
        "actor_in_finder_group": bool(actor.group) and actor.group == group_of_finder(world),
        "actor_submitted": name == world.submitter,
        "actor_uploaded_after": name == world.uploader,
        "actor_in_submitting_unit": in_submitting_unit(world, actor),
        "actor_verified": name == world.verifier,
        "actor_consented": name == world.consent_given_by,
    }
    return Known("issue", tuple(values.items()))


def known_of_extension(world: World, actor: Actor) -> Known:
    """Return what the record says when ``actor`` asks for more time or decides; a pending request was in time."""
    asker = ACTORS.get(world.extension_by)
    passed = world.late and asker is None
    values = {
        "capacities": actor.capacities,
        "asked_on": TODAY,
        "deadline": None if world.deadline is None else YESTERDAY if passed else TODAY,
        "approved_before": world.approved,
        "rectifying": world.state is IssueState.RECTIFYING,
        "request_pending": asker is not None,
        "actor_asked": actor is asker,
        "actor_in_asking_unit": asker is not None and bool(actor.unit) and actor.unit == asker.unit,
    }
    return Known("extension", tuple(values.items()))


def known_of_consent(world: World, actor: Actor) -> Known:
    """Return what the record says when ``actor`` asks for consent or answers; the state must have a consent."""
    name = actor.name
    values = {
        "capacities": actor.capacities,
        "kind": consent_kind(world),
        "issue_state": world.state,
        "request_pending": bool(world.consent_asked_by),
        "actor_asked": name == world.consent_asked_by,
        "actor_submitted": name == world.submitter,
        "actor_uploaded_after": name == world.uploader,
        "actor_in_submitting_unit": in_submitting_unit(world, actor),
        "actor_verified": name == world.verifier,
    }
    return Known("consent", tuple(values.items()))


def combinations(guards: Iterable[Guard], domain: dict[str, tuple[Any, ...]]) -> Iterator[dict[str, Any]]:
    """Return every combination of what a request can bring and these guards read."""
    read = {name for guard in guards for name in _names_read(guard)}
    choices = [values if name in read else values[-1:] for name, values in domain.items()]
    for values in product(*choices):
        yield dict(zip(domain, values, strict=True))


def _names_read(guard: Guard) -> tuple[str, ...]:
    code: CodeType = guard.holds.__code__  # Guards are plain functions.
    return code.co_names
