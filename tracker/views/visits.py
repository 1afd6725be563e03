"""The group's round on a phone: the day's stops, one village, and every act of a visit."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker import clock, labels
from tracker.clock import ZONE, local_date
from tracker.errors import InvalidError, RefusedError, TrackerError
from tracker.forms import visits as forms
from tracker.labels.rounds import reason_words
from tracker.languages import _
from tracker.models import TaskOutcome, Visit
from tracker.policy import cell_for
from tracker.queries import visits as queries
from tracker.queries.ad_hoc_visits import DAYS_SHOWN, ad_hoc_visits
from tracker.queries.documents import documents_of_visit
from tracker.queries.people import posts_of_group
from tracker.queries.rounds import round_shown
from tracker.services import visits
from tracker.services.visit_records import VisitEnd
from tracker.services.visit_stops import is_recused_at
from tracker.storage import StoredFile
from tracker.views.access import access
from tracker.views.issue_pages import MISTAKES, errors_of
from tracker.views.received import files_of_form, kept_files, to_keep
from workflows.round import WALKABLE

bp = Blueprint("visits", __name__, url_prefix="/visits")


def field_labels() -> dict[str, str]:
    """Return the words of the fields."""
    return {name: _(words) for name, words in forms.LABELS.items()}


@bp.get("/")
@access("visit.walk")
def index() -> ResponseReturnValue:
    try:
        form, errors = forms.WalkForm.parse(request.args), {}
    except InvalidError as error:
        form, errors = forms.WalkForm(), error.errors
    rounds = queries.walkable(g.actor)
    chosen = next((one for one in rounds if one.id == form.round), None)
    if chosen is None and form.round and round_shown(g.actor, form.round):
        return redirect(url_for("rounds.detail", round_id=form.round))
    chosen = chosen or _nearest(rounds)
    way = queries.walk(g.actor, chosen, form.day) if chosen else None
    return render_template(
        "visits/index.html", rounds=rounds, chosen=chosen, way=way, reason_words=reason_words, errors=errors,
        labels=field_labels(), extra=ad_hoc_visits(g.actor), days_shown=DAYS_SHOWN,
    )  # fmt: skip


def _nearest(rounds: Any) -> Any:
    """Return the round of today, else the next, else the last."""
    today = g.actor.today
    return next((one for one in rounds if one.last_day >= today), rounds[-1] if rounds else None)


@bp.get("/stops/<int:stop_id>")
@access("visit.read")
def stop(stop_id: int) -> ResponseReturnValue:
    return _page(stop_id)


def _page(
    stop_id: int, opened: str = "", errors: Mapping[str, str] | None = None, files: tuple[StoredFile, ...] = ()
) -> str:
    page = queries.village_page(g.actor, stop_id)
    mine = g.actor.is_group and page.stop.group_id == g.actor.group_id
    acts = mine and page.stop.round.state in WALKABLE
    return render_template(
        "visits/stop.html", page=page, stop=page.stop, visit=page.visit, acts=acts, opened=opened, errors=errors or {},
        recused=mine and is_recused_at(g.actor, page.stop.village_id), typed=request.form, labels=field_labels(),
        members=members_of(page.stop.group_id, page.stop.village_id, page.record.people) if acts else [],
        chosen=request.form.getlist("people") if request.method == "POST" else None, kept=to_keep(files),
        outcomes={task.id: [(o.value, labels.word(labels.TASK_OUTCOME, o)) for o in visits.outcomes_of(task)]
                  for task in page.stop.tasks},
        documents=documents_of_visit(page.visit.id, g.actor) if page.visit else [],
        may_make=cell_for("document.make", g.actor.role).allows,
        reason_words=reason_words, now=clock.local(clock.now()).strftime("%H:%M"), key=uuid.uuid4().hex,
    )  # fmt: skip


def members_of(group_id: int, village_id: int, came: Mapping[int, str] | None = None) -> list[tuple[int, str]]:
    """Return who of the group may visit the village, and who ``came`` when the visit began.

    Everybody but those who come from there; somebody who left the group since did go.
    """
    posts = posts_of_group(group_id, g.actor.today)
    today = {p.person_id: p.person.name for p in posts if p.person.home_unit_id != village_id}
    return list({**today, **(came or {})}.items())


def _act(stop_id: int, opened: str, done: str, act: Callable[[], object]) -> ResponseReturnValue:
    """Do it and go back to the page of the stop, or show the page again with what is wrong and what was typed."""
    try:
        act()
    except MISTAKES as error:
        return _page(stop_id, opened, errors_by_field(error)), error.status
    flash(done, "success")
    return redirect(url_for("visits.stop", stop_id=stop_id), 303)


def errors_by_field(error: TrackerError) -> dict[str, str]:
    """Return the error by field of a form; what the law refuses is the whole form's."""
    return {"form": error.message} if isinstance(error, RefusedError) else errors_of(error)


