"""Ad-hoc visits 临时走访: a group in a village outside every round – begun, noted, ended, or cancelled before anything.

Each act is safe to send twice: a form that begins carries a key, and a visit that goes on in a village is the group's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select

from tracker import labels
from tracker.database import db, transaction
from tracker.errors import InvalidError, NotFoundError, RefusedError
from tracker.languages import _
from tracker.models import Visit, VisitPhoto, VisitRecheck
from tracker.policy import Actor
from tracker.queries.ad_hoc_visits import PLACES, is_on_roster, stop_waiting
from tracker.queries.rules import policy_on
from tracker.services.chain import AUDIT, audit_record, chain_lock
from tracker.services.checks import SHORT, unit_open, words_needed
from tracker.services.refusals import refused
from tracker.services.transitions import LARGEST_ID
from tracker.services.visit_records import (
    VisitEnd,
    end_check,
    end_write,
    findings_in,
    is_troubled,
    note_add,
    people_checked,
)
from tracker.services.visit_stops import is_recused_at
from tracker.storage import StoredFile
from workflows.engine import NOT_BY_YOU, NOT_FROM_HERE

OPEN_AFTER = timedelta(days=7)  # a record may be completed that long: photographs wait for a network
_KEY_LENGTH = 40


def ad_hoc_start(
    *, village_id: int | None, people: Sequence[int], client_key: str | None, actor: Actor, at: datetime
) -> Visit:
    """Begin a visit outside every round; the same key, or a visit that the group has there already, gives that one.

    Raises ``InvalidError`` by field for a village off the roster (unless policy lets groups go anywhere), the actor's
    home, or one that a round of the group still goes to: its list comes first.
    """
    with transaction() as session:
        chain_lock(AUDIT)
        if actor.group_id is None:
            raise refused(NOT_BY_YOU)
        known = _known(client_key, village_id, actor) or _going_on(village_id, actor)
        if known is not None:
            return known
        errors: dict[str, str] = {}
        with _gathered(errors):
            _check_place(village_id, actor)
        with _gathered(errors):
            went = people_checked(actor.group_id, village_id, people, actor)
        if errors or village_id is None:
            raise InvalidError(errors)
        visit = Visit(
            group_id=actor.group_id, village_id=village_id, people=went, started_at=at, made_by_id=actor.person_id,
            client_key=client_key,
        )  # fmt: skip
        session.add(visit)
        _record("visit.start", visit, actor, at, village=village_id)
        return visit


@contextmanager
def _gathered(errors: dict[str, str]) -> Iterator[None]:
    """Keep what is wrong inside in ``errors``, so that all of it is said at once."""
    try:
        yield
    except InvalidError as error:
        errors |= error.errors


def _known(client_key: str | None, village_id: int | None, actor: Actor) -> Visit | None:
    """Return what the same person sent before under the same key; the same key means the same village."""
    if client_key is None:
        return None
    if not client_key or len(client_key) > _KEY_LENGTH:
        raise InvalidError({"client_key": _("提交标识有误，请重新打开表单")})
    query = select(Visit).where(Visit.made_by_id == actor.person_id, Visit.client_key == client_key)
    visit = db.session.scalars(query).first()
    if visit is not None and visit.village_id != village_id:
        raise InvalidError({"client_key": _("该表单已提交过且内容不同，请刷新后重新登记")})
    return visit


def _going_on(village_id: int | None, actor: Actor) -> Visit | None:
    query = select(Visit).where(
        Visit.group_id == actor.group_id, Visit.village_id == village_id, Visit.ended_at.is_(None),
        Visit.stop_id.is_(None),
    )  # fmt: skip
    return db.session.scalars(query.order_by(Visit.id.desc()).limit(1)).first()


def _check_place(village_id: int | None, actor: Actor) -> None:
    village = unit_open("village_id", village_id, actor.today)
    if village.kind not in PLACES:
        raise InvalidError({"village_id": _("走访的是村或社区，请重新选择")})
    if is_recused_at(actor, village.id):
        raise InvalidError({"village_id": labels.word(labels.REFUSAL, "stop_recused")})
    if not is_on_roster(actor, village.id) and not policy_on(actor.today).policy.visits_anywhere:
        raise InvalidError({"village_id": _("该村不在本组督导名单上；确需走访，请创建办调整名单，或在规则中放开")})
    stop = stop_waiting(actor, village.id)
    if stop is not None:
        words = _("“{round}”排了该村（{day}），请从清单开始走访，提前去也可以")
        raise InvalidError({"village_id": words.format(round=stop.round.name, day=stop.day.isoformat())})


def ad_hoc_note(*, visit_id: int, words: str, files: Sequence[StoredFile], actor: Actor, at: datetime) -> Visit:
    """Add to the note and the photographs, while the visit goes on and for ``OPEN_AFTER`` after it."""
    with transaction():
        visit = _for_change(visit_id, actor)
        if not is_open(visit, at):
            raise refused(NOT_FROM_HERE)
        added = note_add(visit, words, files, actor, at)
        _record("visit.note", visit, actor, at, photos=added)
        return visit


def is_open(visit: Visit, at: datetime) -> bool:
    """Tell whether notes, photographs and findings may still join the visit."""
    return visit.ended_at is None or at <= visit.ended_at + OPEN_AFTER


def ad_hoc_finish(*, visit_id: int, end: VisitEnd, actor: Actor, at: datetime) -> Visit:
    """End the visit; one that has ended stays as it is.

    Raises ``InvalidError`` where neither a finding nor “nothing found” was recorded, or both.
    """
    with transaction():
        visit = _for_change(visit_id, actor)
        if visit.ended_at is not None:
            return visit
        found = end_check(visit, end, at, troubled=is_troubled(visit))
        end_write(visit, end, actor)
        _record("visit.finish", visit, actor, at, found=found, nothing_found=end.nothing_found)
        return visit


def ad_hoc_cancel(*, visit_id: int, reason: str, actor: Actor, at: datetime) -> None:
    """Take back a visit that did not take place; the audit keeps its beginning, its end and the reason.

    Raises ``RefusedError`` once something was recorded: then it took place.
    """
    with transaction() as session:
        visit = _for_change(visit_id, actor)
        words = words_needed("reason", reason, "round_no_reason", SHORT)
        if visit.ended_at is not None:
            raise refused(NOT_FROM_HERE)
        if visit.note or findings_in(visit) or any(session.scalar(traces) for traces in _traces(visit)):
            raise RefusedError(_("已有记录、照片、问题或复核，不能取消，请结束走访"))
        detail = {"village": visit.village_id, "reason": words}
        audit_record("visit.cancel", actor=actor, at=at, target=_target(visit), detail=detail)
        session.delete(visit)


def _traces(visit: Visit) -> tuple[Select[int], ...]:
    """Return what counts the photographs and the re-checks of a visit."""
    tables = (VisitPhoto, VisitRecheck)
    return tuple(select(func.count()).where(table.visit_id == visit.id) for table in tables)


def _for_change(visit_id: int, actor: Actor) -> Visit:
    """Return the group's own ad-hoc visit, fresh and locked; who comes from the village keeps away from it."""
    chain_lock(AUDIT)
    if not 0 < visit_id <= LARGEST_ID:
        raise NotFoundError
    mine = (Visit.id == visit_id, Visit.stop_id.is_(None), Visit.group_id == actor.group_id)
    query = select(Visit).where(*mine).with_for_update()
    visit = db.session.execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()
    if visit is None:
        raise NotFoundError
    if is_recused_at(actor, visit.village_id):
        raise refused("stop_recused")
    return visit


def _record(action: str, visit: Visit, actor: Actor, at: datetime, **detail: object) -> None:
    db.session.flush()
    audit_record(action, actor=actor, at=at, target=_target(visit), detail=dict(detail))


def _target(visit: Visit) -> str:
    return f"visit:{visit.id}"
