"""Pages: parse, call one service or query, render."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from flask import Blueprint, Flask

from tracker.views import access, errors, headers, ids, shell


def register(app: Flask) -> None:
    """Attach every blueprint of this folder, the error pages and what surrounds each request.

    A module that has a ``bp`` is a set of pages; a new register of the campaign adds its file and touches no other.
    """
    ids.register(app)
    for module in sorted(found.name for found in iter_modules(__path__)):
        bp = getattr(import_module(f"{__name__}.{module}"), "bp", None)
        if isinstance(bp, Blueprint):
            app.register_blueprint(bp)
    access.register(app)
    headers.register(app)
    errors.register(app)
    shell.register(app)
