"""The doors through which files come in: the same pages for each, but every door asks for the power its rows need.

Whoever may do by hand what a kind of file does may bring such files in, and nobody else: the three administrators share
no door.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from flask import Blueprint, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tracker.errors import NotFoundError
from tracker.models import ImportBatch
from tracker.policy import cell_for
from tracker.queries.imports import import_get
from tracker.reading.fields import ImportKind
from tracker.services.importing.tasks import ImportFolders, folders, import_work
from tracker.views.access import access
from tracker.views.background import run_beside

ViewT = TypeVar("ViewT", bound=Callable[..., Any])
RUN, SEE, CONFIRM = "run", "see", "confirm"


@dataclass(frozen=True)
class Door:
    """The kinds of rows that come in here, and the rows of the matrix that let people in, look and confirm."""

    kinds: tuple[ImportKind, ...]
    run: str
    see: str
    confirm: str


DOORS: dict[str, Door] = {}
_ROUTES: list[tuple[str, str, Callable[..., Any], tuple[str, ...]]] = []


def route(rule: str, power: str, methods: tuple[str, ...] = ("GET",)) -> Callable[[ViewT], ViewT]:
    """Make the view a page behind every door; ``power`` is one of ``RUN``, ``SEE`` and ``CONFIRM``."""

    def keep(view: ViewT) -> ViewT:
        _ROUTES.append((rule, power, view, methods))
        return view

    return keep


def open_door(
    name: str, prefix: str, kinds: tuple[ImportKind, ...], *, run: str, see: str = "", confirm: str = ""
) -> Blueprint:
    """Return the pages behind a door; without other rows whoever may bring files in may also look and confirm."""
    door = Door(kinds, run, see or run, confirm or run)
    DOORS[name] = door
    bp = Blueprint(name, __name__, url_prefix=prefix)
    for rule, power, view, methods in _ROUTES:
        bp.add_url_rule(rule, view.__name__, access(getattr(door, power))(view), methods=methods)
    return bp


def this_door() -> Door:
    """Return the door through which this request came."""
    return DOORS[request.blueprint or ""]


def may_run() -> bool:
    """Tell whether the reader may bring files in here, and not only look."""
    return cell_for(this_door().run, g.actor.role).allows


def current_folders() -> ImportFolders:
    """Return where this installation keeps the files of imports."""
    return folders(Path(current_app.config["DATA_DIR"]))


def seen_import(batch_id: int) -> ImportBatch:
    """Return an import that came in through this door; any other reads as none."""
    batch = import_get(batch_id)
    if batch is None or batch.kind not in this_door().kinds:
        raise NotFoundError
    return batch


def page_of(batch_id: int) -> ResponseReturnValue:
    """Lead to the page of an import."""
    return redirect(url_for(".detail", batch_id=batch_id), 303)


def go_on(batch_id: int) -> ResponseReturnValue:
    """Do what waits to be done to an import, and lead to its page."""
    where = current_folders()
    run_beside(lambda: import_work(batch_id, where))
    return page_of(batch_id)
