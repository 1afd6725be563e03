"""Files brought into the demo county: one to be checked behind every door, and ledgers that went all ways further."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from tests.ledgers import Office, Rows, workbook
from tracker import clock
from tracker.database import db
from tracker.models import ImportBatch, ImportTask, Person, Post
from tracker.policy import Actor, actor_of
from tracker.reading.fields import ImportKind
from tracker.services.importing.batches import import_ask, import_undo

TITLE = "三阳乡问题整改台账（2026年10月）"
TO_CHECK = "三阳乡2026年10月台账.xlsx"
_UNIT, _DUE, _DOING = "三阳乡", "10月30日", "整改中"
_TROUBLES = (
    [1, "樊庄村", "10月9日", "示例：村口垃圾未及时清运", _UNIT, "", _DUE, _DOING, ""],
    [2, "樊庄村", "10月9日", "示例：1、排水沟淤堵；2、路灯三盏不亮；3、公示栏未更新", _UNIT, "", _DUE, _DOING, ""],
    [3, "樊庄", "10月10日", "示例：柴草乱堆乱放", _UNIT, "", "三日内", _DOING, ""],
    [4, "凡庄村", "10月10日", "示例：坑塘有生活污水直排", _UNIT, "", _DUE, _DOING, ""],
    [5, "凡庄村", "10月10日", "示例：户厕化粪池破损", _UNIT, "", _DUE, "差不多了", ""],
    [6, "樊庄村", "10月12日", "", _UNIT, "", _DUE, _DOING, ""],
    [7, "樊庄村", "10月32日", "示例：宅基地纠纷未回访", _UNIT, "", _DUE, _DOING, ""],
    [8, "樊庄村", "10月12日", "示例：沿街商铺疏散通道堵塞", _UNIT, "", "尽快", _DOING, ""],
)


def _simple(words: str, count: int, state: str = _DOING, closed: str = "", first: int = 1) -> Rows:
    return [
        [n, "樊庄村", "10月9日", f"示例：第{n}处{words}", _UNIT, "", _DUE, state, closed]
        for n in range(first, first + count)
    ]


def imports_made(app: Flask) -> None:
    """Bring files in, inside the context of the application with the demo county."""
    maker = Office(Path(app.config["DATA_DIR"]))
    office, at = _acting("demo-office"), clock.now()

    def ledger(name: str, rows: Rows) -> ImportBatch:
        return maker.receive(workbook(rows, title=TITLE), name=name, actor=office, at=at)

    undone = maker.store(ledger("三阳乡9月.xlsx", _simple("杂草", 2)), actor=office)
    import_undo(batch_id=undone.id, actor=office, at=at)
    maker.store(ledger("三阳乡9月（更正）.xlsx", _simple("围墙破损", 2)), actor=office)
    asked = ledger("三阳乡上半年.xlsx", _simple("路面破损", 3, "已销号", "10月12日"))
    import_ask(batch_id=asked.id, good_only=False, actor=office, at=at)
    maker.receive(b"PK\x03\x04", name="传坏的台账.xlsx", actor=office, at=at)
    working = ledger("正在核对的台账.xlsx", _simple("树木枯死", 1))
    working.task, working.task_at = ImportTask.CHECK, at + timedelta(days=1)
    working.task_done, working.task_total = 400, 1000
    db.session.commit()
    ledger(TO_CHECK, [*_TROUBLES, *_simple("柴草乱堆", 30, first=9)])
    _lists(maker, office)


def _lists(maker: Office, office: Actor) -> None:
    """Bring in a list behind each of the other doors, with a row that is wrong."""
    at = clock.now()
    units = workbook([["三阳乡", "示例新村", "行政村"], ["", "", "行政村"]], ("乡镇", "村名", "类型"))
    people = workbook([["示例甲", "shilijia", "13800000000"], ["示例乙", "", "138"]], ("姓名", "账号", "手机号"))
    granted = [["demo-village", "网格员", "三阳乡"], ["demo-nobody", "网格员", "三阳乡"]]
    posts = workbook(granted, ("账号", "岗位", "单位"))
    maker.receive(units, name="单位.xlsx", kind=ImportKind.UNITS, actor=office, at=at)
    maker.receive(people, name="人员.xlsx", kind=ImportKind.PEOPLE, actor=_acting("demo-sysadmin"), at=at)
    maker.receive(posts, name="岗位.xlsx", kind=ImportKind.POSTS, actor=_acting("demo-secadmin"), at=at)


def _acting(login: str) -> Actor:
    post = db.session.scalars(select(Post).join(Person, Person.id == Post.person_id).where(Person.login == login)).one()
    return actor_of(post, clock.today())


def import_states(app: Flask) -> dict[str, str]:
    """Return what the page of every ledger shows, by its path: the state it is in, or the task that is at work."""
    query = select(ImportBatch).where(ImportBatch.kind == ImportKind.LEDGER).order_by(ImportBatch.id)
    with app.app_context():
        found = {f"/imports/{one.id}": (one.task or one.state).value for one in db.session.scalars(query)}
        db.session.remove()
    return found


def to_check(app: Flask) -> str:
    """Return the path of the ledger that waits to be checked."""
    query = select(ImportBatch.id).where(ImportBatch.file_name == TO_CHECK)
    with app.app_context():
        found = db.session.scalars(query).one()
        db.session.remove()
    return f"/imports/{found}"
