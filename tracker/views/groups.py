"""Supervision groups: the list, one group with people and roster, and who inspects which villages when."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.errors import InvalidError
from tracker.forms import groups as forms
from tracker.languages import _
from tracker.policy.handovers import is_steward
from tracker.queries import groups as queries
from tracker.queries.calendar_days import may_follow
from tracker.queries.substitutes import substitutes_now
from tracker.services import groups
from tracker.views.access import access
from tracker.views.units import may_manage

bp = Blueprint("groups", __name__, url_prefix="/groups")


def _labels() -> dict[str, str]:
    return {name: _(words) for name, words in forms.LABELS.items()}


@bp.get("/")
@access("unit.read")
def index() -> ResponseReturnValue:
    return _index({})


def _index(errors: dict[str, str]) -> str:
    return render_template(
        "groups/index.html", lines=queries.group_list(g.actor.today), may=may_manage(), errors=errors,
        labels=_labels(), typed=request.form,
    )  # fmt: skip


@bp.post("/")
@access("unit.manage")
def create() -> ResponseReturnValue:
    try:
        form = forms.GroupForm.parse(request.form)
        group = groups.group_create(number=form.number, name=form.name, actor=g.actor, at=clock.now())
    except InvalidError as error:
        return _index(error.errors), 422
    flash(_("已建立“{name}”").format(name=group.name), "success")
    return _back(group.id)


@bp.get("/<int:group_id>")
@access("unit.read")
def detail(group_id: int) -> ResponseReturnValue:
    return _detail(group_id)


def _detail(group_id: int, opened: str = "", errors: dict[str, str] | None = None) -> str:
    try:
        day = forms.DayForm.parse(request.args).day or g.actor.today
    except InvalidError as error:
        day, errors = g.actor.today, {**error.errors, **(errors or {})}
    page = queries.group_page(group_id, day, g.actor.today)
    others = [(line.group.id, line.group.name) for line in queries.group_list(g.actor.today) if line.group.is_active]
    return render_template(
        "groups/detail.html", page=page, group=page.group, may=may_manage(), opened=opened, errors=errors or {},
        labels=_labels(), typed=request.form, groups=others, may_hand_over=is_steward(g.actor, group_id),
        may_follow=may_follow(g.actor, group_id), away=substitutes_now(g.actor),
    )  # fmt: skip


@bp.post("/<int:group_id>/edit")
@access("unit.manage")
def edit(group_id: int) -> ResponseReturnValue:
    try:
        form = forms.GroupForm.parse(request.form)
        groups.group_edit(
            group_id=group_id, number=form.number, name=form.name, is_active=form.is_active, actor=g.actor,
            at=clock.now(),
        )  # fmt: skip
    except InvalidError as error:
        return _detail(group_id, "edit", error.errors), 422
    flash(_("已保存"), "success")
    return _back(group_id)


@bp.route("/<int:group_id>/add", methods=["GET", "POST"])
@access("unit.manage")
def add(group_id: int) -> ResponseReturnValue:
    if request.method == "GET":
        return _add_page(group_id, {})
    try:
        form = forms.RosterAddForm.parse(request.form)
        unit_ids = {*form.unit_ids, *queries.places_of_towns(form.town_ids)}
        n = groups.roster_add(
            group_id=group_id, unit_ids=unit_ids, valid_from=form.valid_from, valid_to=form.valid_to, actor=g.actor,
            at=clock.now(),
        )  # fmt: skip
    except InvalidError as error:
        return _add_page(group_id, error.errors), 422
    flash(_("已加入 {n} 个村（社区）").format(n=n), "success")
    return _back(group_id)


def _add_page(group_id: int, errors: dict[str, str]) -> str:
    page = queries.group_page(group_id, g.actor.today, g.actor.today)
    return render_template(
        "groups/add.html", group=page.group, towns=queries.town_choices(group_id, g.actor.today), errors=errors,
        labels=_labels(), typed=request.form, chosen=set(request.form.getlist("unit_ids")),
        chosen_towns=set(request.form.getlist("town_ids")),
    )  # fmt: skip


@bp.post("/<int:group_id>/remove")
@access("unit.manage")
def remove(group_id: int) -> ResponseReturnValue:
    try:
        form = forms.RosterRemoveForm.parse(request.form)
        n = groups.roster_remove(
            group_id=group_id, entry_ids=form.ids, last_day=form.last_day, actor=g.actor, at=clock.now()
        )
    except InvalidError as error:
        return _detail(group_id, "remove", error.errors), 422
    flash(_("{n} 个村（社区）到期后不再由本组督导").format(n=n), "success")
    return _back(group_id)


@bp.post("/<int:group_id>/copy")
@access("unit.manage")
def copy(group_id: int) -> ResponseReturnValue:
    try:
        form = forms.RosterCopyForm.parse(request.form)
        n = groups.roster_copy(
            from_id=group_id, to_id=form.to_id, day=form.day, valid_from=form.valid_from, valid_to=form.valid_to,
            actor=g.actor, at=clock.now(),
        )  # fmt: skip
    except InvalidError as error:
        return _detail(group_id, "copy", error.errors), 422
    flash(_("新一期名单已有 {n} 个村（社区）").format(n=n), "success")
    return redirect(url_for("groups.detail", group_id=form.to_id, day=form.valid_from.isoformat()), 303)


def _back(group_id: int) -> ResponseReturnValue:
    return redirect(url_for("groups.detail", group_id=group_id), 303)
