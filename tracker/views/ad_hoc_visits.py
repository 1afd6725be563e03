"""Ad-hoc visits on a phone: where the group has come outside every round, and every act of that visit."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from tracker import clock
from tracker.errors import InvalidError, NotFoundError
from tracker.forms import visits as forms
from tracker.languages import _
from tracker.models import Visit
from tracker.policy import cell_for
from tracker.queries.ad_hoc_visits import PLACES, stop_waiting
from tracker.queries.documents import documents_of_visit
from tracker.queries.places import unit_names
from tracker.queries.rules import policy_on
from tracker.queries.visit_records import record_of, village_now, visit_seen
from tracker.services import ad_hoc_visits as services
from tracker.services.visit_stops import is_recused_at
from tracker.storage import StoredFile
from tracker.views.access import access
from tracker.views.chosen import unit_chosen
from tracker.views.ids import id_of
from tracker.views.issue_pages import MISTAKES
from tracker.views.received import files_of_form, kept_files, to_keep
from tracker.views.visits import end_of, errors_by_field, field_labels, members_of

bp = Blueprint("ad_hoc_visits", __name__, url_prefix="/visits")


@bp.route("/new", methods=["GET", "POST"])
@access("visit.walk")
def new() -> ResponseReturnValue:
    if request.method == "GET":
        village = id_of(request.args.get("village"))
        name = unit_names([village]).get(village, "")
        return _form({"village_id": village if name else "", "village_id_text": name}, {}, [g.actor.person_id])
    try:
        form = _parsed()
        visit = services.ad_hoc_start(
            village_id=form.village_id, people=form.people, client_key=form.idempotency_key, actor=g.actor,
            at=clock.now(),
        )  # fmt: skip
    except MISTAKES as error:
        return _form(request.form, errors_by_field(error), request.form.getlist("people")), error.status
    flash(_("走访已开始"), "success")
    return _back(visit.id)


def _parsed() -> forms.AdHocForm:
    """Return the form; raise ``InvalidError`` with everything that is wrong at once."""
    given: MultiDict[str, str] = MultiDict(request.form)
    errors: dict[str, str] = {}
    try:
        given["village_id"] = unit_chosen(given, "village_id", PLACES)
    except InvalidError as error:
        errors = error.errors
    try:
        form = forms.AdHocForm.parse(given)
    except InvalidError as error:
        raise InvalidError(errors | error.errors) from error
    if errors:
        raise InvalidError(errors)
    return form


def _form(typed: Mapping[str, Any], errors: Mapping[str, str], chosen: Any) -> str:
    village, key = id_of(str(typed.get("village_id", ""))), typed.get("idempotency_key")
    if "client_key" in errors:
        errors, key = {"form": _("此前已用这张表单开始过另一个村的走访；如果这是另一次，请再次提交")}, None
    return render_template(
        "visits/new.html", typed=typed, errors=errors, chosen=chosen, labels=field_labels(),
        key=key or uuid.uuid4().hex, members=members_of(g.actor.group_id, 0), kinds=",".join(PLACES),
        stop=stop_waiting(g.actor, village), anywhere=policy_on(g.actor.today).policy.visits_anywhere,
    )  # fmt: skip


@bp.get("/<int:visit_id>")
@access("visit.read")
def visit(visit_id: int) -> ResponseReturnValue:
    seen = visit_seen(g.actor, visit_id)
    if seen.stop_id is not None:
        return redirect(url_for("visits.stop", stop_id=seen.stop_id))
    return _page(seen)


def _own(visit_id: int) -> Visit:
    """Return an ad-hoc visit to act on; raise ``NotFoundError`` where there is none for the reader."""
    seen = visit_seen(g.actor, visit_id)
    if seen.stop_id is not None:
        raise NotFoundError
    return seen


def _page(
    seen: Visit, opened: str = "", errors: Mapping[str, str] | None = None, files: tuple[StoredFile, ...] = ()
) -> str:
    mine = g.actor.is_group and seen.group_id == g.actor.group_id
    recused = mine and is_recused_at(g.actor, seen.village_id)
    at = clock.now()
    record = record_of(g.actor, seen)
    return render_template(
        "visits/ad_hoc.html", visit=seen, record=record, now_there=village_now(
            g.actor, seen.village_id, seen
        ), acts=mine and not recused and services.is_open(seen, at), recused=recused, opened=opened,
        errors=errors or {}, typed=request.form, labels=field_labels(), kept=to_keep(files),
        members=members_of(seen.group_id, seen.village_id, record.people) if mine else [],
        chosen=request.form.getlist("people") if request.method == "POST" else None,
        now=clock.local(at).strftime("%H:%M"), documents=documents_of_visit(seen.id, g.actor),
        may_make=cell_for("document.make", g.actor.role).allows,
    )  # fmt: skip


@bp.post("/<int:visit_id>/note")
@access("visit.walk")
def note(visit_id: int) -> ResponseReturnValue:
    files: tuple[StoredFile, ...] = ()
    try:
        files = files_of_form()
        words = forms.NoteForm.parse(request.form).words
        services.ad_hoc_note(visit_id=visit_id, words=words, files=files, actor=g.actor, at=clock.now())
    except MISTAKES as error:
        return _page(_own(visit_id), "note", errors_by_field(error), files or kept_files()), error.status
    flash(_("已记录"), "success")
    return _back(visit_id)


@bp.post("/<int:visit_id>/finish")
@access("visit.walk")
def finish(visit_id: int) -> ResponseReturnValue:
    seen = _own(visit_id)
    refusal = _tried(
        seen,
        "finish",
        lambda: services.ad_hoc_finish(visit_id=visit_id, end=end_of(seen), actor=g.actor, at=clock.now()),
    )
    if refusal is not None:
        return refusal
    flash(_("走访已结束"), "success")
    return _back(visit_id)


@bp.post("/<int:visit_id>/cancel")
@access("visit.walk")
def cancel(visit_id: int) -> ResponseReturnValue:
    seen = _own(visit_id)

    def act() -> None:
        reason = forms.MissForm.parse(request.form).reason
        services.ad_hoc_cancel(visit_id=visit_id, reason=reason, actor=g.actor, at=clock.now())

    refusal = _tried(seen, "cancel", act)
    if refusal is not None:
        return refusal
    flash(_("走访已取消"), "success")
    return redirect(url_for("visits.index"), 303)


def _tried(seen: Visit, opened: str, act: Callable[[], object]) -> ResponseReturnValue | None:
    """Do it; return the page with what is wrong and what was typed where it cannot be done."""
    try:
        act()
    except MISTAKES as error:
        return _page(seen, opened, errors_by_field(error)), error.status
    return None


def _back(visit_id: int) -> ResponseReturnValue:
    return redirect(url_for("ad_hoc_visits.visit", visit_id=visit_id), 303)
