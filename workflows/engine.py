"""Runs a workflow table on the ``transitions`` library; keeps no state of its own."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from transitions import EventData, Machine

from workflows.spec import Guard, StateT, Step, Transition, TransitionRefusedError, Workflow

NOT_FROM_HERE = "not_from_here"
NOT_BY_YOU = "not_by_you"
ENGINE_CODES = frozenset({NOT_FROM_HERE, NOT_BY_YOU})


class _Subject:
    """Stands in for the record, so that the library never touches an ORM object."""

    state: StrEnum


def fire(workflow: Workflow[StateT], state: StateT, trigger: str, facts: Any) -> Step[StateT]:
    """Return the step ``trigger`` takes from ``state``.

    Raises ``TransitionRefusedError`` with code ``not_from_here``, ``not_by_you`` or a guard's code.
    """
    row = workflow.row(trigger, state)
    if row is None:
        raise TransitionRefusedError(NOT_FROM_HERE, trigger, state)
    subject = _Subject()
    # Only the row in question is built: a machine costs by its rows, and no other row may run.
    Machine(
        model=subject,
        states=[row.source, row.dest] if row.source is not row.dest else [row.source],
        transitions=[_as_machine_row(row)],
        initial=state,
        auto_transitions=False,
        send_event=True,
    )
    subject.trigger(trigger, facts=facts)  # type: ignore[attr-defined]
    return Step(trigger, state, workflow.states(subject.state))


def available(workflow: Workflow[StateT], state: StateT, facts: Any) -> dict[str, str | None]:
    """Map each trigger leaving ``state`` to the code that refuses it, or ``None``."""
    return {row.trigger: row_refusal(row, facts) for row in workflow.transitions if row.source is state}


def row_refusal(row: Transition[StateT], facts: Any) -> str | None:
    """Return the code with which ``row`` refuses these facts, or ``None`` if it lets them pass."""
    if facts.capacities.isdisjoint(row.by):
        return NOT_BY_YOU
    return first_refusal(row.guards, facts)


def first_refusal(guards: tuple[Guard, ...], facts: Any) -> str | None:
    """Return the code of the first guard that does not hold, or ``None``."""
    return next((guard.code for guard in guards if not guard.holds(facts)), None)


def _as_machine_row(row: Transition[StateT]) -> dict[str, Any]:
    def permitted(event: EventData) -> bool:
        code = row_refusal(row, event.kwargs["facts"])
        if code:
            raise TransitionRefusedError(code, row.trigger, row.source)
        return True

    return {"trigger": row.trigger, "source": row.source, "dest": row.dest, "conditions": permitted}
