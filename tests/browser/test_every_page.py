"""Every page there is, as each role meets it, on the phone and at the desk."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from hashlib import sha256
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser
from werkzeug.exceptions import HTTPException

from tests.browser.demo import LOGINS, client_of, states
from tests.browser.imported import import_states
from tests.browser.visitors import DESK, PHONE, Visitor, visiting
from tracker.demo.people import DEMO_PASSWORD
from tracker.models import Role
from workflows.issue import IssueState

pytestmark = pytest.mark.browser
# What is no page: data for scripts, files, and what the tests of the components look at.
NO_PAGES = (
    "static", "health.", "components.", "units.suggest", "people.suggest", "substitutes.people", "evidence.",
    "calendars.feed", "visit_reports.photo", "visit_reports.thumb",
    "documents.picture", "exports.file", "letter_files.",
)  # fmt: skip
DATA = (".rows", ".progress")  # of imports, by whichever door
# Pages that a signed-in person of the demo does not come by: their own tests open them.
ELSEWHERE = {
    "auth.sign_in", "auth.code", "auth.reset", "auth.confirm", "auth.choose_post", "setup.index",
}  # fmt: skip
# Parameters that make another page of the same address.
VIEWS = ("view", "by", "todo", "open")
# Latin letters that an office in China writes itself.
LATIN = re.compile(
    r"https?://[\w./:-]+|[\w.-]+\.gov\.cn|SMTP|STARTTLS|TLS|HTTPS?|URL|API|Webhook|Secret|English|WT|UTF-8|GB\d+|\.?xlsx?|ods|csv|MB|PDF|Excel|Word|Office|IP|ID|Argon2|JSON|CSV|TOTP|[A-Z]{2}-\d{4}-\d+|demo-[\w-]+|[\w.-]+\.(?:jpg|png|pdf|docx?|xlsx?)"
)
LEAKED = re.compile(r"\bNone\b|undefined|\{[a-z_]*\}|Undefined")  # braces around Chinese are an office's figures
SAID = "nav a, button, h1, h2, h3, legend, summary, thead th, label, dt, caption, .badge, .tile, .field-help, .empty"
CHECK = """selector => ({
  wide: document.documentElement.scrollWidth - innerWidth,
  text: document.body.innerText,
  shapes: [...new Set([...document.querySelectorAll('main *, header *, nav *')].map(one =>
    [one.parentElement.localName, one.localName, ...one.classList, '', ...one.getAttributeNames()].join(' ')))],
  said: [...document.querySelectorAll(selector)].filter(one => one.checkVisibility()).map(one => one.innerText),
  empty: [...document.querySelectorAll('a, button')].filter(one => one.checkVisibility()
    && !one.innerText?.trim() && !one.ariaLabel && !one.querySelector('img[alt], svg[aria-label], .visually-hidden')
    ).map(one => one.outerHTML.slice(0, 120)),
})"""


@dataclass
class Marks:
    """What has been looked at, by whichever process that tests: a file in ``folder`` for each thing."""

    folder: Path

    def first(self, thing: str) -> bool:
        """Mark ``thing``; tell whether nobody had."""
        try:
            (self.folder / sha256(thing.encode()).hexdigest()).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


@dataclass
class Walk:
    """One role's way through the pages by their links alone, without a browser: what was met, and what was wrong.

    ``states`` says for the path of an issue, or of an import, in which state it is, for its page differs with that.
    """

    app: Flask
    states: dict[str, str]
    client: FlaskClient
    seen: set[str] = field(default_factory=set)
    met: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)

    def walk(self, role: Role) -> None:
        """Open everything that ``role`` comes by from its first page; the office also issues in every state."""
        self._follow("/", "/profile")
        if role is Role.OFFICE:
            self._follow(*self.states, "/filters/?page=issues")

    def _follow(self, *first: str) -> None:
        """Open ``first`` and everything that is linked from there, one page of each kind."""
        waiting = list(first)
        while waiting:
            path = waiting.pop(0)
            kind = self._kind(path)
            if kind is None or kind in self.seen:
                continue
            self.seen.add(kind)
            self.met.add(kind.split(" ")[0])
            waiting += self._open(path)

    def _open(self, path: str) -> list[str]:
        """Open the page at ``path``; return where its links lead."""
        with self.client.get(path) as answer:
            if answer.status_code >= 400:
                self.wrong.append(f"{path}: {answer.status_code}")
            is_page = answer.status_code == 200 and answer.mimetype == "text/html"
            return re.findall(r'<a\b[^>]*?\shref="([^"]*)"', unescape(answer.text)) if is_page else []

    def _kind(self, path: str) -> str | None:
        """Return what tells this page from others of its address, or ``None`` for what is no page of ours."""
        parts = urlsplit(path)
        adapter = self.app.url_map.bind("127.0.0.1")
        try:
            endpoint, _values = adapter.match(parts.path, method="GET")
        except HTTPException:
            return None
        if endpoint.startswith(NO_PAGES) or endpoint.endswith(DATA):
            return None
        query = dict(parse_qsl(parts.query))
        state = self.states.get(parts.path, "")
        return " ".join([endpoint, state, *(f"{name}={query[name]}" for name in VIEWS if name in query)])


@dataclass
class Looked(Walk):
    """The same in a browser, where each kind of page is looked at in both widths, unless another role has.

    To the others the walk without a browser is enough. ``marks`` are of kinds of page, and of the elements that axe has
    examined in each width.
    """

    visitor: Visitor = field(kw_only=True)
    marks: Marks = field(kw_only=True)

    def _open(self, path: str) -> list[str]:
        if not self.marks.first(self._kind(path) or ""):
            return super()._open(path)
        if urlsplit(path).path.endswith((".xlsx", ".csv", ".json", ".pdf", ".docx")):
            status = self.visitor.context.request.get(self.visitor.address + path).status
            self.wrong += [f"{path}: {status}"] if status >= 400 else []
            return []
        answer = self.visitor.go(path)
        if answer.status >= 400:
            self.wrong.append(f"{path}: {answer.status}")
            return []
        self._look(path)
        return self.visitor.page.eval_on_selector_all("a[href]", "links => links.map(one => one.getAttribute('href'))")

    def _look(self, path: str) -> None:
        page = self.visitor.page
        for screen in (DESK, PHONE):
            page.set_viewport_size(screen["viewport"])
            width = screen["viewport"]["width"]
            found = page.evaluate(CHECK, SAID)
            wrong = self._violations(width, {(self._kind(path) or "").split(" ")[0], *found["shapes"]})
            wrong += [f"{found['wide']} px too wide"] if found["wide"] > 0 else []
            wrong += [f"no name: {one}" for one in found["empty"]]
            wrong += sorted({f"Latin: {left}" for left in map(latin, found["said"]) if left})
            wrong += [
                f"leaked: {one}" for one in re.findall(r"\bNone\b|undefined|\{[a-z_]*\}|Undefined", found["text"])
            ]
            self.wrong += [f"{path} at {width}: {one}" for one in wrong]

    def _violations(self, width: int, shapes: set[str]) -> list[str]:
        """Return what axe objects to; a page made of nothing but elements it knows is passed over."""
        if not [shape for shape in shapes if self.marks.first(f"{width} {shape}")]:
            return []
        violations = Axe().run(self.visitor.page).response["violations"]
        return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in violations]


def latin(said: str) -> str:
    """Return the Latin words of what a page says, without those that belong there."""
    return " ".join(re.findall(r"[A-Za-z]{2,}", LATIN.sub("", said)))


@pytest.fixture(scope="session")
def marks(shared: Path) -> Marks:
    """What is looked at is marked in the folder of all the processes."""
    folder = shared / "looked-at"
    folder.mkdir(exist_ok=True)
    return Marks(folder)


@pytest.mark.parametrize("role", LOGINS)
def test_every_page_is_fit_for_everyone(role: Role, browser: Browser, demo: str, demo_app: Flask, marks: Marks) -> None:
    issues = states(demo_app) | import_states(demo_app)
    with visiting(browser, demo, DESK) as visitor:
        visitor.sign_in(LOGINS[role], DEMO_PASSWORD)
        walk = Looked(demo_app, issues, client_of(demo_app, role), visitor=visitor, marks=marks)
        walk.walk(role)
        wrong = [*walk.wrong, *visitor.complaints]
    assert not wrong, "\n".join(wrong)


def test_every_page_is_come_by(demo: str, demo_app: Flask) -> None:
    issues = states(demo_app) | import_states(demo_app)
    met: set[str] = set()
    for role in LOGINS:
        walk = Walk(demo_app, issues, client_of(demo_app, role))
        walk.walk(role)
        assert not walk.wrong
        met |= walk.met
    pages = {rule.endpoint for rule in demo_app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    pages = {page for page in pages if not page.startswith(NO_PAGES) and not page.endswith(DATA)}
    assert pages - met - ELSEWHERE == set()


def test_the_office_meets_issues_in_every_state(demo_app: Flask) -> None:
    assert set(states(demo_app).values()) >= set(IssueState) - {IssueState.DRAFT}