@bp.post("/stops/<int:stop_id>/start")
@access("visit.walk")
def start(stop_id: int) -> ResponseReturnValue:
    def act() -> None:
        form = forms.StartForm.parse(request.form)
        visits.visit_start(stop_id=stop_id, people=form.people, actor=g.actor, at=clock.now())

    return _act(stop_id, "start", _("走访已开始"), act)


@bp.post("/stops/<int:stop_id>/note")
@access("visit.walk")
def note(stop_id: int) -> ResponseReturnValue:
    files: tuple[StoredFile, ...] = ()
    try:
        files = files_of_form()
        form = forms.NoteForm.parse(request.form)
        visits.visit_note(stop_id=stop_id, words=form.words, files=files, actor=g.actor, at=clock.now())
    except MISTAKES as error:
        return _page(stop_id, "note", errors_by_field(error), files or kept_files()), error.status
    flash(_("已记录"), "success")
    return redirect(url_for("visits.stop", stop_id=stop_id), 303)


@bp.post("/stops/<int:stop_id>/tasks/<int:task_id>")
@access("visit.walk")
def task(stop_id: int, task_id: int) -> ResponseReturnValue:
    def act() -> None:
        outcome: TaskOutcome = forms.TaskForm.parse(request.form).outcome
        visits.task_answer(stop_id=stop_id, task_id=task_id, outcome=outcome, actor=g.actor, at=clock.now())

    return _act(stop_id, "task", _("已填写结果"), act)


@bp.post("/stops/<int:stop_id>/finish")
@access("visit.walk")
def finish(stop_id: int) -> ResponseReturnValue:
    def act() -> None:
        end = end_of(queries.village_page(g.actor, stop_id).visit)
        visits.visit_finish(stop_id=stop_id, end=end, actor=g.actor, at=clock.now())

    return _act(stop_id, "finish", _("走访已结束"), act)


def end_of(visit: Visit | None) -> VisitEnd:
    """Return what the form says about the end, its hours on the Shanghai day on which the visit began."""
    form = forms.FinishForm.parse(request.form)
    day = local_date(visit.started_at) if visit else g.actor.today
    started, ended = (datetime.combine(day, hour.replace(tzinfo=None), ZONE) for hour in (form.started, form.ended))
    return VisitEnd(form.people, started, ended, form.nothing_found, form.forms_asked, form.photos_asked)


@bp.post("/stops/<int:stop_id>/miss")
@access("visit.walk")
def miss(stop_id: int) -> ResponseReturnValue:
    def act() -> None:
        reason = forms.MissForm.parse(request.form).reason
        visits.stop_miss(stop_id=stop_id, reason=reason, actor=g.actor, at=clock.now())

    return _act(stop_id, "miss", _("已登记未走访，下一轮会再排入"), act)


def may_report() -> bool:
    """Tell whether the reader hands in the report of their group."""
    return cell_for("visit.report", g.actor.role).allows
