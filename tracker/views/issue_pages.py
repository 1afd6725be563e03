"""An issue as pages: a new finding, a draft to go on with, and the whole file of one issue."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from tracker import clock, labels
from tracker.database import transaction
from tracker.errors import (
    ConflictError,
    FileTypeError,
    ForbiddenError,
    InvalidError,
    RefusedError,
    TooLargeError,
    TrackerError,
)
from tracker.forms.findings import DRAFT, REGISTER, FindingForm, missing
from tracker.languages import _
from tracker.models import Issue, Role, Source, UnitKind
from tracker.policy import Actor, cell_for
from tracker.queries.evidence import evidence_list
from tracker.queries.issue_page import issue_seen
from tracker.queries.star_choices import indicator_choices, star_groups
from tracker.queries.visit_records import visit_seen
from tracker.services.findings import FindingValues, finding_draft, finding_edit, finding_log, finding_register
from tracker.services.visit_tasks import finding_of_visit
from tracker.storage import StoredFile
from tracker.views.access import access
from tracker.views.chosen import unit_chosen
from tracker.views.ids import id_of
from tracker.views.issue_file import detail_page
from tracker.views.received import files_of_form, kept_files, to_keep
from workflows.issue import IssueState, Severity

bp = Blueprint("issue", __name__, url_prefix="/issues")
Page = str | Response | tuple[str, int]
MISTAKES = (InvalidError, RefusedError, ConflictError, TooLargeError, FileTypeError)
_PLACES = (
    UnitKind.TOWNSHIP, UnitKind.STREET, UnitKind.VILLAGE, UnitKind.COMMUNITY, UnitKind.GRID, UnitKind.OFFICE,
    UnitKind.ENTERPRISE, UnitKind.DEPARTMENT,
)  # fmt: skip
_SOURCE = {Role.VILLAGE: Source.SELF_CHECK, Role.TOWNSHIP: Source.INSPECTION, Role.REPORTER: Source.REPORT}
# The refusals of the law that speak of one field of the form.
_FIELD = {"no_place": "location_id", "no_category": "star_id", "no_source": "source", "no_description": "description"}


@bp.get("/<int:issue_id>")
@access("issue.read")
def detail(issue_id: int) -> Page:
    return detail_page(issue_id, opened=request.args.get("open", ""))


@bp.route("/new", methods=["GET", "POST"])
@access("issue.log")
def new() -> Page:
    if request.method == "GET":
        return _finding_page(_fresh() | _at_visit(), {})
    files: tuple[StoredFile, ...] = ()
    try:
        files = files_of_form()
        form, register = _parsed()
        issue = _kept(form, register, files)
    except MISTAKES as error:
        return _refused(error, files)
    return _done(issue, form.visit_id)


def _kept(form: FindingForm, register: bool, files: tuple[StoredFile, ...]) -> Issue:
    """Keep a new finding, and say during which visit it was made."""
    keep, at = finding_log if register else finding_draft, clock.now()
    with transaction():
        issue = keep(
            values=FindingValues(**form.found()), client_key=form.idempotency_key, files=files, actor=g.actor, at=at
        )
        if form.visit_id is not None:
            finding_of_visit(issue, form.visit_id, actor=g.actor, at=at)
        return issue


@bp.route("/<int:issue_id>/edit", methods=["GET", "POST"])
@access("issue.edit_draft")
def edit(issue_id: int) -> Page:
    issue = issue_seen(issue_id, g.actor)
    if issue.state is not IssueState.DRAFT:
        flash(_("该问题已登记，不能再修改"), "warning")
        return redirect(url_for("issue.detail", issue_id=issue_id), 303)
    if request.method == "GET":
        return _finding_page(_stored(issue), {}, issue)
    files: tuple[StoredFile, ...] = ()
    try:
        files = files_of_form()
        form, register = _parsed()
        issue = _changed(issue_id, form, register, files)
    except MISTAKES as error:
        return _refused(error, files, issue_seen(issue_id, g.actor))
    return _done(issue)


def _changed(issue_id: int, form: FindingForm, register: bool, files: tuple[StoredFile, ...]) -> Issue:
    """Keep what was typed, then register it if asked to; what was typed stays kept if that is refused."""
    act: dict[str, Any] = {"issue_id": issue_id, "actor": g.actor, "at": clock.now()}
    issue = finding_edit(**act, values=FindingValues(**form.found()), version=form.version, files=files)
    return finding_register(**act, version=issue.version) if register else issue


def _parsed() -> tuple[FindingForm, bool]:
    """Return the form and whether to register; raise ``InvalidError`` with everything that is wrong at once."""
    register = request.form.get("act", REGISTER) == REGISTER
    if register and not may_register(g.actor):
        raise ForbiddenError
    given: MultiDict[str, str] = MultiDict(request.form)
    errors = missing(given) if register else {}
    try:
        given["location_id"] = unit_chosen(given, "location_id", _PLACES)
    except InvalidError as error:
        errors["location_id"] = error.message
    try:
        form = FindingForm.parse(given)
    except InvalidError as error:
        raise InvalidError(errors | error.errors) from error
    if errors:
        raise InvalidError(errors)
    return form, register


def may_register(actor: Actor) -> bool:
    """Tell whether the actor's role registers findings, and does not only hand them in."""
    return cell_for("issue.register", actor.role).allows


