"""Whether what a reminder speaks of still waits, where that is no clock of an issue: told by the reminder's subject."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from typing import Any

from sqlalchemy import Select, select

from tracker.database import db
from tracker.models import Consent, Extension, InspectionRound, LookBack
from workflows.consent import ConsentState
from workflows.extension import ExtensionState
from workflows.look_back import LookBackState
from workflows.round import WALKABLE

_Ids = Collection[int]
_WAITING: Mapping[str, Callable[[_Ids], Select[Any]]] = {
    "extension": lambda ids: select(Extension.id).where(
        Extension.id.in_(ids), Extension.state == ExtensionState.REQUESTED
    ),
    "consent": lambda ids: select(Consent.id).where(Consent.id.in_(ids), Consent.state == ConsentState.REQUESTED),
    "round": lambda ids: select(InspectionRound.id).where(
        InspectionRound.id.in_(ids), InspectionRound.state.in_(WALKABLE)
    ),
    "look_back_plan": lambda ids: (
        select(LookBack.plan_id).where(LookBack.plan_id.in_(ids), LookBack.state == LookBackState.WAITING).distinct()
    ),
}


def is_of_waiting(subject: str) -> bool:
    """Tell whether a subject names something that ``still_waiting`` knows."""
    name, _colon, number = subject.partition(":")
    return name in _WAITING and number.isdecimal()


def still_waiting(subjects: Collection[str]) -> set[str]:
    """Return those of these subjects, such as ``extension:12``, that still wait for somebody."""
    asked: dict[str, list[int]] = defaultdict(list)
    for subject in filter(is_of_waiting, subjects):
        name, _colon, number = subject.partition(":")
        asked[name].append(int(number))
    return {f"{name}:{one}" for name, ids in asked.items() for one in db.session.scalars(_WAITING[name](ids))}
