"""What the law says and what it is told cannot be changed afterwards."""

from __future__ import annotations

from dataclasses import is_dataclass
from importlib import import_module

import pytest

MODULES = (
    "spec",
    "issue",
    "extension",
    "consent",
    "stage",
    "calendar",
    "policy",
    "policy_rules",
    "clocks",
    "reminding",
    "diagram",
    "importing",
    "ladder",
    "letter",
    "instruction",
)


@pytest.mark.parametrize("name", MODULES)
def test_every_value_of_the_law_is_frozen(name: str) -> None:
    module = import_module(f"workflows.{name}")
    own = [v for v in vars(module).values() if is_dataclass(v) and getattr(v, "__module__", "") == module.__name__]
    assert own
    assert all(v.__dataclass_params__.frozen for v in own)  # type: ignore[union-attr]
