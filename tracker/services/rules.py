"""The county's own rules: its policy by date of effect, its corrections of the calendar, its names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tracker import labels
from tracker.clock import local_date
from tracker.database import db, memo_forget, transaction
from tracker.errors import InvalidError, NotFoundError, RefusedError
from tracker.languages import _
from tracker.models import CalendarCorrection, PolicyVersion, Setting
from tracker.policy import Actor
from tracker.queries.calendar_moves import CalendarSpan, calendar_moves, corrected
from tracker.queries.rules import correction_days, corrections_plain, setting, work_calendar
from tracker.services.calendar_moving import calendar_lock, calendar_move
from tracker.services.chain import AUDIT, audit_record, chain_lock
from tracker.services.checks import in_range
from tracker.services.versions import CALENDAR, remember
from workflows.calendar import CalendarRow, DayKind, WorkCalendar
from workflows.policy import Policy, policy_errors

LONGEST_SPAN = 31
SETTINGS = ("campaign_name", "number_prefix", "notice_prefix", "office_name")


@dataclass(frozen=True)
class CorrectionValues:
    """The days from ``day`` to ``last``, inclusive, as the county rules them, and the document that says so."""

    day: date
    last: date
    is_workday: bool
    name: str
    source: str

    @property
    def span(self) -> CalendarSpan:
        """Return the days concerned."""
        return CalendarSpan(self.day, self.last)

    def rows(self, calendar: WorkCalendar) -> list[CalendarRow]:
        """Return the corrections that make these days so; days that are so already need none.

        Raises ``InvalidError`` where there is nothing to correct, or a day was corrected before.
        """
        check_span(self.day, self.last)
        days = [self.day + timedelta(days=n) for n in range((self.last - self.day).days + 1)]
        if {known.date for known in calendar.corrections} & set(days):
            raise InvalidError({"day": _("这一天已有县里的调整，请先撤销再重新设置")})
        changed = [day for day in days if calendar.is_workday(day) != self.is_workday]
        if not changed:
            raise InvalidError({"day": _("这一天本来就是这样安排的，不需要调整")})
        kind = DayKind.WORKDAY if self.is_workday else DayKind.HOLIDAY
        return [CalendarRow(day, kind, self.name, self.source) for day in changed]


def check_span(first: date, last: date) -> None:
    """Raise ``InvalidError`` where the last day lies before the first or too far behind it."""
    if last < first:
        raise InvalidError({"last": _("截止日期不能早于开始日期")})
    if (last - first).days >= LONGEST_SPAN:
        raise InvalidError({"last": _("一次最多调整 {n} 天").format(n=LONGEST_SPAN)})


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


def correction_add(*, values: CorrectionValues, actor: Actor | None, at: datetime) -> int:
    """Rule days of the calendar, and move the days that this changes; return how many moved.

    Raises ``InvalidError`` where the days are ruled so already.
    """
    with transaction() as session:
        calendar_lock()
        calendar = work_calendar()
        rows = values.rows(calendar)
        moves = list(calendar_moves(corrected(calendar, rows), values.span))
        remember(CALENDAR, 0, corrections_plain())
        for row in rows:
            session.add(
                CalendarCorrection(
                    day=row.date, first_day=rows[0].date, is_workday=values.is_workday, name=values.name,
                    source=values.source, made_by_id=actor.person_id if actor else None, made_at=at,
                )
            )  # fmt: skip
        session.flush()
        memo_forget()
        calendar_move(moves, values.span, actor, at)
        detail = {
            "is_workday": values.is_workday, "name": values.name, "source": values.source, "moved": len(moves),
            "days": [row.date.isoformat() for row in rows],
        }  # fmt: skip
        audit_record("calendar.add", actor=actor, at=at, target=values.day.isoformat(), detail=detail)
    return len(moves)


def correction_remove(*, day: date, actor: Actor | None, at: datetime) -> int:
    """Take back the correction that rules ``day``, with all days of the same act; return how much moved again."""
    with transaction() as session:
        calendar_lock()
        known = correction_days(day)
        if not known:
            raise NotFoundError
        days = [one.day for one in known]
        span = CalendarSpan(days[0], days[-1])
        moves = list(calendar_moves(corrected(work_calendar(), (), days), span))
        detail = {
            "is_workday": known[0].is_workday, "name": known[0].name, "source": known[0].source, "moved": len(moves),
            "days": [one.isoformat() for one in days],
        }  # fmt: skip
        remember(CALENDAR, 0, corrections_plain())
        for one in known:
            session.delete(one)
        session.flush()
        memo_forget()
        calendar_move(moves, span, actor, at)
        audit_record("calendar.remove", actor=actor, at=at, target=days[0].isoformat(), detail=detail)
    return len(moves)


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
