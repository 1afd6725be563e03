"""An existing ledger comes in as issues in the office's hands, once, with what it said kept beside them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests import factories
from tests.conftest import AT
from tracker.database import db
from tracker.errors import InvalidError
from tracker.forms.ledger_rows import LedgerMapping, ledger_lines, read_table
from tracker.models import Issue, IssueEvent, Role, Unit, UnitKind
from tracker.services.ledger_import import ImportReport, LedgerEntry, LedgerFile, ledger_import
from workflows.issue import IssueState

pytestmark = pytest.mark.usefixtures("app")

MAPPING = """
name = "bulletin"
place_levels = ["乡镇", "地点"]
unknown_places = "create"
region = "县"
returned_when = ["复查不合格"]
recurred_when = ["反复问题"]

[place_kinds]
township = ["镇", "乡"]
street = ["街道"]
village = ["村"]

[columns]
key = "编号"
description = "问题"
found_on = "日期"
spot = "位置"
responsible_unit = "责任单位"
deadline = "时限"
deadline_words = "时限原文"
status_kind = "状态"
consequence = "处理"
"""
HEAD = "编号,县,乡镇,地点,位置,问题,日期,责任单位,时限,时限原文,状态,处理\n"
ROWS = (
    "A-1,示例县,东镇,前村,桥头,示例：垃圾一处,2026-02-02/2026-02-04,东镇,2026-02-10,三天内,复查不合格,罚款300元、扣乡镇1.5分\n"
    "A-2,示例县,东镇,集贸市场,,示例：摊位占道,2026,县住建局,,尽快,反复问题,\n"
    "A-3,示例县,,,,示例：项目滞后,,,,年度节点,,\n"
)


def bring(tmp_path: Path, rows: str = ROWS, mapping: str = MAPPING, encoding: str = "utf-8-sig") -> ImportReport:
    (tmp_path / "m.toml").write_text(mapping, encoding="utf-8")
    (tmp_path / "l.csv").write_text(HEAD + rows, encoding=encoding)
    read = LedgerMapping.read(tmp_path / "m.toml")
    lines = ledger_lines(read_table(tmp_path / "l.csv"), read)
    file = LedgerFile(read.name, "l.csv", "0" * 64, {}, read.unknown_places == "create")
    return ledger_import(rows=[LedgerEntry(**line.model_dump()) for line in lines], file=file, actor=None, at=AT)


def issue(key: str) -> Issue:
    return db.session.scalars(select(Issue).where(Issue.import_key == f"bulletin:{key}")).one()


def test_a_row_becomes_a_registered_issue_with_what_it_states(tmp_path: Path) -> None:
    factories.county()
    assert len(bring(tmp_path).created) == 3
    first = issue("A-1")
    assert first.location is not None
    assert first.township is not None
    assert (first.location.name, first.township.name, first.spot) == ("前村", "东镇", "桥头")
    assert (first.state, first.deadline, first.first_deadline) == (
        IssueState.REGISTERED, date(2026, 2, 10), date(2026, 2, 10),
    )  # fmt: skip
    assert (first.found_on, first.deadline_words, first.returns) == (date(2026, 2, 2), "三天内", 1)
    assert first.responsible_unit is first.township
    event = db.session.scalars(select(IssueEvent).where(IssueEvent.issue_id == first.id)).one()
    assert event.detail["points"] == ["扣乡镇1.5分"]


def test_what_is_no_unit_is_a_spot_and_what_names_no_day_is_undated(tmp_path: Path) -> None:
    factories.county()
    bring(tmp_path)
    market, project = issue("A-2"), issue("A-3")
    assert market.location is not None
    assert (market.location.name, market.spot, market.found_on) == ("东镇", "集贸市场", None)
    assert (market.deadline, market.deadline_words, market.recurrences) == (None, "尽快", 1)
    assert project.location is not None
    assert project.location.kind is UnitKind.COUNTY


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_the_same_file_again_changes_nothing(tmp_path: Path, encoding: str) -> None:
    factories.county()
    bring(tmp_path)
    again = bring(tmp_path, encoding=encoding)
    assert (again.created, again.known, again.new_units) == ([], ["A-1", "A-2", "A-3"], [])
    assert db.session.scalar(select(func.count()).select_from(IssueEvent)) == 3


@pytest.mark.parametrize(
    ("rows", "mapping", "words"),
    [
        ("A-1,示例县,东镇,,,,,,,,,\n", MAPPING, "请填写具体问题"),
        (ROWS + "A-1,示例县,,,,示例：重复,,,,,,\n", MAPPING, "A-1"),
        (ROWS, MAPPING.replace('"create"', '"refuse"'), "东镇"),
        (ROWS, MAPPING.replace('"位置"', '"没有的列"'), "没有这一列"),
        (ROWS, MAPPING.replace("name =", "nam ="), "name"),
        (ROWS, MAPPING.replace("name =", "name"), "TOML"),
    ],
)
def test_a_faulty_file_is_refused_whole_with_the_place_of_the_fault(
    tmp_path: Path, rows: str, mapping: str, words: str
) -> None:
    factories.county()
    with pytest.raises(InvalidError) as error:
        bring(tmp_path, rows, mapping)
    assert words in str(error.value.errors)
    assert db.session.scalar(select(func.count()).select_from(Issue)) == 0
    assert db.session.scalar(select(func.count()).select_from(Unit).where(Unit.kind != UnitKind.COUNTY)) == 0


def test_a_known_place_is_found_and_its_only_handler_answers(tmp_path: Path) -> None:
    town = factories.unit(UnitKind.TOWNSHIP, name="东镇")
    village = factories.unit(UnitKind.VILLAGE, parent=town, name="前村")
    handler = factories.post(Role.ASSIGNEE, unit_id=town.id)
    bring(tmp_path)
    assert (issue("A-1").location_id, issue("A-1").responsible_id) == (village.id, handler.person_id)
