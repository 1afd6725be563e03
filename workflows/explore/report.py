"""What an exploration counted and what it found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple


class Violation(NamedTuple):
    """A promise that is broken: on which move, or in which world if ``trigger`` is empty."""

    code: str
    machine: str
    trigger: str
    state: str


@dataclass
class Report:
    """What was explored and what was found.

    ``worlds`` are the distinct situations, ``moves`` the ways between them; ``cells`` are the distinct questions put
    to the law (state, trigger, who, every fact), ``refused`` of which it answered with a refusal.
    """

    worlds: int = 0
    moves: int = 0
    cells: int = 0
    refused: int = 0
    states: Counter[str] = field(default_factory=Counter)
    violations: Counter[Violation] = field(default_factory=Counter)

    @property
    def holds(self) -> bool:
        """Say whether every promise was kept."""
        return not self.violations

    def counts(self) -> dict[str, int]:
        """Return the totals by name."""
        return {
            "worlds": self.worlds,
            "moves": self.moves,
            "cells": self.cells,
            "refused": self.refused,
            "violations": len(self.violations),
        }

    def lines(self) -> Iterator[str]:
        """Return the report as lines to print: totals, worlds in each state, then each violation with its count."""
        yield from (f"{name}: {number}" for name, number in self.counts().items())
        yield from (f"  {state}: {number}" for state, number in self.states.items())
        for violation, number in self.violations.items():
            yield f"! {' '.join(part for part in violation if part)} x {number}"
