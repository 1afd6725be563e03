"""The vocabulary in which a workflow is written down: plain, frozen data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

StateT = TypeVar("StateT", bound=StrEnum)


@dataclass(frozen=True)
class Guard:
    """A named condition on the facts of one request; ``code`` names the refusal when it does not hold."""

    code: str
    holds: Callable[[Any], bool]


@dataclass(frozen=True)
class Transition(Generic[StateT]):
    """One row of a workflow table; whoever has one of the capacities in ``by`` may try it."""

    trigger: str
    source: StateT
    dest: StateT
    by: tuple[StrEnum, ...]
    guards: tuple[Guard, ...] = ()


@dataclass(frozen=True)
class Workflow(Generic[StateT]):
    """A complete table; ``(trigger, source)`` identifies a row."""

    name: str
    states: type[StateT]
    initial: StateT
    transitions: tuple[Transition[StateT], ...]

    @property
    def triggers(self) -> tuple[str, ...]:
        """Every trigger once, in the order of the table."""
        return tuple(dict.fromkeys(row.trigger for row in self.transitions))

    @property
    def met(self) -> tuple[StateT, ...]:
        """Every state that this table begins in, leaves or enters, in their own order; two tables may share states."""
        named = {self.initial, *(state for row in self.transitions for state in (row.source, row.dest))}
        return tuple(state for state in self.states if state in named)

    @property
    def codes(self) -> frozenset[str]:
        """Every code with which a guard of this table can refuse."""
        return frozenset(guard.code for row in self.transitions for guard in row.guards)

    def row(self, trigger: str, state: StateT) -> Transition[StateT] | None:
        """Return the row of ``trigger`` that leaves ``state``, if the table has one."""
        return next((r for r in self.transitions if r.trigger == trigger and r.source is state), None)


@dataclass(frozen=True)
class Step(Generic[StateT]):
    """A transition that was carried out."""

    trigger: str
    source: StateT
    dest: StateT


class TransitionRefusedError(Exception):
    """The table or a guard does not allow the trigger; ``code`` says which."""

    def __init__(self, code: str, trigger: str, state: str) -> None:
        super().__init__(f"{code}: {trigger} from {state}")
        self.code = code
        self.trigger = trigger
        self.state = state
