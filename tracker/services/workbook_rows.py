"""What one row of the workbook means: groups and rosters, and how a row names a unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from tracker.database import db
from tracker.errors import InvalidError
from tracker.languages import _
from tracker.models import GroupVillage, SupervisionGroup, Unit, UnitName
from tracker.policy import Actor
from tracker.services.chain import audit_record
from tracker.services.groups import check_period, group_create, group_edit, roster_add


@dataclass
class RowWork:
    """One row at work: who brings it in, what it is called, and what it makes or changes."""

    actor: Actor | None
    at: datetime
    on: date
    name: str = ""
    what: str = ""
    fields: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def by(self) -> dict[str, Any]:
        """Return who acts and when, as every service asks for it."""
        return {"actor": self.actor, "at": self.at}

    def differs(self, key: str, was: Any, now: Any) -> bool:
        """Note a value that is new; return whether it is."""
        if was == now:
            return False
        self.fields.append((key, _plain(was), _plain(now)))
        return True


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return "、".join(value) if isinstance(value, tuple) else str(value)


def unit_called(text: str, key: str) -> Unit:
    """Return the unit that a row names: ``#id``, code, or a name that only one open unit has, or had.

    The name it had counts because the same workbook may rename a unit and name it by its old name further on.
    """
    if text.startswith("#") and text[1:].isascii() and text[1:].isdigit():
        found = [unit] if (unit := db.session.get(Unit, int(text[1:][:9]))) else []
    else:
        former = select(UnitName.unit_id).where(UnitName.name == text)
        for means in (Unit.code == text, Unit.name == text, Unit.id.in_(former)):
            found = list(db.session.scalars(select(Unit).where(means, (Unit.code == text) | Unit.closed_on.is_(None))))
            if found:
                break
    if len(found) == 1:
        return found[0]
    if found:
        words = _("有 {n} 个单位叫“{text}”，请改填区划代码或 #系统编号")
        raise InvalidError({key: words.format(n=len(found), text=text)})
    raise InvalidError({key: _("没有找到“{text}”，请核对名称或区划代码").format(text=text)})


def group_numbered(number: int) -> SupervisionGroup:
    """Return the group of that number; raise ``InvalidError`` where there is none."""
    group = db.session.scalars(select(SupervisionGroup).where(SupervisionGroup.number == number)).first()
    if group is None:
        raise InvalidError({"number": _("没有第 {n} 组，请先在“督导组”工作表中登记").format(n=number)})
    return group


def group_row(work: RowWork, values: Mapping[str, Any]) -> None:
    """Make or change a group."""
    work.name = values["name"]
    group = db.session.scalars(select(SupervisionGroup).where(SupervisionGroup.number == values["number"])).first()
    if group is None:
        work.what = "created"
        group = group_create(number=values["number"], name=values["name"], **work.by)
        if values["active"]:
            return
    changed = [
        work.differs("name", group.name, values["name"]),
        work.differs("active", group.is_active, values["active"]),
    ]
    if any(changed):
        group_edit(group_id=group.id, number=group.number, name=values["name"], is_active=values["active"], **work.by)


def roster_row(work: RowWork, values: Mapping[str, Any]) -> None:
    """Put a village on a roster, or change the period of an entry."""
    check_period(values["valid_from"], values["valid_to"])
    group, unit = group_numbered(values["number"]), unit_called(values["unit"], "unit")
    work.name = f"{group.name} {unit.name}"
    if values["id"] is None:
        period = {"valid_from": values["valid_from"], "valid_to": values["valid_to"]}
        added = roster_add(group_id=group.id, unit_ids=[unit.id], **period, **work.by)
        work.what = "created" if added else ""
        return
    entry = db.session.get(GroupVillage, values["id"])
    if entry is None or (entry.group_id, entry.unit_id) != (group.id, unit.id):
        raise InvalidError({"id": _("系统编号与组号、村（社区）不符；新的一行请留空系统编号")})
    if [k for k in ("valid_from", "valid_to") if work.differs(k, getattr(entry, k), values[k])]:
        entry.valid_from, entry.valid_to = values["valid_from"], values["valid_to"]
        detail = {"units": [unit.id], "from": str(entry.valid_from), "to": str(entry.valid_to or "")}
        audit_record("group.roster_edit", target=f"group:{group.id} {group.name}", detail=detail, **work.by)
