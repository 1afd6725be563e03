"""What is filled in in a template of ours comes in without a question, whichever language it speaks."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests import factories
from tests.ledgers import Office, fates, issues, rows_of
from tracker import labels
from tracker.languages import _, speaking
from tracker.models import Fate, Role, SupervisionGroup, Unit, UnitKind
from tracker.queries.import_template import template_lists
from tracker.reading.fields import ImportKind
from tracker.reading.proposal import SURE
from tracker.reports.import_template import import_template
from workflows.issue import IssueState, Severity

pytestmark = pytest.mark.usefixtures("app")
TODAY = date(2026, 3, 2)


@pytest.fixture
def village(app: object) -> Unit:
    town = factories.unit(UnitKind.TOWNSHIP, name="三阳乡", full_name="三阳乡")
    factories.post(Role.ASSIGNEE, who=factories.person(name="示例责任人"), unit_id=town.id)
    village = factories.unit(UnitKind.VILLAGE, parent=town, name="樊庄村", full_name="樊庄村民委员会")
    factories.group(village, number=1, name="督导一组")
    factories.star(name="产业兴旺")
    return village


def filled(kind: ImportKind, *rows: dict[str, Any]) -> bytes:
    """Return the template of a kind in the current language with these rows, by the words of their fields."""
    made = io.BytesIO()
    import_template(kind, template_lists(TODAY), made)
    book = load_workbook(made)
    page = book.worksheets[0]
    columns = {str(cell.value): cell.column for cell in page[1]}
    for line, row in enumerate(rows, start=2):
        for words, value in row.items():
            page.cell(line, columns[words]).value = value
    done = io.BytesIO()
    book.save(done)
    return done.getvalue()


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_a_filled_in_ledger_template_asks_nothing(tmp_path: Path, village: Unit, language: str) -> None:
    office = Office(tmp_path)
    with speaking(language):
        row = {
            _("发现日期"): date(2026, 2, 2), _("督导组"): "督导一组", _("乡镇"): "三阳乡", _("村(社区)"): "樊庄村",
            _("所属星"): "产业兴旺", _("等级"): labels.word(labels.SEVERITY, Severity.SERIOUS),
            _("具体问题"): "示例：垃圾未清运", _("责任单位"): "三阳乡", _("责任人"): "示例责任人",
            _("整改时限"): date(2026, 3, 20), _("完成情况"): labels.word(labels.STATE, IssueState.RECTIFYING),
            _("完成比例"): 40, _("问题来源"): labels.word(labels.SOURCE, "supervision"),
        }  # fmt: skip
        batch = office.receive(filled(ImportKind.LEDGER, row), name="模板.xlsx")
        assert fates(batch) == {2: Fate.NEW}
        assert not rows_of(batch)[2].notes
        assert all(match["sureness"] > SURE for match in batch.about["matches"] if match["field"])
        assert [match["heading"] for match in batch.about["matches"] if not match["field"]] == []
        (made,) = issues(office.store(batch))
    assert (made.state, made.severity, made.location_id) == (IssueState.RECTIFYING, Severity.SERIOUS, village.id)
    assert (made.deadline, made.progress_percent, made.source) == (date(2026, 3, 20), 40, "supervision")
    assert (made.responsible is not None, made.star is not None, made.found_by_group is not None) == (True,) * 3


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_a_filled_in_list_of_groups_asks_nothing(tmp_path: Path, village: Unit, language: str) -> None:
    office = Office(tmp_path)
    with speaking(language):
        content = filled(ImportKind.GROUPS, {_("组号"): 2, _("名称"): "督导二组"})
        batch = office.receive(content, name="组.xlsx", kind=ImportKind.GROUPS)
        assert fates(batch) == {2: Fate.NEW}
        assert office.store(batch).rows == 1
    assert factories.db.session.query(SupervisionGroup).filter_by(number=2).one().name == "督导二组"


def test_an_empty_template_brings_nothing(tmp_path: Path, village: Unit) -> None:
    batch = Office(tmp_path).receive(filled(ImportKind.LEDGER), name="空.xlsx")
    assert (fates(batch), batch.summary["issues"]) == ({}, 0)
