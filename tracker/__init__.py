"""The office: everything around the workflow tables that people, browsers and clocks touch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

__version__ = "0.1.0"


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """Return the application; deferred, so that importing the package stays cheap and free of circles."""
    from tracker.app import create_app as build  # noqa: PLC0415  # the roof imports every floor below it

    return build(overrides)
