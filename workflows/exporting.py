"""The export 导出, beside the issues: asked for, made in the background, kept for some days, or given up."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workflows.spec import Guard, Transition, Workflow


class ExportState(StrEnum):
    """Where an export stands."""

    WAITING = "waiting"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class ExportCapacity(StrEnum):
    """In which capacity somebody acts on an export; the maker is the program itself."""

    ASKER = "asker"
    MAKER = "maker"


@dataclass(frozen=True)
class ExportFacts:
    """Everything the rules of an export look at."""

    capacities: frozenset[ExportCapacity]
    is_abandoned: bool = False
    has_tries_left: bool = True
    may_have: bool = True
    is_over: bool = False


abandoned = Guard("export_being_made", lambda f: f.is_abandoned)
tries_left = Guard("export_no_more_tries", lambda f: f.has_tries_left)
may_have = Guard("export_not_yours_now", lambda f: f.may_have)
kept_long_enough = Guard("export_still_kept", lambda f: f.is_over)

S, C, T = ExportState, ExportCapacity, Transition
EXPORT = Workflow(
    name="export",
    states=ExportState,
    initial=S.WAITING,
    transitions=(
        T("start", S.WAITING, S.RUNNING, (C.MAKER,), (tries_left,)),
        T("start", S.RUNNING, S.RUNNING, (C.MAKER,), (abandoned, tries_left)),
        T("finish", S.RUNNING, S.READY, (C.MAKER,), (may_have,)),
        T("fail", S.WAITING, S.FAILED, (C.MAKER,)),
        T("fail", S.RUNNING, S.FAILED, (C.MAKER,)),
        T("cancel", S.WAITING, S.CANCELLED, (C.ASKER,)),
        T("cancel", S.RUNNING, S.CANCELLED, (C.ASKER,)),
        T("retry", S.FAILED, S.WAITING, (C.ASKER,)),
        T("retry", S.CANCELLED, S.WAITING, (C.ASKER,)),
        T("expire", S.READY, S.EXPIRED, (C.MAKER,), (kept_long_enough,)),
    ),
)
