"""What is digested of a ledger's line, held against the plainest way of writing it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import Enum
from random import Random
from typing import Any

from tracker.queries.asof_lines import NAMES, LedgerIssue, SaidDocument, SaidLookBack
from tracker.queries.lateness import Lateness
from tracker.queries.ledger import LedgerRow
from tracker.queries.ledger_facts import facts
from tracker.queries.versions import COLUMNS
from workflows.issue import IssueState, Severity
from workflows.policy import Colour

AT = datetime(2026, 3, 5, 23, 59, 59, 120, tzinfo=UTC)
NASTY = ("", "0", '"', "\\", "a\tb\nc\x00\x1f\x7f", "\u2028\ufeff", "𠮷家坪", "=1+1", "<&>", "，".join(["很长"] * 60))
BESIDE: tuple[dict[str, Any], ...] = (
    {},
    {"measures": None, "assisting": [], "evidence": 0, "notices": [], "urged": []},
    {"measures": list(NASTY), "assisting": ["甲镇", "乙局"], "evidence": 3, "zeal": "of another time", "aaa": False},
    {
        "notices": [SaidDocument("〔2026〕1号", AT)],
        "look_backs": [SaidLookBack(date(1989, 6, 1), "held")],
        "urged": [AT],
    },
)
LATE = (None, Lateness(0, 0, Colour.NONE), Lateness(-3, -1, Colour.BLUE), Lateness(400, 260, Colour.RED))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value.value if isinstance(value, Enum) else value


def _plainest(line: LedgerRow) -> bytes:
    said = {name: getattr(line.issue, name) for name in ("issue_id", *COLUMNS) if name != "beside"}
    said |= {f"{name}_name": getattr(line.issue, name) for name in NAMES}
    if line.late is not None:
        said |= {"late_natural": line.late.natural, "late_working": line.late.working, "colour": line.late.colour}
    for name, value in line.beside.items():
        said[name] = [_plain(one) for one in value] if isinstance(value, list) else value
    kept = {name: _plain(value) for name, value in said.items() if value is not None and value not in ("", [])}
    return json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _ledger(rows: int) -> Iterator[LedgerRow]:
    dice = Random(7)  # noqa: S311  # examples, not secrets
    texts = {"number", "source_ref", "found_by", "spot", "category", "description", "goal", "deadline_words", "result"}
    texts |= {"progress_note", "recheck_finding", "overdue_reason", "remark", *NAMES}
    flags = {"is_long_term", "is_withdrawn", "closed_late"}
    for n in range(rows):

        def value(name: str, n: int = n) -> Any:
            far = timezone(timedelta(hours=dice.choice((0, 8))))
            return dice.choice((
                *(NASTY if name in texts else ()),
                *((True, False) if name in flags else ()),
                *((n, 0, 1, -1) if name.endswith("_id") or name in {"extensions", "returns"} else ()),
                *((AT.astimezone(far) + timedelta(hours=n),) * 3 if name.endswith(("_at", "_since")) else ()),
                *((date(1990, 1, 1) + timedelta(n),) * 3 if name in {"deadline", "found_on", "review_on"} else ()),
                None,
            ))  # fmt: skip

        made = {name: value(name) for name in LedgerIssue._fields} | {"id": n, "issue_id": n, "deadline_time": time(9)}
        made |= {"state": dice.choice([*IssueState]), "severity": dice.choice([*Severity])}
        yield LedgerRow(LedgerIssue(**made), dice.choice(LATE), dice.choice(BESIDE))


def test_lines_are_written_as_the_plainest_way_writes_them() -> None:
    lines = list(_ledger(2500))  # more than what is kept of the values of a column
    assert list(facts(lines)) == list(map(_plainest, lines))
    assert len({_plainest(line) for line in lines}) == 2500


def test_no_line_is_nothing_to_write() -> None:
    assert list(facts([])) == []
