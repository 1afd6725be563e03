"""One address for each thing that can be done to an issue, all made from the table of acts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from tracker import clock, labels
from tracker.errors import InvalidError, NotFoundError, TrackerError
from tracker.forms.issue_actions import ActForm, AssignForm, InstructForm
from tracker.languages import _
from tracker.models import Issue
from tracker.queries.issue_page import issue_seen
from tracker.queries.next_move import next_waiting
from tracker.storage import StoredFile
from tracker.views.access import access, own_path
from tracker.views.chosen import person_chosen, unit_chosen, units_chosen
from tracker.views.ids import id_of
from tracker.views.issue_acts import ACTS, Act
from tracker.views.issue_file import Failed, detail_page
from tracker.views.issue_pages import MISTAKES, Page, errors_of
from tracker.views.received import files_of_form, kept_files
from workflows.issue import WAITING

bp = Blueprint("issue_actions", __name__, url_prefix="/issues")


def perform(act: Act, issue_id: int, record_id: int) -> Page:
    """Carry out ``act`` as the form says; show the page again with the form open where it cannot be."""
    files: tuple[StoredFile, ...] = ()
    try:
        files = files_of_form() if act.takes_files else ()
        form = act.form.parse(looked_up(act.form, request.form))
        by = {f"{act.record}_id": record_id, "actor": g.actor, "at": clock.now()}
        done = act.call(form, files, by)
    except MISTAKES as error:
        return _again(act, issue_id, error, files)
    issue = done if isinstance(done, Issue) else done.issue
    flash(_said(act, issue), "success")
    return redirect(_onward(issue), 303)


def looked_up(form: type[ActForm], given: MultiDict[str, str]) -> MultiDict[str, str]:
    """Return what was typed with units and people by id, also where only their names came."""
    if form not in _LOOKED_UP:
        return given
    changed: MultiDict[str, str] = MultiDict(given)
    errors: dict[str, str] = {}
    for name, find in _LOOKED_UP[form].items():
        try:
            changed.setlist(name, find(changed))
        except InvalidError as error:
            errors[name] = error.message
    if errors:
        raise InvalidError(errors)
    return changed


_Find = Callable[[MultiDict[str, str]], list[str]]
_ASSIGNED: dict[str, _Find] = {
    "responsible_unit_id": lambda given: [unit_chosen(given, "responsible_unit_id")],
    "responsible_id": lambda given: [person_chosen(given, "responsible_id", id_of(given.get("responsible_unit_id")))],
    "assisting_unit_ids": lambda given: units_chosen(given, "assisting_unit_ids"),
}
_INSTRUCTED: dict[str, _Find] = {"recipient_unit_id": lambda given: [unit_chosen(given, "recipient_unit_id")]}
_LOOKED_UP: dict[type[ActForm], dict[str, _Find]] = {AssignForm: _ASSIGNED, InstructForm: _INSTRUCTED}


def _again(act: Act, issue_id: int, error: TrackerError, files: tuple[StoredFile, ...]) -> Page:
    failed = Failed(errors_of(error), request.form, files or kept_files(), error.message)
    return detail_page(issue_id, opened=act.trigger, failed=failed), error.status


def _said(act: Act, issue: Issue) -> str:
    """Return what was done, and whose move it is now."""
    done = _("{number} {done}").format(number=issue.number or "", done=_(act.done)).strip()
    movers = WAITING[issue.state].movers
    if not movers:
        return done
    who = _("、").join(labels.word(labels.CAPACITY, mover) for mover in movers)
    if issue.move_due_on is None:
        return _("{done}。下一步：{who}").format(done=done, who=who)
    return _("{done}。下一步：{who}，{day} 前").format(done=done, who=who, day=issue.move_due_on)


def _onward(issue: Issue) -> str:
    """Return where to go now: where the form says, to what waits next, to the issue, or home if it is out of sight."""
    given, todo = own_path(request.form.get("next")), request.form.get("todo", "")
    if given:
        return given
    following = next_waiting(todo, g.actor, issue.id)
    if following is not None:
        return url_for("issue.detail", issue_id=following, todo=todo)
    try:
        return url_for("issue.detail", issue_id=issue_seen(issue.id, g.actor).id)
    except NotFoundError:
        return url_for("home.index")


def _view(act: Act) -> Callable[..., Any]:
    def view(issue_id: int) -> Page | Response:
        return perform(act, issue_id, issue_id)

    return access(act.access)(view)


for _act in ACTS:
    bp.add_url_rule(f"/<int:issue_id>/{_act.path or _act.trigger}", _act.trigger, _view(_act), methods=["POST"])
