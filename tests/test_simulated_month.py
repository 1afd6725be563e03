"""Some days of ``bench/simulate_month.py``: schedulers are killed and freeze, and nobody who is reminded notices."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from bench.month.county import Size
from bench.month.days import WorkingDays
from bench.month.record import Record, Verdict
from bench.simulate_month import HOLIDAYS, judged, simulate

SIZE = Size(days=3, issues=120, people=30, groups=2, kills=14, schedulers=3, acts=12, mails=4, outages=1)
TOLD = (
    "SELECT id FROM reminder WHERE delivered_at IS NOT NULL AND NOT is_urgent AND rule LIKE 'deadline.%'"
    " ORDER BY id LIMIT 3"
)
DIGESTS = "SELECT id FROM outbox_message WHERE channel = 'inbox' AND kind = 'digest' ORDER BY id"


def findings(verdict: Verdict) -> set[str]:
    return {name for name, found in verdict.faults.items() if found}


def test_reminders_come_once_and_in_time_whatever_happens_to_the_schedulers(database_url: str, tmp_path: Path) -> None:
    record, log = simulate(database_url, tmp_path, SIZE if "sqlite" in database_url else replace(SIZE, days=1, kills=8))
    verdict = judged(database_url, record)
    assert findings(verdict) == set()
    assert verdict.due > 20
    assert log.kills.total() > 0
    assert log.acts.total() > 0
    one = next(mail for mail in record.mails if mail["reply"] != "451 later")
    spoil(database_url, record)
    assert findings(judged(database_url, record)) >= {
        "missing", "unexpected", "disturbing", "digests_wrong", "late", "mails_missing",
    }  # fmt: skip
    record.mails = [one | {"id": f"<{n}@example.org>"} for n in range(99)]
    assert "mails_twice" in findings(judged(database_url, record))


def spoil(url: str, record: Record) -> None:
    """Let the record say that things went otherwise."""
    engine = create_engine(url)
    with engine.begin() as connection:
        lost, changed, _third = connection.execute(text(TOLD)).scalars()
        connection.execute(text("DELETE FROM reminder WHERE id = :id"), {"id": lost})
        connection.execute(text("UPDATE reminder SET due_on = '2026-12-31' WHERE id = :id"), {"id": changed})
        digests = connection.execute(text(DIGESTS)).scalars().all()
    engine.dispose()
    record.seen |= {one: record.seen[one] + timedelta(hours=14).total_seconds() for one in digests}
    record.lost.clear()
    record.mails = []


def test_a_product_that_forgets_and_repeats_is_found_out(sqlite_url: str, tmp_path: Path) -> None:
    size = replace(SIZE, days=1, kills=0, outages=0, acts=0, mails=1)
    record, _log = simulate(sqlite_url, tmp_path, size, "tests.spoilt:forget_some_and_repeat_others")
    verdict = judged(sqlite_url, record)
    assert {"missing", "twice"} <= findings(verdict)
    assert {told[0][0] % 4 for told in verdict.missing if isinstance(told[0], tuple)} == {0}


@pytest.mark.parametrize(
    ("deadline", "before", "day"),
    [
        (date(2026, 9, 21), 1, date(2026, 9, 20)),  # a Sunday that is worked
        (date(2026, 9, 26), 0, date(2026, 9, 24)),  # a holiday
    ],
)
def test_the_judge_reckons_with_holidays_and_make_up_days(deadline: date, before: int, day: date) -> None:
    days = WorkingDays(HOLIDAYS)
    assert days.before(deadline, before) == day
    assert days.after(date(2026, 9, 30), 1) == date(2026, 10, 8)
