"""The county's channels: how each fares, and the form that sets one up."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker import clock
from tracker.errors import InvalidError, NotFoundError
from tracker.forms import channels as forms
from tracker.labels.deliveries import fault_words
from tracker.languages import _
from tracker.models import PERSONAL, Channel, ChannelKind
from tracker.outward import Allowed
from tracker.queries.deliveries import channel_list
from tracker.queries.groups import group_list
from tracker.services import channel_setup as setup
from tracker.views.access import access, require_fresh

bp = Blueprint("channels", __name__, url_prefix="/channels")
Page = tuple[str, int] | str | Response


@bp.get("")
@access("channel.manage")
def index() -> str:
    lines = channel_list()
    there = {channel.kind for channel, _state in lines if channel.kind in PERSONAL}
    kinds = [kind for kind in ChannelKind if kind not in there]
    base_url = current_app.config["BASE_URL"]
    return render_template("channels/index.html", lines=lines, kinds=kinds, fault_words=fault_words, base_url=base_url)


@bp.route("/new/<kind>", methods=["GET", "POST"])
@access("channel.manage")
@require_fresh()
def new(kind: str) -> Page:
    found = _kind(kind)
    if request.method == "GET":
        return _form(found, None, {})
    try:
        channel = setup.channel_create(kind=found, values=_values(found), actor=g.actor, at=clock.now(), **_house())
    except InvalidError as error:
        return _form(found, None, error.errors), error.status
    return _saved(channel)


@bp.route("/<int:channel_id>", methods=["GET", "POST"])
@access("channel.manage")
@require_fresh()
def edit(channel_id: int) -> Page:
    channel = setup.channel_find(channel_id)
    if request.method == "GET":
        return _form(channel.kind, channel, {})
    try:
        values = _values(channel.kind)
        version = request.form.get("version", 0, type=int)
        setup.channel_edit(
            channel_id=channel_id, version=version, values=values, actor=g.actor, at=clock.now(), **_house()
        )  # fmt: skip
    except InvalidError as error:
        return _form(channel.kind, channel, error.errors), error.status
    return _saved(channel)


@bp.post("/<int:channel_id>/test")
@access("channel.manage")
def test(channel_id: int) -> Response:
    setup.channel_test(channel_id=channel_id, actor=g.actor, at=clock.now())
    flash(_("测试消息已排队，结果见“消息发送”"), "success")
    return redirect(url_for("channels.index"), 303)


def _kind(words: str) -> ChannelKind:
    try:
        return ChannelKind(words)
    except ValueError as error:
        raise NotFoundError from error


def _house() -> dict[str, Any]:
    return {"key": current_app.config["SECRET_KEY"], "allowed": Allowed.of(current_app.config["CHANNEL_HOSTS"])}


def _values(kind: ChannelKind) -> setup.ChannelValues:
    form = forms.FORMS[kind].parse(request.form)
    more = form.model_dump(include={"group_id", "unit_id", "posts_digest", "posts_urgent"})
    settings = form.settings()
    if "base" in settings:
        default = next(spec.default for spec in forms.SPECS[kind] if spec.name == "base")
        settings["base"] = str(settings["base"] or default).rstrip("/")
    return setup.ChannelValues(form.name, form.is_on, form.per_minute, settings, form.secrets(), **more)


def _saved(channel: Channel) -> Response:
    flash(_("已保存“{name}”").format(name=channel.name), "success")
    return redirect(url_for("channels.index"), 303)


def _form(kind: ChannelKind, channel: Channel | None, errors: dict[str, str]) -> str:
    return render_template(
        "channels/form.html", kind=kind, channel=channel, errors=errors, specs=forms.SPECS[kind],
        labels={name: _(words) for name, words in forms.LABELS.items()}, typed=_typed(kind, channel, bool(errors)),
        is_robot=kind not in PERSONAL, groups=_groups(kind),
    )  # fmt: skip


def _groups(kind: ChannelKind) -> list[tuple[int, str]]:
    if kind in PERSONAL:
        return []
    return [(line.group.id, line.group.name) for line in group_list(g.actor.today) if line.group.is_active]


def _typed(kind: ChannelKind, channel: Channel | None, failed: bool) -> dict[str, Any]:
    """Return what stands in the form; a secret never does, typed or kept."""
    if failed:
        return {name: value for name, value in request.form.items() if name not in forms.SECRETS}
    if channel is None:
        fresh = {spec.name: spec.default for spec in forms.SPECS[kind]}
        return fresh | {"per_minute": forms.PER_MINUTE[kind], "is_on": True, "posts_digest": True}
    unit = {"unit_id_text": channel.unit.name} if channel.unit else {}
    own = ("name", "is_on", "per_minute", "group_id", "unit_id", "posts_digest", "posts_urgent")
    return {**channel.settings, **{name: getattr(channel, name) for name in own}, **unit}
