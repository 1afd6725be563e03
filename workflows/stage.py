"""The stages of a long-term issue 长期整改: ordered, each with its own date, finished one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Stage:
    """One stage, in its place in the order; ``due`` is inclusive."""

    due: date
    finished: bool = False


STAGE_CODES = frozenset(
    {"stage_dates_disordered", "stage_after_deadline", "stage_unknown", "stage_finished", "stage_out_of_order"}
)


def plan_refusal(dues: Sequence[date], deadline: date | None) -> str | None:
    """Return the code that forbids this plan, or ``None``: dates rise strictly and end by the deadline."""
    if any(later <= earlier for earlier, later in zip(dues, dues[1:], strict=False)):
        return "stage_dates_disordered"
    if dues and deadline is not None and dues[-1] > deadline:
        return "stage_after_deadline"
    return None


def finish_refusal(stages: Sequence[Stage], index: int) -> str | None:
    """Return the code that forbids finishing the stage at ``index`` (from 0), or ``None``."""
    if not 0 <= index < len(stages):
        return "stage_unknown"
    if stages[index].finished:
        return "stage_finished"
    if not all(stage.finished for stage in stages[:index]):
        return "stage_out_of_order"
    return None


def open_stages(stages: Sequence[Stage]) -> int:
    """Return how many stages are unfinished; none may be when sign-off is asked for."""
    return sum(not stage.finished for stage in stages)


def next_due(stages: Sequence[Stage]) -> date | None:
    """Return the date of the first unfinished stage, or ``None`` when all are finished."""
    return next((stage.due for stage in stages if not stage.finished), None)
