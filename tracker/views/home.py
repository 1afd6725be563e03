"""Everybody's first page: what waits for them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, render_template, url_for

from tracker import clock
from tracker.languages import N_, _
from tracker.models import Role
from tracker.policy import cell_for
from tracker.queries.home import Digest, digest, duties, sections
from tracker.queries.letters import letters_waiting, proposals
from tracker.queries.rules import year_without_notice
from tracker.views.access import access

bp = Blueprint("home", __name__)
_WITH_DIGEST = (Role.LEADER, Role.OFFICE)
_DUTIES = {
    "without_post": (N_("未分配岗位的账号"), "accounts.index", "person"),
    "inactive": (N_("已停用的账号"), "accounts.index", "lock"),
    "grants": (N_("待审批的岗位授予"), "accounts.index", "key"),
    "denied": (N_("近一日被拒绝的操作"), "audit.index", "ban"),
    "entries": (N_("近一日审计记录"), "audit.index", "shield"),
}


@bp.get("/")
@access("home")
def index() -> str:
    figures = digest(g.actor) if g.actor.role in _WITH_DIGEST else None
    return render_template(
        "home/index.html",
        sections=sections(g.actor),
        digest=figures,
        tiles=digest_tiles(figures) if figures else _duty_tiles(),
        letters=letters_waiting(g.actor),
        proposed=proposals(g.actor, 1)[1],
        no_holidays=year_without_notice(g.actor.today) if cell_for("policy.manage", g.actor.role).allows else None,
        may_log=cell_for("issue.log", g.actor.role).allows,
    )


def digest_tiles(figures: Digest, **kept: Any) -> list[dict[str, Any]]:
    """Return the figures of the overdue ledger, each with the way to its rows."""
    colours = figures.colours

    def tile(words: str, value: int, tone: str, shape: str, **query: Any) -> dict[str, Any]:
        url = url_for("overdue.index", **(kept | query))
        return {"label": words, "value": value, "url": url, "tone": tone, "shape": shape}

    changes = _("新增 {n} 条、销号 {closed} 条").format(n=figures.newly, closed=figures.closed)
    since = _("自 {day} 以来").format(day=figures.since.isoformat())
    late = tile(_("逾期"), figures.overdue, "plain", "clock")
    soon = tile(_("临期"), figures.soon, "blue", "warning-circle")
    soon["url"] = url_for("issues.index", timing="soon")
    return [
        late | {"note": f"{since} {changes}"},
        tile(_("红色"), colours["red"], "red", "warning-octagon", colour="red"),
        tile(_("黄色"), colours["yellow"], "yellow", "warning-triangle", colour="yellow"),
        soon,
        tile(_("未定时限"), figures.undated, "plain", "calendar", view="undated"),
    ]


def _duty_tiles() -> list[dict[str, Any]]:
    tiles = []
    for duty in duties(g.actor, clock.now()):
        words, endpoint, shape = _DUTIES[duty.key]
        tiles.append({"label": _(words), "value": duty.number, "url": url_for(endpoint), "shape": shape})
    return tiles
