"""What every visit records, in a round or outside one: who came, notes and photographs, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from tracker import labels
from tracker.clock import local
from tracker.database import db
from tracker.errors import InvalidError
from tracker.languages import _
from tracker.models import TaskOutcome, Visit, VisitFinding, VisitPhoto, VisitRecheck
from tracker.policy import Actor
from tracker.queries.people import posts_of_group
from tracker.services.checks import SHORT, words_of
from tracker.services.evidence import blobs_remember
from tracker.storage import StoredFile

MOST = 999
TROUBLE = (TaskOutcome.FAILED, TaskOutcome.RECURRED, TaskOutcome.FOUND)


@dataclass(frozen=True)
class VisitEnd:
    """How a visit ended; ``people`` are ids, the two counts say what was asked of the village."""

    people: Sequence[int]
    started_at: datetime
    ended_at: datetime
    nothing_found: bool = False
    forms_asked: int = 0
    photos_asked: int = 0


def people_checked(
    group_id: int, village_id: int | None, people: Sequence[int], actor: Actor, before: Sequence[int] = ()
) -> list[int]:
    """Return who went; each belongs to the group today, or did when it began, and nobody visits the own village."""
    members = {post.person_id: post.person for post in posts_of_group(group_id, actor.today)}
    went = sorted(set(people))
    if not went or not set(went) <= {*members, *before}:
        raise InvalidError({"people": _("请选择到场的本组人员")})
    staying = [members[one].name for one in went if one in members and members[one].home_unit_id == village_id]
    if staying:
        words = _("{names}：{why}")
        why = labels.word(labels.REFUSAL, "stop_recused")
        raise InvalidError({"people": words.format(names=_("、").join(staying), why=why)})
    return went


def note_add(visit: Visit, words: str, files: Sequence[StoredFile], actor: Actor, at: datetime) -> int:
    """Add a line with its hour and author, and photographs; return how many of these are new.

    What is there already stays once: a phone that did not hear the answer sends again.
    """
    said = words_of("words", words, SHORT * 5)
    if not said and not files:
        raise InvalidError({"words": _("请填写情况，或选择照片")})
    line = _("{when} {who}：{words}").format(when=f"{local(at):%H:%M}", who=actor.name, words=said)
    if said and not visit.note.endswith(line.partition(" ")[2]):
        visit.note = f"{visit.note}\n{line}".strip()
    return _attach(visit, files, actor, at)


def _attach(visit: Visit, files: Sequence[StoredFile], actor: Actor, at: datetime) -> int:
    held = set(db.session.scalars(select(VisitPhoto.blob_sha256).where(VisitPhoto.visit_id == visit.id)))
    fresh = list({file.sha256: file for file in files if file.sha256 not in held}.values())
    blobs_remember(fresh, at)
    for file in fresh:
        db.session.add(
            VisitPhoto(
                visit_id=visit.id, blob_sha256=file.sha256, name=file.name, taken_by_id=actor.person_id, added_at=at
            )  # fmt: skip
        )
    db.session.flush()
    return len(fresh)


def findings_in(visit: Visit) -> int:
    """Return how many issues were found during the visit."""
    return db.session.scalar(select(func.count()).where(VisitFinding.visit_id == visit.id)) or 0


def is_troubled(visit: Visit) -> bool:
    """Tell whether a re-check during the visit did not pass."""
    query = select(func.count()).where(VisitRecheck.visit_id == visit.id, VisitRecheck.outcome.in_(TROUBLE))
    return bool(db.session.scalar(query))


def end_check(visit: Visit, end: VisitEnd, at: datetime, *, troubled: bool) -> int:
    """Return how many issues were found; raise ``InvalidError`` with everything that the end may not say.

    Something was found, a re-check brought trouble to light (``troubled``), or “nothing found” is recorded.
    """
    found = findings_in(visit)
    errors = _hours(end, at)
    if end.nothing_found and found:
        errors["nothing_found"] = _("本次走访已登记 {n} 个问题，请取消勾选“未发现问题”").format(n=found)
    elif not end.nothing_found and not found and not troubled:
        errors["nothing_found"] = _("请登记发现的问题；确实没有，请勾选“未发现问题”")
    for name in ("forms_asked", "photos_asked"):
        if not 0 <= getattr(end, name) <= MOST:
            errors[name] = _("请填写 0 到 {n} 的整数").format(n=MOST)
    if errors:
        raise InvalidError(errors)
    return found


def _hours(end: VisitEnd, at: datetime) -> dict[str, str]:
    if end.ended_at < end.started_at:
        return {"ended": _("离开时间不能早于到达时间")}
    return {"ended": _("离开时间不能晚于现在")} if end.ended_at > at else {}


def end_write(visit: Visit, end: VisitEnd, actor: Actor) -> None:
    """Write how the visit ended, in the caller's transaction."""
    visit.people = people_checked(visit.group_id, visit.village_id, end.people, actor, visit.people)
    visit.started_at, visit.ended_at, visit.nothing_found = end.started_at, end.ended_at, end.nothing_found
    visit.forms_asked, visit.photos_asked = end.forms_asked, end.photos_asked
