"""Inspection rounds: the list, a new one, the plan as a page and on paper."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker import clock, labels
from tracker.errors import InvalidError
from tracker.forms import rounds as forms
from tracker.labels.rounds import reason_words
from tracker.languages import _
from tracker.models import ExportKind, InspectionRound, RoundGroup
from tracker.policy import cell_for
from tracker.queries import rounds as queries
from tracker.queries.coverage import plan_burden
from tracker.queries.documents import documents_of_round
from tracker.queries.groups import group_list
from tracker.queries.rules import policy_on, work_calendar
from tracker.services import rounds
from tracker.services.round_plans import STEPS, plan_request, plan_work
from tracker.services.round_publishing import burden_digest
from tracker.views.access import access
from tracker.views.background import run_beside
from tracker.views.exports import order_list
from tracker.views.ids import id_of
from workflows.engine import available
from workflows.planning.terms import LeftOutWhy, Parameters
from workflows.round import ROUND, RoundState

bp = Blueprint("rounds", __name__, url_prefix="/rounds")
_SEEDS = 10**6
_WARNED = (RoundState.PLANNED, RoundState.PUBLISHED)


def may_plan() -> bool:
    """Tell whether the reader may change plans."""
    return cell_for("round.manage", g.actor.role).allows


def field_labels() -> dict[str, str]:
    """Return the words of the fields."""
    return {name: _(words) for name, words in forms.LABELS.items()}


@bp.get("/")
@access("round.read")
def index() -> ResponseReturnValue:
    lines, after = queries.round_list(g.actor, before=id_of(request.args.get("after")) or None)
    return render_template("rounds/index.html", lines=lines, after=after, may=may_plan())


@bp.route("/new", methods=["GET", "POST"])
@access("round.manage")
def new() -> ResponseReturnValue:
    if request.method == "GET":
        return _form(_proposed(), {})
    try:
        form = forms.RoundForm.parse(request.form)
        held = rounds.round_create(
            values=_values(form, {}), client_key=form.idempotency_key, actor=g.actor, at=clock.now()
        )
    except InvalidError as error:
        return _form(request.form, error.errors, chosen=request.form.getlist("group_ids")), 422
    plan_beside(held.id)
    flash(_("已建立“{name}”").format(name=held.name), "success")
    return _back(held.id)


@bp.route("/<int:round_id>/edit", methods=["GET", "POST"])
@access("round.manage")
def edit(round_id: int) -> ResponseReturnValue:
    held = queries.round_seen(g.actor, round_id)
    rounds.require_planned(held)
    if request.method == "GET":
        return _form(_typed(held), {}, held, [str(group.group_id) for group in held.groups])
    try:
        form = forms.RoundForm.parse(request.form)
        act = forms.ActForm.parse(request.form)
        values = _values(form, {group.group_id: group for group in held.groups})
        rounds.round_change(round_id=round_id, version=act.version, values=values, actor=g.actor, at=clock.now())
    except InvalidError as error:
        return _form(request.form, error.errors, held, request.form.getlist("group_ids")), 422
    plan_beside(round_id)
    flash(_("已保存，计划已重新生成"), "success")
    return _back(round_id)


def _form(
    typed: Mapping[str, Any],
    errors: dict[str, str],
    held: InspectionRound | None = None,
    chosen: list[str] | None = None,
) -> str:
    groups = [line for line in group_list(g.actor.today) if line.group.is_active]
    days = queries.workdays_in(held.first_day, held.last_day) if held else []
    every = (
        [held.first_day + timedelta(days=n) for n in range((held.last_day - held.first_day).days + 1)] if held else []
    )
    return render_template(
        "rounds/form.html", typed=typed, errors=errors, held=held, groups=groups, labels=field_labels(),
        chosen=[str(line.group.id) for line in groups] if chosen is None else chosen,
        kinds=[(code, _(words)) for code, words in labels.ROUND_KIND.items()], workdays=days, every=every,
        rows={group.group_id: group for group in held.groups} if held else {},
        key="" if held else typed.get("idempotency_key") or uuid.uuid4().hex,
    )  # fmt: skip


def _proposed() -> dict[str, Any]:
    """Return the next round as the last one suggests it: after it, as long, with the same numbers."""
    last, today = queries.last_round(), g.actor.today
    calendar = work_calendar()
    first = calendar.add_workdays(max(last.last_day, today) if last else today, 1)
    length = len(queries.workdays_in(last.first_day, last.last_day)) if last else 10
    terms = Parameters.from_dict(last.parameters) if last else Parameters()
    policy = policy_on(first).policy
    own = {"same_group_rounds": policy.same_group_rounds, "other_group_rechecks": policy.other_group_must_recheck}
    number = queries.rounds_in(first.year) + 1
    return terms.to_dict() | own | {
        "name": _("{year}年第{n}轮巡查").format(year=first.year, n=number), "kind": "routine",
        "first_day": first.isoformat(), "last_day": calendar.add_workdays(first, max(length - 1, 0)).isoformat(),
        "seed": secrets.randbelow(_SEEDS),
    }  # fmt: skip


def _typed(held: InspectionRound) -> dict[str, Any]:
    return Parameters.from_dict(held.parameters).to_dict() | {
        "name": held.name, "kind": held.kind.value, "first_day": held.first_day.isoformat(),
        "last_day": held.last_day.isoformat(), "seed": held.seed,
    }  # fmt: skip


def _values(form: forms.RoundForm, old: Mapping[int, RoundGroup]) -> rounds.RoundValues:
    """Return what the form says; a group that it does not go into goes out on every working day."""
    terms, people = form.terms(), queries.people_in(form.group_ids, form.first_day, form.last_day)
    longest = min(form.last_day, form.first_day + timedelta(days=rounds.LONGEST))
    workdays = tuple(queries.workdays_in(form.first_day, longest))
    groups = []
    for group in sorted(set(form.group_ids)):
        if f"people-{group}" in request.form and group in old:
            groups.append(_group(group, form.first_day, form.last_day))
            continue
        number = people.get(group, 0)
        groups.append(rounds.GroupValues(group, workdays, number, terms.stops_a_day(number)))
    seed = secrets.randbelow(_SEEDS) if form.seed is None else form.seed
    return rounds.RoundValues(form.name, form.kind, form.first_day, form.last_day, seed, terms, groups)


def _group(group: int, first: date, last: date) -> rounds.GroupValues:
    typed = {name: request.form[f"{name}-{group}"] for name in ("people", "stops_a_day")}
    try:
        given = forms.RoundGroupForm.parse(typed | {"days": request.form.getlist(f"days-{group}")})
    except InvalidError as error:
        raise InvalidError({f"{name}-{group}": words for name, words in error.errors.items()}) from error
    inside = tuple(day for day in given.days if first <= day <= last)
    return rounds.GroupValues(group, inside, given.people, given.stops_a_day)


def plan_beside(round_id: int) -> None:
    """Make the plan beside the request; most are there before the page is."""
    run_beside(lambda: plan_work(round_id, clock.now()))


@bp.get("/<int:round_id>")
@access("round.read")
def detail(round_id: int) -> ResponseReturnValue:
    return detail_page(round_id)


def detail_page(round_id: int, errors: dict[str, str] | None = None, opened: str = "") -> str:
    """Return the page of a round: all groups, one of them, or what was left out."""
    group_id = id_of(request.args.get("group")) or None
    page = queries.round_page(g.actor, round_id)
    shown = [plan for plan in page.plans if plan.group.group_id == group_id] if group_id else []
    why = request.args.get("why", "")
    chosen = LeftOutWhy(why) if why in set(LeftOutWhy) else None
    asked = (chosen or why == "all") and not g.actor.is_group
    warned = plan_burden(page.held) if may_plan() and page.held.state in _WARNED else []
    return render_template(
        "rounds/detail.html", page=page, held=page.held, shown=shown, may=may_plan(), errors=errors or {},
        opened=opened, documents=documents_of_round(round_id, g.actor),
        labels=field_labels(), typed=request.form, offers=_offers(page.held), reason_words=reason_words, why=why,
        left=queries.left_out(round_id, chosen) if asked else None, steps=STEPS, most=queries.MOST_LEFT,
        warned=warned, burden_seen=burden_digest(warned),
    )  # fmt: skip


def _offers(held: InspectionRound) -> dict[str, str | None]:
    """Return what may be done with the round, each with the words that refuse it, if any."""
    facts = rounds.facts_of(held, g.actor, clock.now(), has_reason=True)
    return {
        trigger: labels.word(labels.REFUSAL, code) if code else None
        for trigger, code in available(ROUND, held.state, facts).items()
    }


@bp.get("/<int:round_id>/print")
@access("round.read")
def paper(round_id: int) -> ResponseReturnValue:
    page = queries.round_page(g.actor, round_id, group_id=id_of(request.args.get("group")) or None)
    return render_template(
        "rounds/print.html", page=page, held=page.held, reason_words=reason_words, made_at=clock.now()
    )


@bp.post("/<int:round_id>/plan.xlsx")
@access("round.read")
def workbook(round_id: int) -> ResponseReturnValue:
    queries.round_seen(g.actor, round_id)
    group_id = id_of(request.args.get("group")) or None
    query = urlencode({"round": round_id} | ({"group": group_id} if group_id else {}))
    back = url_for("rounds.detail", round_id=round_id)
    return order_list(ExportKind.ROUND, _("巡查计划"), query, back, id=round_id, group=group_id)


@bp.post("/<int:round_id>/plan")
@access("round.manage")
def plan(round_id: int) -> ResponseReturnValue:
    form = forms.ActForm.parse(request.form)
    plan_request(round_id=round_id, version=form.version, actor=g.actor, at=clock.now())
    plan_beside(round_id)
    flash(_("计划已重新生成，锁定的走访点没有变"), "success")
    return _back(round_id)


def _back(round_id: int) -> ResponseReturnValue:
    return redirect(url_for("rounds.detail", round_id=round_id), 303)
