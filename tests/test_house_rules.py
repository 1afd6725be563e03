"""Rules of the house that the linters cannot express."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from flask import Flask
from sqlalchemy import Enum

from tests.conftest import ROOT, build_app
from tracker import labels, schema
from tracker.database import db
from tracker.policy.matrix import matrix

CODE = ("tracker", "workflows")
LONGEST = 250
# Scripts and forms are bound to what is delivered with the page; nothing is asked of other hosts.
INLINE = re.compile(r"""<style|\sstyle=|\son[a-z]+\s*=\s*["']|<script(?![^>]*\ssrc=)|(?:src|href)=["'](?:https?:)?//""")
PRINTED = ("documents", "mail", "reports")  # become paper or mail, never a page under our policy
# Written in pieces, so that the rule does not find itself.
FOREIGN = re.compile(
    "|".join(
        (
            "/wo" + r"rk/(?:main|shared|\.library)",
            "py" + r"pi\.org",
            "python" + r"hosted\.org",
            "npm" + r"js\.(?:org|com)",
            "--find" + "-links",
            "--(?:extra-)?index" + "-url",
            r"\.\./sha" + "red/",
        )
    )
)
TEXT = {".py", ".toml", ".txt", ".md", ".html", ".css", ".js", ".po", ".csv", ".sh", ".json", ".svg", ".xml", ""}


def _sources(*folders: str) -> Iterator[tuple[str, Path]]:
    """Yield each Python file below ``folders`` with its name relative to the root."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), path


def _tree(path: Path) -> ast.AST:
    return ast.parse(path.read_text(encoding="utf-8"))


def test_every_route_says_who_may_enter(sqlite_app: Flask) -> None:
    bare = {
        rule.endpoint
        for rule in sqlite_app.url_map.iter_rules()
        if rule.endpoint != "static" and not hasattr(sqlite_app.view_functions[rule.endpoint], "access")
    }
    assert not bare


def test_every_marker_names_a_row_of_the_matrix(sqlite_app: Flask) -> None:
    actions = {getattr(view, "access", "self") for view in sqlite_app.view_functions.values()}
    assert actions <= matrix().keys()


def test_every_code_a_table_can_hold_has_its_words() -> None:
    tables = {frozenset(getattr(labels, name)) for name in labels.__all__ if name.isupper()}
    enums = {
        column.type.enum_class
        for table in db.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, Enum) and column.type.enum_class
    }
    wordless = {enum.__name__ for enum in enums if not any(table >= {code.value for code in enum} for table in tables)}
    assert enums
    assert not wordless


def _is_state(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "state"


def _targets(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return [inner for target in node.targets for inner in getattr(target, "elts", [target])]
    return [node.target] if isinstance(node, ast.AugAssign | ast.AnnAssign) else []


def _writes_state(node: ast.AST) -> bool:
    """Tell whether ``node`` sets ``x.state``: by assignment, ``setattr`` or an UPDATE's ``values``."""
    if any(_is_state(target) for target in _targets(node)):
        return True
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name):
        return node.func.id == "setattr" and any(isinstance(a, ast.Constant) and a.value == "state" for a in node.args)
    is_update = isinstance(node.func, ast.Attribute) and node.func.attr == "values"
    return is_update and any(keyword.arg == "state" for keyword in node.keywords)


def test_only_transitions_writes_the_state() -> None:
    writers = {name for name, path in _sources("tracker") if any(map(_writes_state, ast.walk(_tree(path))))}
    assert writers == {"tracker/services/transitions.py"}


def _reads_clock(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    owner = ast.unparse(node.func.value)
    return (owner in ("datetime", "datetime.datetime") and node.func.attr in ("now", "utcnow", "today")) or (
        owner in ("date", "datetime.date", "time") and node.func.attr in ("today", "time", "localtime", "time_ns")
    )


def test_only_the_clock_reads_the_time() -> None:
    readers = {name for name, path in _sources(*CODE) if any(map(_reads_clock, ast.walk(_tree(path))))}
    assert readers == {"tracker/clock.py"}


def test_no_file_outgrows_one_idea() -> None:
    lengths = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in _sources(*CODE)}
    assert not {name: length for name, length in lengths.items() if length > LONGEST}


def _tracked() -> Iterator[Path]:
    """Yield the text files of the checkout, leaving out what tools have made."""
    for top in sorted(ROOT.iterdir()):
        made = top.name.startswith(".") and top.name not in (".ci", ".gitattributes", ".gitignore")
        if made or top.name in ("dist", "data", "tracker-data", "demo-data"):
            continue
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and path.suffix in TEXT and "__pycache__" not in path.parts:
                yield path


def test_the_tree_speaks_of_itself_alone() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in _tracked()
        if path != Path(__file__) and (match := FOREIGN.search(path.read_text(encoding="utf-8", errors="replace")))
    } - {"go: --no-emit-" + "index-url"}
    assert not found


def test_migrations_match_the_models(app: Flask) -> None:
    schema.difference(app)


def test_migrations_go_back_and_forth(app: Flask) -> None:
    schema.downgrade(app, "base")
    tables = set(db.inspect(db.engine).get_table_names())
    assert tables <= {"alembic_version"}
    schema.upgrade(app)
    schema.difference(app)


def test_migrations_run_from_an_empty_database(blank_url: str, tmp_path: Path) -> None:
    app = build_app(blank_url, tmp_path)
    schema.upgrade(app)
    with app.app_context(), db.engine.begin() as connection:
        command.check(schema.alembic_config(connection))
    with app.app_context():
        db.engine.dispose()


def test_migrations_are_numbered_without_a_gap() -> None:
    names = sorted(path.name for path in (ROOT / "migrations" / "versions").glob("*.py"))
    assert [name[:5] for name in names] == [f"{number:04d}_" for number in range(1, len(names) + 1)]


def test_migrations_import_no_application_code() -> None:
    importing = {
        name
        for name, path in _sources("migrations/versions")
        if re.search(r"^\s*(?:from|import) (?:tracker|workflows)\b", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert not importing


def test_templates_compile(sqlite_app: Flask) -> None:
    names = sqlite_app.jinja_env.list_templates()
    assert names
    for name in names:
        sqlite_app.jinja_env.get_template(name)


def test_pages_keep_to_the_content_security_policy() -> None:
    offending = {
        f"{path.relative_to(ROOT)}: {match.group().strip()}"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        if path.relative_to(ROOT / "templates").parts[0] not in PRINTED
        for match in INLINE.finditer(path.read_text(encoding="utf-8"))
    }
    assert not offending


def test_every_form_that_changes_something_carries_the_token() -> None:
    bare = [
        f"{path.relative_to(ROOT)}: {form[:80]}"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        if path.parent.name != "components"  # samples that lead nowhere
        for form in re.findall(r'<form[^>]*method="post".*?(?:</form>|$)', path.read_text("utf-8"), re.DOTALL)
        if not re.search(r"csrf_token\(\)|\bhidden\(|\btoken\(\)", form)
    ]
    assert not bare


@pytest.mark.parametrize("text", ['<p style="a">', "<style>", "<script>", '<a onclick="x">', '<img src="//x/y">'])
def test_the_policy_rule_finds_what_it_is_for(text: str) -> None:
    assert INLINE.search(text)


def test_the_policy_rule_lets_good_pages_pass() -> None:
    assert not INLINE.search('<script type="module" src="/static/a.js"></script><option value="on"><a href="/x">')
