"""What the clock does each time it ticks; running it again does nothing twice."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, delete, select

from tracker.database import DatabaseTime, transaction
from tracker.models import RequestKey, Setting, SignIn, SignInAttempt
from tracker.queries.health import TICK_REPORT
from tracker.services.digests import digests_send, urgent_send
from tracker.services.escalations import escalations_sweep
from tracker.services.handover_reminders import departures_remind
from tracker.services.holiday_reminders import holidays_remind
from tracker.services.importing.batches import imports_tidy
from tracker.services.letter_reminders import letters_remind
from tracker.services.look_back_reminders import look_backs_remind
from tracker.services.policy_moves import policies_sweep
from tracker.services.reminder_clearing import KEPT, reminders_clear
from tracker.services.reminders import reminders_sweep
from tracker.services.waiting_reminders import waits_remind

KEPT_REQUEST_KEYS = timedelta(days=30)
KEPT_ATTEMPTS = timedelta(days=180)
LONGEST_SESSION = timedelta(hours=12)
HEARTBEAT = "ticked_at"


@dataclass(frozen=True)
class TickReport:
    """How much one tick did."""

    reminders: int
    request_keys: int
    attempts: int
    sign_ins: int
    import_rows: int
    letters: int = 0
    departures: int = 0
    holidays: int = 0
    letter_reminders: int = 0
    look_backs: int = 0
    waits: int = 0
    policies: int = 0
    urgent: int = 0
    digests: int = 0
    cleared_reminders: int = 0


def tick(*, at: datetime, longest_session: timedelta = LONGEST_SESSION, kept_reminders: timedelta = KEPT) -> TickReport:
    """Queue what is due, clear away what has expired, and leave a heartbeat for the health check."""
    policies = policies_sweep(at=at)  # first: what follows asks the policies that the issues keep
    report = TickReport(
        policies=policies,
        reminders=reminders_sweep(at=at),
        request_keys=_clear(RequestKey, RequestKey.at < at - KEPT_REQUEST_KEYS),
        attempts=_clear(SignInAttempt, SignInAttempt.at < at - KEPT_ATTEMPTS),
        sign_ins=_clear(SignIn, SignIn.created_at < at - longest_session),
        departures=departures_remind(at=at),
        holidays=holidays_remind(at=at),
        import_rows=imports_tidy(at=at),
        letters=escalations_sweep(at=at),
        letter_reminders=letters_remind(at=at),
        look_backs=look_backs_remind(at=at),
        waits=waits_remind(at=at),
        urgent=urgent_send(at=at),
        digests=digests_send(at=at),
        cleared_reminders=reminders_clear(at=at, kept=kept_reminders),
    )
    with transaction() as session:
        session.merge(Setting(key=HEARTBEAT, value=at.isoformat()))
        ticked_at = session.execute(select(DatabaseTime())).scalar_one()
        noted = {"ticked_at": ticked_at.isoformat(), "at": at.isoformat(), "report": asdict(report)}
        session.merge(Setting(key=TICK_REPORT, value=noted))
    return report


def _clear(model: Any, condition: ColumnElement[bool]) -> int:
    with transaction() as session:
        result = session.execute(delete(model).where(condition))
        return result.rowcount if isinstance(result, CursorResult) else 0
