"""Bulletins as pages: written over live figures, issued, checked, withdrawn."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker import clock, labels
from tracker.errors import InvalidError, RefusedError
from tracker.forms.bulletins import LABELS, BulletinForm, StepForm
from tracker.languages import SOURCE, _, speaking
from tracker.models import Bulletin, RankedBy, Role
from tracker.papers.forms import form_paper
from tracker.policy.bulletins import bulletin_capacities
from tracker.queries.bulletins import bulletin_documents, bulletin_list, bulletin_seen
from tracker.queries.documents import code_of
from tracker.services import bulletins
from tracker.services.bulletin_facts import (
    FIELDS,
    bulletin_figures,
    bulletin_told,
    figures_digest,
    figures_of,
    values_of,
)
from tracker.services.notices import issuer_name
from tracker.views.access import access
from workflows.bulletin import BULLETIN, BulletinState

bp = Blueprint("bulletins", __name__, url_prefix="/bulletins")


@bp.get("/")
@access("bulletin.read")
def index() -> ResponseReturnValue:
    found = bulletin_list(g.actor)
    documents = bulletin_documents([one.id for one in found])
    return render_template("bulletins/index.html", found=found, documents=documents, may_write=_may_write())


@bp.get("/new")
@access("bulletin.write")
def new() -> ResponseReturnValue:
    return _form(None, _proposed(g.actor.today))


@bp.post("/new")
@access("bulletin.write")
def create() -> ResponseReturnValue:
    return _write(None)


@bp.get("/<int:bulletin_id>/edit")
@access("bulletin.write")
def edit(bulletin_id: int) -> ResponseReturnValue:
    bulletin = bulletin_seen(bulletin_id, g.actor)
    if bulletin.state is not BulletinState.DRAFT:
        return redirect(url_for("bulletins.detail", bulletin_id=bulletin.id), 303)
    return _form(bulletin, {name: getattr(bulletin, name) for name in BulletinForm.model_fields})


@bp.post("/<int:bulletin_id>/edit")
@access("bulletin.write")
def save(bulletin_id: int) -> ResponseReturnValue:
    return _write(bulletin_seen(bulletin_id, g.actor))


@bp.get("/<int:bulletin_id>")
@access("bulletin.read")
def detail(bulletin_id: int) -> ResponseReturnValue:
    return _page(bulletin_seen(bulletin_id, g.actor))


@bp.post("/<int:bulletin_id>/issue")
@access("bulletin.issue")
def issue(bulletin_id: int) -> ResponseReturnValue:
    return _step(bulletin_id, "issue", _("通报已发出，数字从此不变"))


@bp.post("/<int:bulletin_id>/withdraw")
@access("bulletin.issue")
def withdraw(bulletin_id: int) -> ResponseReturnValue:
    return _step(bulletin_id, "withdraw", _("通报已撤回，编号不再使用"))


@bp.post("/<int:bulletin_id>/discard")
@access("bulletin.write")
def discard(bulletin_id: int) -> ResponseReturnValue:
    return _step(bulletin_id, "discard", _("草稿已作废"))


def _step(bulletin_id: int, trigger: str, done: str) -> ResponseReturnValue:
    bulletin = bulletin_seen(bulletin_id, g.actor)
    form = StepForm.parse(request.form)
    given: dict[str, Any] = {"bulletin_id": bulletin_id, "actor": g.actor, "at": clock.now(), "version": form.version}
    if trigger == "withdraw":
        given["reason"] = form.reason
    try:
        getattr(bulletins, f"bulletin_{trigger}")(**given)
    except RefusedError as error:
        return _page(bulletin, {"": error.message}), error.status
    except InvalidError as error:
        return _page(bulletin, error.errors), 422
    flash(done, "success")
    if trigger == "discard":
        return redirect(url_for("bulletins.index"), 303)
    return redirect(url_for("bulletins.detail", bulletin_id=bulletin_id), 303)


def _write(bulletin: Bulletin | None) -> ResponseReturnValue:
    try:
        form = BulletinForm.parse(request.form)
        values = bulletins.BulletinValues(**form.model_dump(exclude={"version"}))
        known = bulletin.id if bulletin else None
        kept = bulletins.bulletin_write(
            bulletin_id=known, values=values, actor=g.actor, at=clock.now(), version=form.version
        )
    except InvalidError as error:
        return _form(bulletin, request.form.to_dict(), error.errors), 422
    flash(_("已保存，下面是按现在的数字排出的样子"), "success")
    return redirect(url_for("bulletins.detail", bulletin_id=kept.id), 303)


def _form(bulletin: Bulletin | None, typed: dict[str, Any], errors: dict[str, str] | None = None) -> str:
    with speaking(SOURCE):
        fields = [_(name) for name in FIELDS.values()]
    ranked = [(code.value, labels.word(labels.RANKED_BY, code)) for code in RankedBy]
    return render_template(
        "bulletins/form.html", bulletin=bulletin, typed=typed, errors=errors or {}, labels=_labels(), fields=fields,
        ranked=ranked, rows=_blocks(typed),
    )  # fmt: skip


def _blocks(typed: dict[str, Any]) -> dict[str, int]:
    """Return how high each field of words stands: what is long is not read through a slit."""
    return {name: min(14, 4 + len(str(typed.get(name) or "")) // 60) for name in ("opening", "problems", "demands")}


def _page(bulletin: Bulletin, errors: dict[str, str] | None = None) -> str:
    now = clock.now()
    frozen = bulletin.figures
    figures = frozen if frozen is not None else bulletin_figures(bulletin, g.actor, now)
    document = bulletin_documents([bulletin.id]).get(bulletin.id)
    told = bulletin_told(bulletin, figures)
    checked = None
    if frozen is not None and request.args.get("check") and _may_write():
        checked = bulletins.bulletin_recomputed(bulletin, g.actor)
    draft = {"document": _("（编号在发出时产生）"), "issuer": issuer_name(), "issued_on": g.actor.today.isoformat()}
    return render_template(
        "bulletins/detail.html", bulletin=bulletin, figures=figures, whole=figures_of(figures["whole"]),
        digest=figures_digest(figures), document=document, code=code_of(document) if document else None,
        paper=form_paper("bulletin", told | draft) if document is None else None, as_of=bulletin.as_of or now,
        checked=checked, may=_offers(bulletin), errors=errors or {}, labels=_labels(),
        values=values_of(bulletin, figures),
    )  # fmt: skip


def _offers(bulletin: Bulletin) -> set[str]:
    """Return what the reader may do with the bulletin as it stands."""
    held = bulletin_capacities(g.actor)
    rows = (BULLETIN.row(trigger, bulletin.state) for trigger in BULLETIN.triggers)
    return {row.trigger for row in rows if row is not None and not held.isdisjoint(row.by)}


def _may_write() -> bool:
    return g.actor.role in (Role.OFFICE, Role.LEADER)


def _labels() -> dict[str, str]:
    return {name: _(words) for name, words in LABELS.items()}


def _proposed(today: date) -> dict[str, Any]:
    """Return what a new bulletin begins with: this month, and an opening that shows how figures are written."""
    with speaking(SOURCE):
        opening = _(
            "{first}至{last}，全县共发现问题{found}件，已销号{closed}件，销号率{closed_rate}；应办结{judged}件，"
            "按期办结{in_time}件，按期办结率{in_time_rate}；目前逾期{late}件，反弹{recurred}件。"
        ).format(**{key: "{" + _(name) + "}" for key, name in FIELDS.items()})
        title = _("关于{month}月份整改问题督查情况的通报").format(month=today.month)
        recipient = _("各乡镇（街道），县直有关单位：")
    first = today.replace(day=1)
    return {"title": title, "first_day": first, "last_day": today, "ranked_by": RankedBy.TOWNSHIP,
            "recipient": recipient, "opening": opening}  # fmt: skip
