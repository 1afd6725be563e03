"""The child that reads may hang, die or starve; the parent has an answer, and nothing is left behind."""

from __future__ import annotations

import os
import random
import tempfile
import time
from pathlib import Path

import pytest

from tests.spreadsheets.files import cell, read, read_whole, xlsx
from tracker.errors import InvalidError, TrackerError
from tracker.spreadsheets import child
from tracker.storage.tables import LeftOut, Table, TableLimits, table_open

FULL = cell("<v>1</v>")
MANY = "".join(f'<row r="{row}"><c r="A{row}"><v>{row}</v></c></row>' for row in range(1, 50_001))


def replaced(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """Let another program do the worker's work; ``-m`` and a module become ``-c`` and a text."""
    popen = child.subprocess.Popen
    monkeypatch.setattr(
        child.subprocess, "Popen", lambda command, **more: popen([command[0], "-I", "-c", program], **more)
    )


def folders() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob("table-*"))


@pytest.mark.parametrize(
    "program",
    [
        "import time; time.sleep(60)",
        "import os; os.abort()",
        "import sys; sys.stdout.write('[\"about\",'); sys.stdout.flush(); sys.stdin.read()",
    ],
)
def test_a_child_that_never_answers_is_too_much(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, program: str) -> None:
    replaced(monkeypatch, program)
    before = folders()
    with pytest.raises(InvalidError, match="过于复杂"):
        read(xlsx(tmp_path, FULL), about_seconds=1)
    assert folders() <= before


def test_a_child_that_cannot_begin_is_the_servers_fault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    replaced(monkeypatch, "import nothing_of_that_name")
    with pytest.raises(TrackerError, match="服务器暂时无法读取表格"):
        read(xlsx(tmp_path, FULL))


def test_a_file_that_is_gone_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match="已损坏"):
        read(tmp_path / "none.xlsx")


@pytest.mark.parametrize("limits", [{"wall_seconds": 0.0}, {"cpu_seconds": 1}])
def test_a_child_out_of_time_ends_the_rows(tmp_path: Path, limits: dict[str, float]) -> None:
    data = "".join(f'<row r="{row}"><c><v>1</v></c></row>' for row in range(1, 700_000))
    with pytest.raises(InvalidError, match="过于复杂"):
        read(xlsx(tmp_path, data), **limits)


def test_a_child_out_of_memory_says_so(tmp_path: Path) -> None:
    data = "".join(f'<c t="str"><v>{random.Random(at).randbytes(60_000).hex()}</v></c>' for at in range(250))  # noqa: S311
    with pytest.raises(InvalidError, match="过于复杂"):
        read(xlsx(tmp_path, f"<row>{data}</row>"), memory=64 << 20)


def test_a_child_out_of_disk_says_so(tmp_path: Path) -> None:
    table = "<sst>" + "".join(f"<si><t>{at}{'问' * 1000}</t></si>" for at in range(3_000)) + "</sst>"
    with pytest.raises(InvalidError, match="过于复杂"):
        read(xlsx(tmp_path, cell("<v>1</v>", t="s"), strings=table), spool=1 << 20)


def test_the_spool_is_used_and_gone(tmp_path: Path) -> None:
    table = "<sst>" + "".join(f"<si><t>{at}{'问' * 1000}</t></si>" for at in range(3_000)) + "</sst>"
    before = folders()
    _about, rows, found = read_whole(xlsx(tmp_path, cell("<v>2999</v>", t="s"), strings=table))
    assert (rows[0].cells[0], found.left_out) == ("2999" + "问" * 1000, LeftOut())
    assert folders() <= before


def pid(table: Table) -> int:
    return table._child._process.pid


def is_there(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


def test_leaving_early_ends_the_child(tmp_path: Path) -> None:
    before = folders()
    with table_open(xlsx(tmp_path, MANY), "a.xlsx", limits=TableLimits()) as table:
        assert next(table.rows()).number == 1
        assert is_there(pid(table))
    assert not is_there(pid(table))
    assert folders() <= before


def test_rows_come_while_the_child_still_reads(tmp_path: Path) -> None:
    with table_open(xlsx(tmp_path, MANY), "a.xlsx") as table:
        time.sleep(0.5)  # It waits for us, the pipe being full.
        assert is_there(pid(table))
        assert sum(1 for _row in table.rows()) == 50_000


def test_the_child_knows_nothing_of_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere" / "json"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("raise SystemExit(3)")
    monkeypatch.setenv("PYTHONPATH", str(folder.parent))
    monkeypatch.chdir(folder.parent)
    assert read(xlsx(tmp_path, FULL))[1][0].cells == (1,)
