"""What surrounds every page: words, filters, navigation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from flask import Flask, current_app, g, request, url_for
from markupsafe import Markup

from tracker import clock, labels, languages
from tracker.languages import N_, _
from tracker.models import Post
from tracker.policy import cell_for
from tracker.queries.colours import ColourMeaning, colour_meanings
from tracker.queries.inbox import CAP, unread_count
from tracker.services.sign_ins import is_in_force
from tracker.views.subjects import subject_url


@dataclass(frozen=True)
class NavEntry:
    """One entry of the main navigation as the page draws it."""

    key: str
    label: str
    url: str
    icon: str
    current: bool
    count: str | None = None


# Blueprints whose pages belong to another one's entry of the navigation.
_SECTIONS = {
    "issued_ledgers": "ledgers", "exports": "ledgers", "ledger_files": "ledgers", "ledger_changes": "ledgers",
    "ledger_uploads": "ledgers",
    "visit_reports": "visits", "ad_hoc_visits": "visits", "look_back_plans": "look_backs",
    "issue": "issues", "issue_actions": "issues", "bulk": "issues", "letter_acts": "letters", "points": "letters",
    "posts": "accounts", "unit_acts": "units",
    "round_stops": "rounds", "round_acts": "rounds", "unit_files": "units", "rule_calendar": "rules",
    "holiday_notices": "rules",
    "rule_policy": "rules", "rule_papers": "rules",
    "unit_imports": "units", "people_imports": "accounts", "post_imports": "accounts",
}  # fmt: skip
# (endpoint, action of the matrix, words, icon) in the order of the page.
_ENTRIES = (
    ("home.index", "home", N_("我的待办"), "inbox"),
    ("issues.index", "issue.read", N_("问题"), "list"),
    ("issue.new", "issue.log", N_("登记线索"), "plus"),
    ("visits.index", "visit.walk", N_("今天的走访"), "pin"),
    ("overdue.index", "ledger.read", N_("逾期台账"), "clock"),
    ("ledgers.index", "ledger.read", N_("台账"), "table"),
    ("dashboard.index", "ledger.read", N_("数据看板"), "chart"),
    ("letters.index", "letter.read", N_("督办"), "stamp"),
    ("bulletins.index", "bulletin.read", N_("督查通报"), "book"),
    ("inbox.index", "self", N_("消息"), "bell"),
    ("rounds.index", "round.read", N_("巡查轮次"), "route"),
    ("look_backs.index", "look_back.read", N_("回头看"), "eye"),
    ("handovers.index", "handover.read", N_("交接"), "swap"),
    ("coverage.index", "coverage.read", N_("走访覆盖"), "chart"),
    ("coverage.mine", "burden.own", N_("本村负担"), "book"),
    ("imports.index", "import.run", N_("导入"), "upload"),
    ("units.index", "unit.manage", N_("组织"), "tree"),
    ("groups.index", "unit.manage", N_("督导组"), "people"),
    ("stars.index", "unit.manage", N_("星级"), "star"),
    ("rules.index", "policy.manage", N_("规则与日历"), "calendar"),
    ("deliveries.index", "delivery.read", N_("消息发送"), "send"),
    ("channels.index", "channel.manage", N_("消息通道"), "settings"),
    ("accounts.index", "account.read", N_("账号与岗位"), "person"),
    ("health.status", "health.read", N_("运行状态"), "info"),
    ("audit.index", "audit.read", N_("审计"), "shield"),
)

_LINKS = {
    "home": "home.index",
    "search": "issues.index",
    "sign_in": "auth.sign_in",
    "sign_out": "auth.sign_out",
    "language": "auth.language",
    "switch_post": "auth.choose_post",
    "profile": "profile.index",
}


def register(app: Flask) -> None:
    """Attach filters, globals and the navigation."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        languages._, languages.ngettext, newstyle=False
    )
    app.jinja_env.filters.update(word=word, day=day, instant=instant)
    app.jinja_env.globals.update(
        static_url=static_url,
        mark=mark,
        icon_once=icon_once,
        places_once=places_once,
        subject_url=subject_url,
        languages=languages.LANGUAGES,
    )
    app.jinja_env.globals.update(colour_meaning=colour_meaning, colour_words=colour_words, colour_meanings=meanings)
    app.context_processor(_surroundings)


def word(code: str | None, table: str) -> str:
    """Return the word of ``code`` in the table of that name in ``tracker.labels``."""
    return labels.word(getattr(labels, table), code) if code else ""


def day(value: date | None) -> str:
    """Return a calendar day as ``2026-10-09``, or nothing."""
    return value.isoformat() if value else ""


def instant(value: datetime | None, pattern: str = "%Y-%m-%d %H:%M") -> str:
    """Return an instant in Shanghai time, or nothing."""
    return clock.local(value).strftime(pattern) if value else ""


