"""Where a unit lies: said by people, one unit or a whole sheet at a time; plans and maps use it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tracker.database import db, transaction
from tracker.errors import InvalidError
from tracker.languages import _
from tracker.models import Unit, UnitPlace
from tracker.policy import Actor
from tracker.services.chain import audit_record
from tracker.services.unit_tree import organisation_lock, target, unit_for_change
from tracker.services.workbook_rows import RowWork, unit_called


def unit_locate(
    *, unit_id: int, longitude: float | None, latitude: float | None, source: str, actor: Actor | None, at: datetime
) -> bool:
    """Say where a unit lies, in degrees (WGS 84); both empty takes it back. Return whether anything changed.

    Raises ``InvalidError`` where only one of the two is given.
    """
    if (longitude is None) is not (latitude is None):
        missing = "longitude" if longitude is None else "latitude"
        raise InvalidError({missing: _("经度和纬度要一起填写，或一起留空")})
    with transaction() as session:
        organisation_lock()
        unit = unit_for_change(unit_id)
        known = session.get(UnitPlace, unit.id)
        now = None if longitude is None or latitude is None else (longitude, latitude, source)
        was = (known.longitude, known.latitude, known.source) if known else None
        if was == now:
            return False
        _keep(unit, known, now)
        detail = {"from": list(was) if was else None, "to": list(now) if now else None}
        audit_record("unit.locate", actor=actor, at=at, target=target(unit), detail=detail)
    return True


def _keep(unit: Unit, known: UnitPlace | None, now: tuple[float, float, str] | None) -> None:
    if now is None:
        db.session.delete(known)
        return
    place = known or UnitPlace(unit_id=unit.id)
    place.longitude, place.latitude, place.source = now
    db.session.add(place)


def place_row(work: RowWork, values: Mapping[str, Any]) -> None:
    """Take a row of the sheet of places."""
    unit = unit_called(values["unit"], "unit")
    work.name = unit.name
    known = db.session.get(UnitPlace, unit.id)
    told = {key: values[key] for key in ("longitude", "latitude", "source")}
    said = told if values["longitude"] is not None else dict.fromkeys(told)
    for key in told:
        work.differs(key, getattr(known, key) if known else None, said[key])
    if work.fields:
        unit_locate(unit_id=unit.id, **told, **work.by)
