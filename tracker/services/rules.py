"""The county's own rules: its policy by date of effect, its corrections of the calendar, its names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import update

from tracker import labels
from tracker.clock import local_date
from tracker.database import db, memo_forget, transaction
from tracker.errors import InvalidError, NotFoundError, RefusedError
from tracker.languages import _
from tracker.models import CalendarCorrection, Issue, PolicyVersion, Setting
from tracker.policy import Actor
from tracker.queries.calendar_moves import MovedIssue, calendar_moves, corrected
from tracker.queries.rules import setting, work_calendar
from tracker.services.chain import AUDIT, ISSUES, audit_record, chain_lock
from tracker.services.checks import in_range
from tracker.services.transitions import note
from workflows.calendar import CalendarRow, DayKind
from workflows.policy import Policy, policy_errors

SETTINGS = ("campaign_name", "number_prefix", "notice_prefix", "office_name")


@dataclass(frozen=True)
class CorrectionValues:
    """A day as the county rules it, and the document that says so."""

    day: date
    is_workday: bool
    name: str
    source: str

    def row(self) -> CalendarRow:
        """Return the correction as the calendar reads it."""
        kind = DayKind.WORKDAY if self.is_workday else DayKind.HOLIDAY
        return CalendarRow(self.day, kind, self.name, self.source)


def policy_set(
    *,
    body: Mapping[str, Any],
    effective_on: date,
    note_words: str,
    actor: Actor | None,
    at: datetime,
    takes_along: bool = False,
) -> PolicyVersion:
    """Keep a new version of the policy, in force from ``effective_on``, today or later.

    Issues that are registered already keep the version they were registered with, unless it ``takes_along`` those
    that are open: ``policies_sweep`` does so on its day. Raises ``InvalidError`` by the dotted name of the field.
    """
    check_policy(body, effective_on, local_date(at))
    whole = Policy.from_dict(body).to_dict()
    with transaction() as session:
        chain_lock(AUDIT)
        version = PolicyVersion(
            effective_on=effective_on, body=whole, note=note_words, made_by_id=actor.person_id if actor else None,
            made_at=at, takes_along=takes_along,
        )  # fmt: skip
        session.add(version)
        session.flush()
        memo_forget()
        detail = {
            "effective_on": effective_on.isoformat(), "body": whole, "note": note_words, "takes_along": takes_along,
        }  # fmt: skip
        audit_record("policy.set", actor=actor, at=at, target=f"policy:{version.id}", detail=detail)
    return version


def policy_withdraw(*, version_id: int, actor: Actor, at: datetime) -> PolicyVersion:
    """Withdraw a version before its day; it stays in the list. Raises ``RefusedError`` for one that is in force."""
    with transaction() as session:
        chain_lock(AUDIT)
        version = session.get(PolicyVersion, version_id, populate_existing=True) if in_range(version_id) else None
        if version is None:
            raise NotFoundError
        if version.effective_on <= local_date(at) or version.withdrawn_at is not None:
            raise RefusedError(_("这一版已经生效或已撤回；要改规则，请保存新的版本"), "policy_in_force")
        version.withdrawn_at, version.withdrawn_by_id = at, actor.person_id
        session.flush()
        memo_forget()
        detail = {"effective_on": version.effective_on.isoformat()}
        audit_record("policy.withdraw", actor=actor, at=at, target=f"policy:{version.id}", detail=detail)
    return version


def check_policy(body: Mapping[str, Any], effective_on: date, today: date) -> None:
    """Raise ``InvalidError`` by field where a version could not be kept."""
    errors = {field: labels.word(labels.POLICY_ERROR, code) for field, code in policy_errors(body).items()}
    if effective_on < today:
        errors["effective_on"] = _("生效日期不能早于今天 {day}").format(day=today.isoformat())
    if errors:
        raise InvalidError(errors)


def correction_add(*, values: CorrectionValues, actor: Actor | None, at: datetime) -> tuple[MovedIssue, ...]:
    """Rule a day of the calendar, and move the open issues' days that it changes; return what moved.

    Raises ``InvalidError`` where the day is ruled so already.
    """
    with transaction() as session:
        _lock()
        calendar = work_calendar()
        known = session.get(CalendarCorrection, values.day)
        if known is not None:
            raise InvalidError({"day": _("这一天已有县里的调整，请先撤销再重新设置")})
        if calendar.is_workday(values.day) == values.is_workday:
            raise InvalidError({"day": _("这一天本来就是这样安排的，不需要调整")})
        moves = calendar_moves(corrected(calendar, values.row()), values.day)
        session.add(
            CalendarCorrection(
                day=values.day, is_workday=values.is_workday, name=values.name, source=values.source,
                made_by_id=actor.person_id if actor else None, made_at=at,
            )
        )  # fmt: skip
        session.flush()
        memo_forget()
        _look_again(values.day)
        _move(moves, actor, at, values.day)
        detail = {"is_workday": values.is_workday, "name": values.name, "source": values.source, "moved": len(moves)}
        audit_record("calendar.add", actor=actor, at=at, target=values.day.isoformat(), detail=detail)
    return moves


def correction_remove(*, day: date, actor: Actor | None, at: datetime) -> tuple[MovedIssue, ...]:
    """Take a correction back, and move the open issues' days again; return what moved."""
    with transaction() as session:
        _lock()
        known = session.get(CalendarCorrection, day)
        if known is None:
            raise NotFoundError
        moves = calendar_moves(corrected(work_calendar(), None, day), day)
        detail = {"is_workday": known.is_workday, "name": known.name, "source": known.source, "moved": len(moves)}
        session.delete(known)
        session.flush()
        memo_forget()
        _look_again(day)
        _move(moves, actor, at, day)
        audit_record("calendar.remove", actor=actor, at=at, target=day.isoformat(), detail=detail)
    return moves


def _lock() -> None:
    chain_lock(ISSUES)
    chain_lock(AUDIT)


def _look_again(day: date) -> None:
    """Let the ladder look again at every issue whose next step lies after a day that counts otherwise now."""
    ahead = update(Issue).where(Issue.escalate_on > day).values(escalate_on=day)
    db.session.execute(ahead, execution_options={"synchronize_session": False})


def _move(moves: tuple[MovedIssue, ...], actor: Actor | None, at: datetime, day: date) -> None:
    """Restart the clock of each issue that the day concerns; its event keeps the old day beside the new one."""
    for move in moves:
        detail = {"day": day.isoformat(), "old": move.old.isoformat(), "new": move.new.isoformat()}
        note(move.issue, "calendar", actor=actor, at=at, detail=detail)


def settings_set(*, values: Mapping[str, str], actor: Actor | None, at: datetime) -> dict[str, str]:
    """Keep the names of this installation; return those that changed. An empty one goes back to its default."""
    with transaction() as session:
        chain_lock(AUDIT)
        changed = {key: values[key] for key in SETTINGS if key in values and values[key] != setting(key, "")}
        for key, value in changed.items():
            found = session.get(Setting, key)
            if not value and found is not None:
                session.delete(found)
            elif value:
                session.merge(Setting(key=key, value=value))
        if changed:
            audit_record("settings.set", actor=actor, at=at, target="settings", detail=dict(changed))
    db.session.expire_all()
    return changed
