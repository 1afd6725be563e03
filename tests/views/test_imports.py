"""The pages of an import as the office works through them: upload, look, decide, correct, store, confirm, take back."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import func, select

from tests import factories, flows
from tests.exported import ordered
from tests.flows import World
from tests.ledgers import HEADINGS, fates, issues, workbook
from tracker import clock
from tracker.database import db, transaction
from tracker.models import Fate, ImportBatch, ImportMapping, ImportRow, ImportTask, Post, UnitName
from tracker.policy import Actor
from workflows.importing import ImportState


@pytest.fixture
def world(sqlite_app: Flask) -> World:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    return flows.world(clock.now())


def entered(app: Flask, who: Actor) -> FlaskClient:
    return factories.sign_in(app.test_client(), db.session.get_one(Post, who.post_id))


def row(world: World, village: str = "", words: str = "示例：垃圾未清运", **given: Any) -> list[Any]:
    told = {"due": "2026-02-20", "state": "整改中", "closed": ""} | given
    place = village or world.village.name
    return [1, place, "2026-02-02", words, "", "", told["due"], told["state"], told["closed"]]


def uploaded(client: FlaskClient, content: bytes, name: str = "台账.xlsx", door: str = "/imports") -> ImportBatch:
    answer = client.post(f"{door}/", data={"file": (io.BytesIO(content), name)})
    assert answer.status_code == 303, answer.text
    return again(db.session.get_one(ImportBatch, int(answer.location.rsplit("/", 1)[1])))


def again(batch: ImportBatch) -> ImportBatch:
    """Return the import as the threads beside the requests left it: nothing this session read before counts."""
    batch_id = batch.id
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(ImportBatch, batch_id)


def test_a_ledger_from_the_upload_to_the_undo(sqlite_app: Flask, world: World) -> None:
    client = entered(sqlite_app, world.office)
    assert "还没有导入过文件" in client.get("/imports/").text
    batch = uploaded(client, workbook([row(world), row(world, words="示例：路灯不亮")]))
    page = client.get(f"/imports/{batch.id}").text
    assert "导入全部 2 个" in page
    assert "示例：路灯不亮" in page
    assert client.get(f"/imports/{batch.id}/progress").json == {"task": "", "done": 3, "total": 3, "state": "proposed"}
    assert client.post(f"/imports/{batch.id}/store", data={"version": batch.version}).status_code == 303
    assert again(batch).state is ImportState.STORED
    page = client.get(f"/imports/{batch.id}").text
    assert "已导入 2 条" in page
    assert f'href="/issues/?batch={batch.id}"' in page
    other = uploaded(client, workbook([row(world, words="示例：别的表里的问题")]))
    client.post(f"/imports/{other.id}/store", data={"version": other.version})
    listed = client.get(f"/issues/?batch={batch.id}").text
    assert ("示例：路灯不亮" in listed, "示例：别的表里的问题" in listed) == (True, False)
    assert f"只列出第 {batch.id} 次导入的问题" in listed
    assert len(issues(batch)) == 2
    client.post(f"/imports/{batch.id}/undo", data={"version": batch.version})
    assert again(batch).state is ImportState.UNDONE
    assert "撤销了这次导入" in client.get(f"/imports/{batch.id}").text


def test_what_is_no_file_is_told_at_its_field(sqlite_app: Flask, world: World) -> None:
    client = entered(sqlite_app, world.office)
    empty = {"file": (io.BytesIO(), "空.xlsx")}
    for given, words in (({}, "请选择文件"), (empty, "是空文件"), ({"kind": "nothing"}, "内容")):
        answer = client.post("/imports/", data=given)
        assert answer.status_code == 422
        assert words in answer.text
    broken = uploaded(client, b"no workbook at all", "坏.xlsx")
    page = client.get(f"/imports/{broken.id}").text
    assert broken.state is ImportState.FAILED
    assert "这个文件没有读成" in page
    assert broken.failure in page


def test_a_file_too_large_is_refused_and_leaves_nothing(sqlite_app: Flask, world: World) -> None:
    sqlite_app.config["MAX_IMPORT_BYTES"] = 2048
    answer = entered(sqlite_app, world.office).post("/imports/", data={"file": (io.BytesIO(b"x" * 4096), "大.csv")})
    assert answer.status_code == 422
    assert "请拆成几个文件" in answer.text
    assert [one for one in Path(sqlite_app.config["DATA_DIR"], "imports").rglob("*") if one.is_file()] == []


def test_columns_are_set_otherwise_and_faults_of_the_form_change_nothing(sqlite_app: Flask, world: World) -> None:
    client = entered(sqlite_app, world.office)
    batch = uploaded(client, workbook([row(world)]))
    given = {f"field-{place}": "" for place in range(len(HEADINGS))} | {
        "field-1": "village", "field-3": "description", "field-6": "found_on", "header_first": "1", "header_last": "1",
        "fill_down": "1", "version": batch.version, "remark-5": "1",
    }  # fmt: skip
    for wrong, words in (
        ({"header_last": "9"}, "表头行应为 1 到 3 个相邻的行号"),
        ({"header_last": "4"}, "表头行应为 1 到 3 个相邻的行号"),
        ({"field-2": "village"}, "这些字段只能对应一列"), ({"field-2": "nothing"}, "请从列表中选择字段"),
        ({"reference": "yesterday"}, "有的选择无法识别"),
    ):  # fmt: skip
        answer = client.post(f"/imports/{batch.id}/mapping", data=given | wrong)
        assert answer.status_code == 422
        assert words in answer.text
    assert "deadline" in again(batch).mapping["columns"]
    assert client.post(f"/imports/{batch.id}/mapping", data=given).status_code == 303
    columns = again(batch).mapping["columns"]
    assert columns == {"village": ["村"], "description": ["存在问题"], "found_on": ["整改时限"]}
    assert again(batch).mapping["remark_from"] == ["责任人"]


def test_names_are_answered_and_remembered(sqlite_app: Flask, world: World) -> None:
    client = entered(sqlite_app, world.office)
    batch = uploaded(client, workbook([row(world, village="没有的村"), row(world, state="进行到一半了吧")]))
    assert "处需要您确认" in client.get(f"/imports/{batch.id}").text
    given = {
        "version": batch.version, "unit-name-0": "没有的村", "unit-0": f"#{world.village.id}", "alias-0": "1",
        "state-name-0": "进行到一半了吧", "state-0": "rectifying",
    }  # fmt: skip
    assert client.post(f"/imports/{batch.id}/answers", data=given).status_code == 303
    assert set(fates(again(batch)).values()) <= {Fate.NEW, Fate.DOUBT}
    names = select(UnitName.name).where(UnitName.unit_id == world.village.id)
    assert "没有的村" in db.session.scalars(names).all()


def test_a_row_is_corrected_left_out_and_taken_in_again(sqlite_app: Flask, world: World) -> None:
    client = entered(sqlite_app, world.office)
    batch = uploaded(client, workbook([row(world, words="")]))
    assert fates(batch) == {2: Fate.WRONG}
    address = f"/imports/{batch.id}/rows/2"
    assert "没有写具体问题" in client.get(address).text
    assert client.get(f"/imports/{batch.id}/rows/99").status_code == 404
    client.post(address, data={"cell-3": "示例：补上的问题", "version": batch.version})
    assert fates(again(batch)) == {2: Fate.DOUBT}  # the unit that answers is missing still
    assert "示例：补上的问题" in client.get(f"/imports/{batch.id}/rows?fate=doubt").text
    stale = client.post(address, data={"cell-3": "x", "version": 0})
    assert stale.status_code == 409
    for leave, expected in (("1", {}), ("0", {2: Fate.DOUBT})):
        client.post(f"{address}/leave", data={"leave": leave, "version": again(batch).version})
        assert fates(again(batch)) == expected


def test_rows_come_in_a_window(sqlite_app: Flask, world: World) -> None:
    client = entered(sqlite_app, world.office)
    batch = uploaded(client, workbook([row(world, words=f"示例：第{n}处") for n in range(7)]))
    answer = client.get(f"/imports/{batch.id}/rows?offset=5&limit=2")
    assert answer.headers["X-Total-Rows"] == "8"  # with the headings
    assert ("示例：第4处" in answer.text, "示例：第5处" in answer.text, "示例：第6处" in answer.text) == (
        True,
        True,
        False,
    )
    assert client.get(f"/imports/{batch.id}/rows?limit=5000").status_code == 422


def test_what_arrives_closed_is_confirmed_by_another(sqlite_app: Flask, world: World) -> None:
    client = entered(sqlite_app, world.office)
    batch = uploaded(client, workbook([row(world, state="已销号", closed="2026-02-18")]))
    assert "另一名经办人或县领导复核" in client.get(f"/imports/{batch.id}").text
    assert client.post(f"/imports/{batch.id}/store", data={"version": batch.version}).status_code == 409
    client.post(f"/imports/{batch.id}/ask", data={"version": batch.version})
    assert again(batch).state is ImportState.ASKED
    assert client.post(f"/imports/{batch.id}/confirm", data={"version": again(batch).version}).status_code == 409
    leader = entered(sqlite_app, world.leader)
    page = leader.get(f"/imports/{batch.id}").text
    assert "复核无误，导入" in page
    rows = leader.get(f"/imports/{batch.id}/rows").text
    assert ("示例：垃圾未清运" in rows, "<a " in rows) == (True, False)
    assert 'href="/imports/"' not in page  # where a leader has no business
    leader.post(f"/imports/{batch.id}/decline", data={"version": again(batch).version})
    assert again(batch).state is ImportState.PROPOSED
    client.post(f"/imports/{batch.id}/ask", data={"version": again(batch).version})
    assert leader.post(f"/imports/{batch.id}/confirm", data={"version": again(batch).version}).status_code == 303
    assert again(batch).state is ImportState.STORED


def test_the_file_is_sent_back_with_its_faults(sqlite_app: Flask, world: World) -> None:
    client = entered(sqlite_app, world.office)
    batch = uploaded(client, workbook([row(world, words="")]))
    path = f"/imports/{batch.id}/faults.xlsx"
    assert f'action="{path}"' in client.get(f"/imports/{batch.id}").text
    sheet = load_workbook(io.BytesIO(ordered(client, path).data)).active
    assert sheet is not None
    assert any("没有写具体问题" in str(cell.value) for cell in sheet[2])


def test_every_door_has_its_templates_and_no_other(sqlite_app: Flask, world: World) -> None:
    client = entered(sqlite_app, world.office)
    with client.get("/imports/template.xlsx") as answer:
        assert load_workbook(io.BytesIO(answer.data)).sheetnames
    assert client.get("/imports/template.xlsx?kind=people").status_code == 404


def test_a_list_at_the_wrong_door_is_told_for_what_it_is(sqlite_app: Flask, world: World) -> None:
    people = workbook([["示例甲", "shilijia", "13800000000"]], ("姓名", "账号", "手机号"))
    client = entered(sqlite_app, world.office)
    page = client.get(f"/imports/{uploaded(client, people).id}").text
    assert "这个文件看起来是“人员账号”，不是“问题台账”" in page


def test_a_sheet_that_is_not_there_changes_nothing_but_says_so(sqlite_app: Flask, world: World) -> None:
    client = entered(sqlite_app, world.office)
    batch = uploaded(client, workbook([row(world)], title="示例台账"))
    assert "表头占多行" not in client.get(f"/imports/{batch.id}").text
    given = {f"field-{place}": "" for place in range(len(HEADINGS))} | {"field-3": "description"}
    client.post(f"/imports/{batch.id}/mapping", data=given | {"sheet": "没有的表", "version": batch.version})
    page = client.get(f"/imports/{batch.id}")
    assert page.status_code == 200
    assert "没有的表" in page.text
    assert "示例：垃圾未清运" in page.text


def test_a_mapping_is_kept_and_forgotten(sqlite_app: Flask, world: World) -> None:
    client = entered(sqlite_app, world.office)
    batch = uploaded(client, workbook([row(world)]))
    assert client.post(f"/imports/{batch.id}/keep", data={"name": " "}).status_code == 422
    assert client.post(f"/imports/{batch.id}/keep", data={"name": "月报"}).status_code == 303
    kept = db.session.scalars(select(ImportMapping)).one()
    assert (again(batch).mapping["name"], again(batch).task) == ("月报", None)
    assert "月报" in client.get("/imports/").text
    client.post(f"/imports/mappings/{kept.id}/forget")
    assert db.session.scalar(select(func.count()).select_from(ImportMapping)) == 0


def test_a_dropped_import_leaves_neither_rows_nor_file(sqlite_app: Flask, world: World) -> None:
    client = entered(sqlite_app, world.office)
    content = workbook([row(world)])
    first, second = uploaded(client, content), uploaded(client, content, "又一次.xlsx")
    folder = Path(sqlite_app.config["DATA_DIR"], "imports")
    for batch, left in ((first, 1), (second, 0)):
        client.post(f"/imports/{batch.id}/drop", data={"version": batch.version})
        assert again(batch).state is ImportState.DROPPED
        assert len([one for one in folder.rglob("*") if one.is_file()]) == left
    assert db.session.scalar(select(func.count()).select_from(ImportRow)) == 0
    assert "这次导入已放弃" in client.get(f"/imports/{first.id}").text


def test_work_that_was_cut_off_is_taken_up_from_the_page(sqlite_app: Flask, world: World) -> None:
    client = entered(sqlite_app, world.office)
    batch = uploaded(client, workbook([row(world)]))
    for ago, is_stuck in ((5, False), (120, True)):
        with transaction():
            batch = again(batch)
            batch.task, batch.task_at = ImportTask.CHECK, clock.now() - timedelta(seconds=ago)
        assert ("处理似乎中断了" in client.get(f"/imports/{batch.id}").text) is is_stuck
    client.post(f"/imports/{batch.id}/again")
    assert again(batch).task is None


def test_a_table_beyond_the_limits_says_what_was_not_read(sqlite_app: Flask, world: World) -> None:
    wide = [*HEADINGS, *(f"列{n}" for n in range(len(HEADINGS), 260))]
    batch = uploaded(entered(sqlite_app, world.office), workbook([[*row(world), *(["x"] * 251)]], wide))
    page = entered(sqlite_app, world.office).get(f"/imports/{batch.id}").text
    assert "单元格在第 256 列以后，没有读入" in page
