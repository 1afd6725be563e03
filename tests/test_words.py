"""Every word a user can read is marked for the catalogue."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from jinja2 import Environment

from tests.conftest import ROOT

HAN = re.compile(r"(?!中文)[\u3400-\u9fff](?<!中文)")  # a language is called by its own name in every language
MARKERS = {"_", "N_", "NP_", "gettext", "ngettext", "pgettext"}
# Chinese that is data, not speech: each with the reason why no catalogue translates it.
DATA = {
    "tracker/cli/": "the command speaks both languages in one line, whoever's terminal it is",
    "tracker/demo/": "example findings and posts of the demo county",
    "tracker/reading/": "what stands in the ledgers of Chinese offices, to be recognised",
    "tracker/services/importing/organisation_": "what kinds of units and roles are called in lists",
    "tracker/services/letter_text.py": "the marks in the numbers of documents, the same in every language",
    "tracker/services/notices.py": "the marks in the numbers of documents, the same in every language",
    "tracker/services/passwords.py": "endings of place names, which are no passwords",
}


def _marked(tree: ast.AST) -> set[int]:
    """Return the ids of the literals that stand as arguments of a marker."""
    return {
        id(argument)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKERS
        for argument in node.args
    }


def _docstrings(tree: ast.AST) -> set[int]:
    """Return the ids of the literals that stand as statements of their own."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def unmarked_in_python(source: str) -> list[str]:
    """Return the Chinese literals of ``source`` that no catalogue can hold; a formatted one never can."""
    tree = ast.parse(source)
    exempt = _marked(tree) | _docstrings(tree)
    return [
        f"{node.lineno}: {node.value}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if HAN.search(node.value) and id(node) not in exempt
    ]


def unmarked_in_template(source: str) -> list[str]:
    """Return the Chinese of ``source`` that stands outside a marker and outside ``{% trans %}``."""
    found: list[str] = []
    calls: list[str] = []
    before = ""
    translating = False
    for line, kind, value in Environment(autoescape=True, extensions=["jinja2.ext.i18n"]).lex(source):
        if kind in ("whitespace", "comment", "comment_begin", "comment_end"):
            continue
        if kind == "name" and before == "block_begin" and value in ("trans", "endtrans"):
            translating = value == "trans"
        calls = _calls(calls, kind, value, before)
        spoken = kind == "data" and not translating or kind == "string" and calls[-1:] not in ([m] for m in MARKERS)
        if spoken and HAN.search(value):
            found.append(f"{line}: {value.strip()[:60]}")
        before = kind if kind in ("block_begin",) else value
    return found


def _calls(calls: list[str], kind: str, value: str, before: str) -> list[str]:
    """Return the names of the calls that are open after this token."""
    if kind != "operator":
        return calls
    if value in "([{":
        return [*calls, before]
    return calls[:-1] if value in ")]}" else calls


def _python() -> Iterator[str]:
    for path in sorted((ROOT / "tracker").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if not any(name.startswith(data) for data in DATA):
            yield from (f"{name}:{where}" for where in unmarked_in_python(path.read_text(encoding="utf-8")))


def test_python_marks_every_chinese_word() -> None:
    assert not list(_python())


def test_every_exemption_is_needed() -> None:
    files = [(path.relative_to(ROOT).as_posix(), path) for path in (ROOT / "tracker").rglob("*.py")]
    assert not [
        name
        for name in DATA
        if not any(HAN.search(path.read_text("utf-8")) for file, path in files if file.startswith(name))
    ]


def test_templates_mark_every_chinese_word() -> None:
    assert not [
        f"{path.relative_to(ROOT)}:{where}"
        for path in sorted((ROOT / "templates").rglob("*.*"))
        for where in unmarked_in_template(path.read_text(encoding="utf-8"))
    ]


def test_scripts_speak_no_chinese() -> None:
    scripts = sorted((ROOT / "tracker" / "static" / "js").rglob("*.js"))
    assert not [path.name for path in scripts if HAN.search(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(
    ("source", "number"),
    [
        ('"""中文"""\n_("登记")', 0),
        ('x = "登记"', 1),
        ('x = _(f"{n} 登记")', 1),
        ('x = ngettext("{n} 件", "{n} 件", n)', 0),
        ('flash("登记")', 1),
    ],
)
def test_the_python_rule(source: str, number: int) -> None:
    assert len(unmarked_in_python(source)) == number


@pytest.mark.parametrize(
    ("source", "number"),
    [
        ("{# 登记 #}<b>{{ _('登记') }}</b>", 0),
        ("<b>登记</b>", 1),
        ("{% trans %}登记{% endtrans %}", 0),
        ("{{ button('登记') }}", 1),
        ("{{ button(_('登记'), name='x') }}", 0),
        ("{{ button(_('登记'), '交办') }}", 1),
        ("{% set x = {'a': '登记'} %}", 1),
    ],
)
def test_the_template_rule(source: str, number: int) -> None:
    assert len(unmarked_in_template(source)) == number