def static_url(filename: str) -> str:
    """Return the address of one of our files, changed whenever the program is."""
    return _static_url(filename, request.script_root if request else "", current_app.config["VERSION"])


@lru_cache(maxsize=1024)
def _static_url(filename: str, root: str, version: str) -> str:
    """Build the address once for each place the program is served at: a page names its icons a hundred times."""
    return url_for("static", filename=filename, v=version)


def mark(macro: str, *given: Any) -> Markup:
    """Return what a macro of ``macros/state.html`` draws, drawn once for each language and value.

    A list shows the same few badges in each of its rows; drawing them anew would cost more than finding the rows.
    """
    return _mark(macro, given, languages.current(), request.script_root if request else "")


@lru_cache(maxsize=4096)
def _mark(macro: str, given: tuple[Any, ...], _language: str, _root: str) -> Markup:
    drawn: Markup = getattr(current_app.jinja_env.get_template("macros/state.html").module, macro)(*given)
    return drawn


def icon_once(name: str, label: str = "", **look: str) -> Markup:
    """Return a picture of the sprite, which is drawn once: a page has a hundred of them. ``class`` may be given."""
    return _picture(name, label, look.get("class", ""), static_url("icons.svg"))


@lru_cache(maxsize=4096, typed=True)
def _picture(name: str, label: str, look: str, sprite: str) -> Markup:
    module: Any = current_app.jinja_env.get_template("macros/icons.html").module
    drawn: Markup = module.picture(name, label, look, sprite)
    return drawn


def places_once(macro: str, places: Sequence[NavEntry]) -> Markup:
    """Return what a macro of ``macros/shell.html`` draws for these entries of the navigation, drawn once."""
    return _places(macro, tuple(places), static_url("icons.svg"))


@lru_cache(maxsize=2048)
def _places(macro: str, places: tuple[NavEntry, ...], _sprite: str) -> Markup:
    drawn: Markup = getattr(current_app.jinja_env.get_template("macros/shell.html").module, macro)(places)
    return drawn


def _address(endpoint: str) -> str:
    """Return the address of a page without parameters, made once for each place the program is served at."""
    return _known_address(endpoint, request.script_root)


@lru_cache(maxsize=1024)
def _known_address(endpoint: str, _root: str) -> str:
    return url_for(endpoint)


def meanings() -> list[ColourMeaning]:
    """Return what the colours mean today, the most urgent first."""
    return list(colour_meanings(clock.today()).values())


def colour_meaning(code: str) -> ColourMeaning | None:
    """Return what a colour means today, or nothing for what is no colour."""
    return colour_meanings(clock.today()).get(code)


def colour_words(code: str) -> str:
    """Return in one line what a colour means, or nothing for what is no colour."""
    meaning = colour_meaning(code)
    return meaning.words if meaning else ""


def _surroundings() -> dict[str, Any]:
    actor = g.get("actor")
    links = {name: _address(endpoint) for name, endpoint in _LINKS.items() if endpoint in current_app.view_functions}
    if actor is not None and not cell_for("issue.read", actor.role).allows:
        links.pop("search", None)
    return {
        "actor": actor,
        "language": languages.current(),
        "links": links,
        "nav": _nav(actor),
        "other_posts": _other_posts() if actor else [],
        "today": clock.today(),
    }


def _other_posts() -> list[dict[str, Any]]:
    """Return the posts the person may switch to, besides the present one."""
    held = [post for post in g.sign_in.person.posts if post.id != g.actor.post_id and is_in_force(post, clock.now())]
    return [{"id": post.id, "label": post_label(post)} for post in held]


def post_label(post: Post) -> str:
    """Return a post in the reader's words: its title or role, and where."""
    place = post.group.name if post.group else post.unit.name if post.unit else ""
    return f"{post.title or labels.word(labels.ROLE, post.role)} {place}".strip()


def _nav(actor: Any) -> list[NavEntry]:
    if actor is None:
        return []
    return [
        NavEntry(endpoint, _(words), _address(endpoint), icon, _is_current(endpoint), _waiting(endpoint, actor))
        for endpoint, action, words, icon in _ENTRIES
        if endpoint in current_app.view_functions and cell_for(action, actor.role).allows
    ]


def _waiting(endpoint: str, actor: Any) -> str | None:
    unread = unread_count(actor.person_id) if endpoint == "inbox.index" else 0
    return (str(unread) if unread <= CAP else f"{CAP}+") if unread else None


def _is_current(endpoint: str) -> bool:
    here = request.endpoint or ""
    if "issue.new" in (endpoint, here):
        return endpoint == here
    blueprint = here.split(".")[0]
    return _SECTIONS.get(blueprint, blueprint) == endpoint.split(".")[0]
