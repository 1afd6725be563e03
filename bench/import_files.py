"""The ledger that is brought in, the same each time, and the county that it speaks of."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook

from tracker.models import UnitKind
from tracker.services.units import UnitValues, unit_create

HEADINGS = (
    "序号", "问题编号", "发现日期", "督导组", "乡镇", "村(社区)", "具体位置", "类别", "等级", "具体问题", "整改目标",
    "整改措施", "责任单位", "责任人", "交办日期", "整改时限", "进展", "完成情况", "销号日期", "备注",
)  # fmt: skip
TOWNS, VILLAGES = 16, 22
AT = datetime(2026, 11, 26, 1, 0, tzinfo=UTC)
STATES = ("整改中", "已销号", "已交办", "整改中", "待复核")


def line(n: int) -> list[Any]:
    """Return one row of a ledger, the same each time for the same number."""
    town, village = n % TOWNS, n % VILLAGES
    found = date(2025, 1, 1) + timedelta(days=n % 600)
    state = STATES[n % len(STATES)]
    closed = found + timedelta(days=20) if state == "已销号" else None
    return [
        n, f"BM-{n:07d}", found, f"督导{n % 10 + 1}组", f"示例{town}镇", f"示例{town}-{village}村",
        f"村口东侧{n % 97}号", "环境卫生", "一般", f"示例：第{n}处垃圾未清运，影响村容村貌，群众反映较多", "彻底清理",
        "组织保洁员清运并安排专人看护", f"示例{town}镇", "示例责任人", found + timedelta(days=1),
        found + timedelta(days=15), "正在办理", state, closed, "示例",
    ]  # fmt: skip


def write(path: Path, rows: int) -> None:
    """Write a ledger of so many rows."""
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file)
            out.writerow(HEADINGS)
            out.writerows(line(n) for n in range(1, rows + 1))
        return
    with Workbook(path, {"constant_memory": False}) as book:
        page, day = book.add_worksheet("台账"), book.add_format({"num_format": "yyyy-mm-dd"})
        page.write_row(0, 0, HEADINGS)
        for n in range(1, rows + 1):
            for place, value in enumerate(line(n)):
                if isinstance(value, date):
                    page.write_datetime(n, place, value, day)
                elif value is not None:
                    page.write(n, place, value)


def settle() -> None:
    """Make the county that the ledger speaks of."""
    county = unit_create(values=UnitValues(kind=UnitKind.COUNTY, name="示例县"), actor=None, at=AT)
    for town in range(TOWNS):
        made = unit_create(
            values=UnitValues(kind=UnitKind.TOWNSHIP, name=f"示例{town}镇", parent_id=county.id), actor=None, at=AT
        )
        for village in range(VILLAGES):
            values = UnitValues(kind=UnitKind.VILLAGE, name=f"示例{town}-{village}村", parent_id=made.id)
            unit_create(values=values, actor=None, at=AT)
