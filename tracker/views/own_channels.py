"""Where messages reach me outside the product: addresses, their codes, quiet hours, a test."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker import clock
from tracker.errors import InvalidError, NotFoundError
from tracker.forms import channels as forms
from tracker.languages import _
from tracker.models import ChannelKind
from tracker.queries.own_channels import own_channels
from tracker.services import person_channels as services
from tracker.views.access import access

bp = Blueprint("own_channels", __name__, url_prefix="/profile/channels")
Page = tuple[str, int] | str | Response


@bp.get("")
@access("self")
def index() -> str:
    return _page("", {})


def _page(kind: str, errors: dict[str, str]) -> str:
    return render_template(
        "profile/channels.html", lines=own_channels(g.actor.person_id), opened=kind, errors=errors, typed=request.form,
        labels={name: _(words) for name, words in forms.LABELS.items()},
    )  # fmt: skip


@bp.post("/<kind>")
@access("self")
def save(kind: str) -> Page:
    found = _kind(kind)
    try:
        form = forms.OwnChannelForm.parse(request.form)
        values = services.AddressValues(**form.model_dump())
        is_sent = services.address_set(kind=found, values=values, actor=g.actor, at=clock.now())
    except InvalidError as error:
        return _page(kind, error.errors), error.status
    return _done(_("验证码已发出，收到后填写在下面") if is_sent else _("已保存"))


@bp.post("/<kind>/code")
@access("self")
def code(kind: str) -> Page:
    found = _kind(kind)
    try:
        given = forms.CodeForm.parse(request.form).code
        services.code_confirm(kind=found, code=given, actor=g.actor, at=clock.now())
    except InvalidError as error:
        return _page(kind, error.errors), error.status
    return _done(_("接收地址已确认"))


@bp.post("/<kind>/again")
@access("self")
def again(kind: str) -> Response:
    services.code_resend(kind=_kind(kind), actor=g.actor, at=clock.now())
    return _done(_("验证码已发出，收到后填写在下面"))


@bp.post("/<kind>/test")
@access("self")
def test(kind: str) -> Response:
    services.address_test(kind=_kind(kind), actor=g.actor, at=clock.now())
    return _done(_("测试消息已排队，请稍候查收"))


@bp.post("/<kind>/remove")
@access("self")
def remove(kind: str) -> Response:
    services.address_remove(kind=_kind(kind), actor=g.actor)
    return _done(_("已删除接收地址"))


def _kind(words: str) -> ChannelKind:
    try:
        return ChannelKind(words)
    except ValueError as error:
        raise NotFoundError from error


def _done(words: str) -> Response:
    flash(words, "success")
    return redirect(url_for("own_channels.index"), 303)