def _refused(error: TrackerError, files: tuple[StoredFile, ...], issue: Issue | None = None) -> Page:
    files = files or kept_files()
    typed = request.form.to_dict()
    errors = errors_of(error)
    if "client_key" in errors:
        typed["idempotency_key"] = uuid.uuid4().hex
        errors = {"form": _("此前已用这张表单登记过一条内容不同的问题；如果这是另一个问题，请再次提交")}
    if isinstance(error, ConflictError) and issue is not None:
        typed["version"] = str(issue.version)
    return _finding_page(typed, errors, issue, files), error.status


def errors_of(error: TrackerError) -> dict[str, str]:
    """Return the error by field of a form; what belongs to no field is the form's."""
    if isinstance(error, InvalidError):
        return error.errors
    if isinstance(error, TooLargeError | FileTypeError):
        return {"files": error.message}
    code = error.code if isinstance(error, RefusedError) else ""
    return {_FIELD.get(code, "form"): error.message}


def _finding_page(
    typed: Mapping[str, Any], errors: Mapping[str, str], issue: Issue | None = None, files: tuple[StoredFile, ...] = ()
) -> str:
    return render_template(
        "issue/finding.html",
        typed={**typed, "visit_id": id_of(str(typed.get("visit_id", "")))},
        errors=errors,
        issue=issue,
        kept=to_keep(files),
        held=evidence_list(issue.id, g.actor) if issue else [],
        stars=star_groups(),
        indicators=indicator_choices(),
        severities=[(code.value, labels.word(labels.SEVERITY, code)) for code in Severity],
        sources=[(code.value, labels.word(labels.SOURCE, code)) for code in Source if code is not Source.IMPORT],
        may_register=may_register(g.actor),
        may_conceal=cell_for("issue.confidential", g.actor.role).allows,
        place_kinds=",".join(_PLACES),
        names={name: _(words) for name, words in FindingForm.labels.items()},
        acts={"register": REGISTER, "draft": DRAFT},
    )


def _fresh() -> dict[str, Any]:
    """Return a new form, filled in with what is likely."""
    source = _SOURCE.get(g.actor.role, Source.SUPERVISION)
    typed: dict[str, Any] = {"found_on": g.actor.today, "source": source.value, "severity": Severity.GENERAL.value}
    if g.actor.role is Role.VILLAGE:
        typed |= {"location_id": g.actor.unit_id, "location_id_text": g.actor.unit_name}
    return typed | {"idempotency_key": uuid.uuid4().hex, "kind": g.actor.unit_kind or ""}


def _at_visit() -> dict[str, Any]:
    """Return what a finding during a visit begins with: its village, and the visit to go back to."""
    visit_id = id_of(request.args.get("visit"))
    if not visit_id or not g.actor.is_group:
        return {}
    village = visit_seen(g.actor, visit_id).village
    return {"visit_id": visit_id, "location_id": village.id, "location_id_text": village.name, "kind": village.kind}


def _stored(issue: Issue) -> dict[str, Any]:
    """Return a draft as a form shows it."""
    typed = {name: getattr(issue, name) for name in FindingForm.model_fields if hasattr(issue, name)}
    place = issue.location
    return typed | {"location_id_text": place.name if place else "", "kind": place.kind if place else ""}


def _done(issue: Issue, visit_id: int | None = None) -> Response:
    if issue.state is IssueState.DRAFT:
        flash(_("已存为草稿，可在“我的待办”中继续填写"), "success")
    else:
        flash(_("已登记，编号 {number}，等待创建办交办").format(number=issue.number), "success")
    if visit_id is not None:
        return redirect(url_for("ad_hoc_visits.visit", visit_id=visit_id), 303)
    return redirect(url_for("issue.detail", issue_id=issue.id), 303)
