"""From what somebody saw to a registered issue: drafts, their registration, and both in one act."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from tracker.clock import local_date
from tracker.database import db, transaction
from tracker.errors import ForbiddenError, InvalidError
from tracker.languages import _
from tracker.models import Indicator, Issue, IssueEvent, Phase, Role, Source, Star, Unit, UnitKind
from tracker.policy import Actor
from tracker.queries.rules import policy_on
from tracker.services import search_index
from tracker.services.chain import ISSUES, chain_lock
from tracker.services.checks import LONG, SHORT, all_words, day_behind, in_range, unit_open
from tracker.services.evidence import evidence_attach
from tracker.services.numbers import issue_number
from tracker.services.recipients import Audience, tell_circles
from tracker.services.refusals import refused
from tracker.services.transitions import advance, issue_for_change, note
from tracker.storage import StoredFile
from workflows.engine import NOT_FROM_HERE
from workflows.issue import IssueState, Severity

_KEY_LENGTH = 40
_STARRED = (UnitKind.VILLAGE, UnitKind.COMMUNITY, UnitKind.ENTERPRISE, UnitKind.OFFICE)
_OWN_UNIT = (Role.TOWNSHIP, Role.VILLAGE)  # log what lies in their own place only


@dataclass(frozen=True)
class FindingValues:
    """What was found; days are Shanghai calendar days, ``found_on`` is today where it is left out."""

    location_id: int | None = None
    spot: str = ""
    star_id: int | None = None
    indicator_id: int | None = None
    category: str = ""
    severity: Severity = Severity.GENERAL
    source: Source = Source.SUPERVISION
    source_ref: str = ""
    found_on: date | None = None
    found_by: str = ""
    description: str = ""
    goal: str = ""
    is_long_term: bool = False
    is_confidential: bool = False


def finding_draft(
    *,
    values: FindingValues,
    client_key: str | None = None,
    actor: Actor,
    at: datetime,
    files: Sequence[StoredFile] = (),
) -> Issue:
    """Keep a finding as a draft; the same ``client_key`` of the same person returns the same issue.

    Raises ``InvalidError`` for values that cannot be, and for a key that came with other values before.
    """
    with transaction():
        chain_lock(ISSUES)
        known = _known(values, client_key, actor)
        if known is not None:
            return known
        issue = _new(values, client_key, actor, at)
        db.session.add(issue)
        db.session.flush()
        note(issue, "create", actor=actor, at=at, detail={"body": _digest(values)})
        evidence_attach(issue, Phase.BEFORE, files, actor=actor, at=at)
        return issue


def finding_log(
    *,
    values: FindingValues,
    client_key: str | None = None,
    actor: Actor,
    at: datetime,
    files: Sequence[StoredFile] = (),
) -> Issue:
    """Keep a finding and register it at once; the same ``client_key`` of the same person returns the same issue.

    Raises what ``finding_draft`` and ``finding_register`` raise.
    """
    with transaction():
        chain_lock(ISSUES)
        known = _known(values, client_key, actor)
        if known is not None:
            return known
        issue = _new(values, client_key, actor, at)
        if files:
            db.session.add(issue)
            db.session.flush()  # evidence needs the id of its issue
            evidence_attach(issue, Phase.BEFORE, files, actor=actor, at=at)
        return _registered(issue, actor, at, {"body": _digest(values)})


def finding_edit(
    *, issue_id: int, values: FindingValues, actor: Actor, at: datetime, version: int | None = None,
    files: Sequence[StoredFile] = (),
) -> Issue:  # fmt: skip
    """Change a draft; only who made it, or the leader of their group, may."""
    with transaction():
        issue = issue_for_change(issue_id, actor, version)
        if not _may_edit(issue, actor):
            raise ForbiddenError
        if issue.state is not IssueState.DRAFT:
            raise refused(NOT_FROM_HERE)
        evidence_attach(issue, Phase.BEFORE, files, actor=actor, at=at)
        columns = _columns(values, actor, at)
        changed = sorted(name for name, value in columns.items() if getattr(issue, name) != value)
        for name in changed:
            setattr(issue, name, columns[name])
        if changed:
            note(issue, "edit", actor=actor, at=at, detail={"fields": changed})
        return issue


def finding_register(*, issue_id: int, actor: Actor, at: datetime, version: int | None = None) -> Issue:
    """Register a draft: it gets its number, its policy, and waits for the office."""
    with transaction():
        issue = issue_for_change(issue_id, actor, version)
        return _registered(issue, actor, at, {})


def _registered(issue: Issue, actor: Actor, at: datetime, detail: dict[str, Any]) -> Issue:
    today = local_date(at)
    changes: dict[str, Any] = {}
    if issue.state is IssueState.DRAFT:
        changes = {"number": issue_number(at), "policy_version_id": policy_on(today).version_id}
    db.session.add(issue)
    event = advance(
        issue, "register", actor=actor, at=at, detail=detail | {"number": changes.get("number")}, changes=changes
    )
    search_index.refresh(issue)
    tell_circles(issue, event, "registered", Audience.OFFICE, actor=actor, at=at)
    return issue


def _may_edit(issue: Issue, actor: Actor) -> bool:
    leads = actor.role is Role.GROUP_LEAD and issue.found_by_group_id == actor.group_id
    return issue.created_by_id == actor.person_id or leads


def _known(values: FindingValues, client_key: str | None, actor: Actor) -> Issue | None:
    """Return what the same person sent before under the same key; the same key means the same words."""
    if client_key is None:
        return None
    if not client_key or len(client_key) > _KEY_LENGTH:
        raise InvalidError({"client_key": _("提交标识有误，请重新打开表单")})
    query = select(Issue).where(Issue.created_by_id == actor.person_id, Issue.client_key == client_key)
    issue = db.session.scalars(query).first()
    if issue is None:
        return None
    first = select(IssueEvent.detail).where(
        IssueEvent.issue_id == issue.id, IssueEvent.trigger.in_(("create", "register"))
    )
    made = db.session.scalars(first.order_by(IssueEvent.seq).limit(1)).first()
    if made is None or made.get("body") != _digest(values):
        raise InvalidError({"client_key": _("该表单已提交过且内容不同，请刷新后重新登记")})
    return issue


def _digest(values: FindingValues) -> str:
    body = json.dumps(asdict(values), ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _new(values: FindingValues, client_key: str | None, actor: Actor, at: datetime) -> Issue:
    return Issue(
        **_columns(values, actor, at),
        state=IssueState.DRAFT, state_since=at, created_at=at, created_by_id=actor.person_id,
        found_by_group_id=actor.group_id, client_key=client_key, result="",
    )  # fmt: skip


def _columns(values: FindingValues, actor: Actor, at: datetime) -> dict[str, Any]:
    """Return the columns these values set; raise ``InvalidError`` with the first thing that cannot be."""
    today = local_date(at)
    texts = all_words(
        {
            "spot": (values.spot, SHORT), "category": (values.category, 80), "source_ref": (values.source_ref, SHORT),
            "found_by": (values.found_by or actor.group_name or actor.name, 100),
            "description": (values.description, LONG), "goal": (values.goal, LONG),
        }
    )  # fmt: skip
    found_on = day_behind("found_on", values.found_on or today, today)
    if values.is_confidential and actor.role not in (Role.OFFICE, Role.LEADER):
        raise InvalidError({"is_confidential": _("是否保密由创建办或县领导决定，请取消勾选后提交，再联系创建办")})
    place = _place(values, actor, today)
    _check_star(values, place)
    return texts | {
        "location_id": values.location_id, "township_id": place.township_id if place else None,
        "star_id": values.star_id, "indicator_id": values.indicator_id, "severity": values.severity,
        "source": values.source, "found_on": found_on, "is_long_term": values.is_long_term,
        "is_confidential": values.is_confidential,
    }  # fmt: skip


def _place(values: FindingValues, actor: Actor, today: date) -> Unit | None:
    if values.location_id is None:
        return None
    place = unit_open("location_id", values.location_id, today)
    if actor.role in _OWN_UNIT and not place.path.startswith(actor.unit_path or "-"):
        raise InvalidError({"location_id": _("只能登记本单位范围内的问题，请重新选择地点")})
    return place


def _check_star(values: FindingValues, place: Unit | None) -> None:
    """Raise ``InvalidError`` unless the star is in use and fits the place, and the indicator belongs to the star."""
    if values.star_id is None:
        if values.indicator_id is not None:
            raise InvalidError({"star_id": _("请先选择指标所属的星")})
        return
    star = db.session.get(Star, values.star_id) if in_range(values.star_id) else None
    if star is None or not star.is_active:
        raise InvalidError({"star_id": _("没有这个星，请重新选择")})
    if place is not None and place.kind in _STARRED and place.kind is not star.unit_kind:
        raise InvalidError({"star_id": _("所选的星不适用于该类单位，请重新选择")})
    if values.indicator_id is None:
        return
    indicator = db.session.get(Indicator, values.indicator_id) if in_range(values.indicator_id) else None
    if indicator is None or indicator.star_id != star.id or not indicator.is_active:
        raise InvalidError({"indicator_id": _("所选指标不属于该星，请重新选择")})
