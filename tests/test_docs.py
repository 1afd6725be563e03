"""The documentation is true: links lead somewhere, commands exist, no setting or code is left out, words are real."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from unicodedata import category

import click
import pytest

from tracker import labels
from tracker.cli import main as command

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
MEGABYTE = 2**20
SAID = re.compile(r"(?:^|[\s`/])tracker((?: [a-z][a-z-]*)+)((?: --[a-z-]+)*)", re.MULTILINE)
CODES = ("STATE", "TRIGGER", "EXTENSION_STATE", "EXTENSION_TRIGGER", "CONSENT_STATE", "CONSENT_TRIGGER",
         "CONSENT_KIND", "ROLE", "CAPACITY", "SEVERITY", "CLOCK", "COLOUR", "UNIT_KIND", "SOURCE", "PHASE")  # fmt: skip


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


@cache
def anchors(page: Path) -> frozenset[str]:
    """Return the anchors of a page's headings, as the usual renderers make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return frozenset(slug(heading) for heading in headings)


def slug(heading: str) -> str:
    kept = (sign for sign in heading.lower() if sign in " -_" or category(sign)[0] in "LN")
    return "".join(kept).replace(" ", "-")


def links(page: Path) -> Iterator[str]:
    text = CODE.sub("", page.read_text(encoding="utf-8"))
    return (link for link in LINK.findall(text) if "://" not in link)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_and_images_lead_somewhere(page: Path) -> None:
    lost = []
    for link in links(page):
        path, _hash, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            lost.append(link)
    assert not lost


def test_every_page_is_in_the_index() -> None:
    reached, waiting = set(), [DOCS / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md" or not page.exists():
            continue
        reached.add(page)
        waiting += [(page.parent / link.partition("#")[0]).resolve() for link in links(page)]
    assert set(DOCS.rglob("*.md")) <= reached


def commands() -> Iterator[tuple[str, str, str]]:
    """Yield each page with each command it names in code, and that command's options."""
    for page in PAGES:
        for code in CODE.findall(page.read_text(encoding="utf-8")):
            for words, options in SAID.findall(code):
                yield name_of(page), words, options


def refusal(words: str, options: str) -> str:
    """Return what is wrong with a command line, up to its first argument, or nothing."""
    found: click.Command = command
    for word in words.split():
        if not isinstance(found, click.Group):
            break
        if word not in found.commands:
            return f"tracker{words}: {word}"
        found = found.commands[word]
    known = {option for parameter in found.params for option in parameter.opts} | {"--help", "--version"}
    return "".join(f"tracker{words}: {option}" for option in options.split() if option not in known)


def test_every_command_exists() -> None:
    named = set(commands())
    assert len({words for _page, words, _options in named}) > 10
    assert not [(page, wrong) for page, words, options in named if (wrong := refusal(words, options))]


@pytest.mark.parametrize(("words", "options"), [(" fly", ""), (" db fly", ""), (" serve", " --fly")])
def test_the_command_rule_finds_what_it_is_for(words: str, options: str) -> None:
    assert refusal(words, options)


def test_every_setting_is_told_with_the_true_default() -> None:
    text = (DOCS / "operations.md").read_text(encoding="utf-8")
    told = {name: value.strip("` ") for name, value in re.findall(r"^\| `([A-Z_]+)` \| ([^|]+) \|", text, re.MULTILINE)}
    values: dict[str, object] = {}
    exec(compile((ROOT / "config.py").read_text(encoding="utf-8"), "config.py", "exec"), values)  # noqa: S102  # ours
    assert told == {name: default_words(value) for name, value in values.items() if name.isupper()}


def default_words(value: object) -> str:
    """Return a default as the page writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and value >= MEGABYTE:
        return f"{value // MEGABYTE} MB"
    return "none" if value is None else str(value) or "empty"


@pytest.mark.parametrize("table", CODES)
def test_the_glossary_has_every_code_with_its_words(table: str) -> None:
    text = (DOCS / "glossary.md").read_text(encoding="utf-8")
    words: Mapping[str, str] = getattr(labels, table)
    assert not [code for code, chinese in words.items() if not in_glossary(text, table, code, chinese)]


def in_glossary(text: str, table: str, code: str, chinese: str) -> bool:
    bare = re.sub(r"^(extension|consent)_", "", code) if table == "TRIGGER" else code
    said = [line for line in text.splitlines() if chinese in line]
    return any(f"`{bare}`" in line for line in said)


@cache
def screen_words() -> str:
    """Return everything the screens can say, Chinese as it is written in code and templates."""
    sources = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "tracker").rglob("*.py")]
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(sources))


@pytest.mark.parametrize("page", sorted((DOCS / "guide").glob("*.md")), ids=name_of)
def test_words_in_bold_stand_on_the_screens(page: Path) -> None:
    bold = re.findall(r"\*\*(.+?)\*\*", page.read_text(encoding="utf-8"))
    assert bold
    assert not [words for words in bold if words not in screen_words()]


def test_every_test_that_is_named_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", (DOCS / "security.md").read_text(encoding="utf-8")))
    written = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    assert named
    assert not [name for name in sorted(named) if f"def {name}(" not in written]


def test_every_file_that_is_named_exists() -> None:
    path = re.compile(r"`((?:tracker|workflows|templates|tests|migrations|bench)/[\w./-]*)`")
    named = {name for page in PAGES for name in path.findall(page.read_text(encoding="utf-8"))}
    assert not [name for name in sorted(named) if not (ROOT / name).exists()]
