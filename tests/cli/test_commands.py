"""The command line, as an operator types it."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from xlsxwriter import Workbook

from tests import factories
from tests.conftest import AT, build_app
from tracker.cli import main
from tracker.cli.serving import refuse_unsafe
from tracker.database import db
from tracker.demo import demo_load
from tracker.models import ImportBatch, ImportRow, Issue, Role
from tracker.services.verify import chain_verify
from workflows.issue import IssueState

Run = Callable[..., Result]
CSV = (
    "county_code,county,town_code,town,town_kind,village_code,village,village_kind\n"
    "990001,示例县,990001101,东镇,镇,990001101201,前村村民委员会,村委会\n"
    "990001,示例县,990001101,东镇,镇,990001101202,后村村民委员会,村委会\n"
)
LEDGER = "编号,乡镇,问题,时限\nA-1,东镇,示例：垃圾未清运,2026-03-01\nA-2,东镇,示例：公示栏未更新,\n"
MAPPING = """
name = "cli"
[columns]
key = "编号"
township = "乡镇"
description = "问题"
deadline = "时限"
"""


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command against a migrated database on each backend, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRACKER_SQLALCHEMY_DATABASE_URI", database_url)
    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path / "data"))
    return lambda *words: CliRunner().invoke(main, list(words), catch_exceptions=False)


def test_help_speaks_both_languages(run: Run) -> None:
    text = run("--help").output
    for command in ("serve", "demo", "db", "units", "import", "export", "workflow", "tick", "doctor", "audit"):
        line = next(line for line in text.splitlines() if line.split()[:1] == [command])
        assert re.search(r"[\u4e00-\u9fff]", line)
        assert re.search(r"[A-Za-z]{3}.*[A-Za-z]{3}", line.removeprefix(f"  {command}"))


def test_a_county_and_its_ledger_come_in_once_and_go_out(run: Run, tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text(CSV, encoding="utf-8")
    (tmp_path / "ledger.csv").write_text(LEDGER, encoding="utf-8")
    (tmp_path / "m.toml").write_text(MAPPING, encoding="utf-8")
    assert "村（社区）2 个" in run("units", "import", "units.csv").output
    assert "已导入 2 条" in run("import", "ledger.csv", "--mapping", "m.toml").output
    assert "已存在: 2" in run("import", "ledger.csv", "--mapping", "m.toml").output
    assert run("export", "out.xlsx").exit_code == 0
    rows = CalamineWorkbook.from_path(str(tmp_path / "out.xlsx")).get_sheet_by_index(0).to_python()
    assert sum("示例：垃圾未清运" in map(str, row) for row in rows) == 1


def test_the_whole_ledger_holds_what_is_closed_too(run: Run, database_url: str, tmp_path: Path) -> None:
    with build_app(database_url, tmp_path).app_context():
        closed = factories.issue(state=IssueState.DISMISSED).number
        db.session.remove()
        db.engine.dispose()
    run("export", "out.xlsx")
    rows = CalamineWorkbook.from_path(str(tmp_path / "out.xlsx")).get_sheet_by_index(0).to_python()
    assert any(closed in row for row in rows)


def test_a_dry_run_stores_nothing(run: Run, database_url: str, tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text(CSV, encoding="utf-8")
    (tmp_path / "ledger.csv").write_text(LEDGER, encoding="utf-8")
    run("units", "import", "units.csv")
    assert "将新增 2 条" in run("import", "ledger.csv", "--dry-run").output
    with build_app(database_url, tmp_path).app_context():
        for table in (Issue, ImportBatch, ImportRow):
            assert db.session.query(table).count() == 0
        db.session.remove()
        db.engine.dispose()


def test_an_import_tells_each_row_as_json_and_goes_back_out(run: Run, tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text(CSV, encoding="utf-8")
    (tmp_path / "ledger.csv").write_text(LEDGER + "A-3,西镇,示例：没有这个镇,\n", encoding="utf-8")
    run("units", "import", "units.csv")
    told = json.loads(run("import", "ledger.csv", "--dry-run", "--json").output)
    assert [row["fate"] for row in told["rows"]] == ["out", "new", "new", "ask"]
    assert told["rows"][1]["understood"]["deadline"] == "2026-03-01"
    refused = run("import", "ledger.csv")
    assert (refused.exit_code, "只导入无误" in refused.output) == (1, True)
    assert "已导入 2 条" in run("import", "ledger.csv", "--good-rows").output
    number = run("imports", "list").output.split()[0]
    assert "2 个问题退出台账" in run("imports", "undo", number).output
    assert run("imports", "undo", number).exit_code == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [(("--mapping", "nowhere"), "nowhere"), (("--sheet", "没有"), "没有"), (("--kind", "posts"), "")],
)
def test_what_cannot_be_brought_in_says_why(run: Run, tmp_path: Path, options: tuple[str, ...], words: str) -> None:
    (tmp_path / "units.csv").write_text(CSV, encoding="utf-8")
    with Workbook(tmp_path / "l.xlsx") as book:
        page = book.add_worksheet("台账")
        page.write_row(0, 0, ["编号", "乡镇", "问题"])
        page.write_row(1, 0, ["A-1", "东镇", "示例：垃圾未清运"])
    run("units", "import", "units.csv")
    result = run("import", "l.xlsx", *options)
    assert result.exit_code == 1
    assert words in result.output


def test_a_ledger_without_a_county_says_what_comes_first(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ledger.csv").write_text(LEDGER, encoding="utf-8")
    (tmp_path / "m.toml").write_text(MAPPING, encoding="utf-8")
    result = run("import", "ledger.csv", "--mapping", "m.toml")
    assert result.exit_code == 1
    assert "tracker units import" in result.output


def test_the_law_is_shown_and_drawn(run: Run) -> None:
    assert "已销号" in run("workflow", "show").output
    assert run("workflow", "diagram").output.startswith("stateDiagram-v2")


def test_tick_is_safe_to_repeat_and_reads_a_local_instant(run: Run) -> None:
    for _ in range(2):
        assert "reminders: 0" in run("tick", "--ahead", "--at", "2026-10-09T08:30+08:00").output
    assert run("tick", "--at", "tomorrow").exit_code == 2
    mistyped = run("tick", "--at", "2962-10-09T08:30+08:00")
    assert (mistyped.exit_code, "--ahead" in mistyped.output) == (2, True)


def test_the_chains_of_a_new_county_are_whole(run: Run) -> None:
    result = run("audit", "verify")
    assert result.exit_code == 0


def test_evidence_check_counts_files(run: Run) -> None:
    assert "checked: 0" in run("evidence", "check").output


def test_db_check_passes_on_a_migrated_database(run: Run) -> None:
    assert run("db", "check").exit_code == 0


def test_serve_refuses_a_weak_key_debugging_and_demo_accounts(sqlite_url: str, tmp_path: Path) -> None:
    app = build_app(sqlite_url, tmp_path)
    app.config["SECRET_KEY"] = "short"
    with pytest.raises(Exception, match="SECRET_KEY"):
        refuse_unsafe(app)
    app.config["SECRET_KEY"] = "x" * 40
    refuse_unsafe(app)
    with app.app_context():
        factories.post(Role.OFFICE, who=factories.person(login="demo-office"))
    with pytest.raises(Exception, match="demo"):
        refuse_unsafe(app)
    app.debug = True
    with pytest.raises(Exception, match="Debug"):
        refuse_unsafe(app)


def test_the_demo_county_is_told_to_the_end_under_a_whole_chain(sqlite_url: str, tmp_path: Path) -> None:
    app = build_app(sqlite_url, tmp_path)
    told: list[int] = []
    with app.app_context():
        demo_load(at=AT, issues=40, seed=3, progress=told.append)
        assert chain_verify("issue").intact
        states = Counter(db.session.scalars(select(Issue.state)))
        unmarked = db.session.scalars(select(Issue.id).where(~Issue.description.startswith("示例"))).all()
    assert sum(told) == 40
    assert sum(states.values()) >= 40  # and the drafts of who is about to leave
    assert len(states) >= 4
    assert not unmarked


def test_the_demo_is_served_while_its_past_is_still_being_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.cli.demo._PATIENCE", 0.2)
    served: list[bool] = []
    monkeypatch.setattr("tracker.cli.demo.run_gunicorn", lambda app, **_words: served.append(app.config["DEMO"]))
    result = CliRunner().invoke(main, ["demo", "--data", str(tmp_path / "demo"), "--issues", "5000"])
    assert served == [True]
    assert "background" in result.output
    assert "demo-office" in result.output


def test_a_demo_that_was_not_loaded_to_its_end_is_loaded_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.demo.load._VARIANTS", 2)
    words = ["demo", "--no-serve", "--data", str(tmp_path), "--issues", "3"]

    def stop(*_given: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("tracker.demo.load.look_backs_draw", stop)
        assert CliRunner().invoke(main, words).exit_code == 1
    again = CliRunner().invoke(main, words)
    assert "once more" in again.output
    with sqlite3.connect(tmp_path / "tracker.sqlite3") as found:
        assert found.execute("SELECT count(*) FROM bulletin").fetchone() == (2,)
    assert "Loading" not in CliRunner().invoke(main, words).output


def test_a_life_that_runs_out_of_photographs_ends_as_it_is(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.demo.load._VARIANTS", 2)
    monkeypatch.setattr("tracker.demo.life.FAILS", 1.0)
    app = build_app(sqlite_url, tmp_path)
    told: list[int] = []
    with app.app_context():
        demo_load(at=AT, issues=30, seed=5, progress=told.append)
    assert sum(told) == 30
