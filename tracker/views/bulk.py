"""The same act on many issues: first what is chosen and what is still to be filled in, then an account of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, g, render_template, request
from werkzeug.datastructures import MultiDict

from tracker import clock, labels
from tracker.errors import InvalidError, TrackerError
from tracker.forms.issue_actions import ActForm, AssignForm, BareForm, RemindForm
from tracker.languages import N_, _
from tracker.queries.issues_chosen import issues_chosen
from tracker.queries.rules import policy_on, work_calendar
from tracker.services import bulk
from tracker.services.bulk import BulkOutcome
from tracker.views.access import access
from tracker.views.ids import id_of
from tracker.views.issue_actions import looked_up
from tracker.views.issue_acts import assignment_of
from workflows.issue import Severity

bp = Blueprint("bulk", __name__, url_prefix="/issues/bulk")
LIMIT = 200
Page = str | tuple[str, int]


@dataclass(frozen=True)
class _Bulk:
    """One act on many issues; ``fields`` names the template of its form."""

    title: str
    label: str
    fields: str
    shape: str
    form: type[ActForm]
    call: Callable[[list[int], Any], Sequence[BulkOutcome]]


def _register(ids: list[int], form: BareForm) -> Sequence[BulkOutcome]:
    return bulk.bulk_register(ids=ids, actor=g.actor, at=clock.now())


def _assign(ids: list[int], form: AssignForm) -> Sequence[BulkOutcome]:
    _needed(form)
    return bulk.bulk_assign(ids=ids, assignment=assignment_of(form), actor=g.actor, at=clock.now())


def _remind(ids: list[int], form: RemindForm) -> Sequence[BulkOutcome]:
    return bulk.bulk_remind(ids=ids, words=form.words, actor=g.actor, at=clock.now())


def _needed(form: AssignForm) -> None:
    """Raise ``InvalidError`` for what no issue could be assigned without, before any of them is tried."""
    needed = {
        "responsible_unit_id": (form.responsible_unit_id, "no_responsible_unit"),
        "responsible_id": (form.responsible_id, "no_responsible_person"),
        "deadline": (form.deadline, "no_deadline"),
    }
    errors = {name: labels.word(labels.REFUSAL, code) for name, (value, code) in needed.items() if value is None}
    if form.deadline is not None and form.deadline < g.actor.today:
        errors["deadline"] = labels.word(labels.REFUSAL, "deadline_in_past")
    if errors:
        raise InvalidError(errors)


_REGISTER = _Bulk(N_("批量登记"), N_("全部登记"), "register", "stamp", BareForm, _register)
_ASSIGN = _Bulk(N_("批量交办"), N_("全部交办"), "assign", "send", AssignForm, _assign)
_REMIND = _Bulk(N_("批量催办"), N_("全部催办"), "remind", "bell", RemindForm, _remind)


@bp.post("/register")
@access("issue.register")
def register() -> Page:
    return _page(_REGISTER)


@bp.post("/assign")
@access("issue.assign")
def assign() -> Page:
    return _page(_ASSIGN)


@bp.post("/remind")
@access("issue.remind")
def remind() -> Page:
    return _page(_REMIND)


def _page(act: _Bulk) -> Page:
    """Show what was chosen with the form, or, once that is confirmed, what became of each."""
    ids = list(dict.fromkeys(id_of(one) for one in request.form.getlist("ids")))
    if not ids or len(ids) > LIMIT:
        return _form_page(act, [], {"ids": _choose_words(ids)}), 422
    if request.form.get("confirmed") != "1":
        return _form_page(act, ids, {})
    try:
        form = act.form.parse(looked_up(act.form, request.form))
        outcomes = act.call(ids, form)
    except TrackerError as error:
        errors = error.errors if isinstance(error, InvalidError) else {"form": error.message}
        return _form_page(act, ids, errors), error.status
    return _account(act, outcomes)


def _account(act: _Bulk, outcomes: Sequence[BulkOutcome]) -> str:
    """Return the page that says what became of each."""
    done, left = ([one for one in outcomes if one.ok is well] for well in (True, False))
    if done:
        flash(_("{title}：已办理 {n} 条").format(title=_(act.title), n=len(done)), "success")
    seen = {row.id: row for row in issues_chosen([one.issue_id for one in outcomes], g.actor)}
    return render_template("bulk/account.html", act=act, done=done, left=left, seen=seen)


def _choose_words(ids: list[int]) -> str:
    if not ids:
        return _("请先在列表中勾选问题")
    return _("一次最多办理 {n} 条，您选了 {chosen} 条，请分批办理").format(n=LIMIT, chosen=len(ids))


def _form_page(act: _Bulk, ids: list[int], errors: Mapping[str, str]) -> str:
    rows = issues_chosen(ids, g.actor)
    typed: Any = request.form if request.form.get("confirmed") else MultiDict()
    return render_template(
        "bulk/form.html",
        act=act,
        ids=ids,
        rows=rows,
        unseen=len(ids) - len(rows),
        errors=errors,
        typed=typed,
        names={name: _(words) for name, words in ActForm.labels.items()},
        **(_deadlines(rows) if act is _ASSIGN else {}),
    )


def _deadlines(rows: Sequence[Any]) -> dict[str, Any]:
    """Return the deadlines that today's policy proposes for what was chosen, and the earliest to begin with."""
    today, chosen = g.actor.today, {row.severity for row in rows}
    policy, calendar = policy_on(today).policy, work_calendar()
    found = {
        code: calendar.add_workdays(today, policy.for_severity(code).rectify_days)
        for code in Severity
        if code in chosen
    }
    words = [f"{labels.word(labels.SEVERITY, code)} {day}" for code, day in found.items()]
    return {"proposed": min(found.values(), default=""), "proposed_words": _("、").join(words)}
