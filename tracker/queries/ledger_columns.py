"""Which columns a ledger has, by their keys; what stands in each is told where it is written out."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.models import LedgerKind

COLUMN_KEYS = (
    "number", "source", "source_ref", "found_on", "finder", "township", "place", "village", "star", "star_name",
    "severity", "words", "summary", "goal", "measures", "unit", "responsible", "sponsor", "assisting", "assigned_on",
    "accepted_on", "first_deadline", "deadline", "extensions", "progress", "latest", "outcome", "state", "evidence",
    "recheck", "signed_off", "closed_late", "returns", "look_back", "group", "late", "late_reason", "taken", "colour",
    "leader", "instructions", "photo_before", "photo_after", "remark",
)  # fmt: skip
FULL = (
    "number", "source", "source_ref", "found_on", "finder", "township", "place", "star", "severity", "words", "goal",
    "measures", "unit", "responsible", "sponsor", "assisting", "assigned_on", "accepted_on", "first_deadline",
    "deadline", "extensions", "progress", "outcome", "evidence", "recheck", "signed_off", "look_back", "remark",
)  # fmt: skip
OVERDUE = (
    "number", "township", "village", "star_name", "summary", "unit", "responsible", "group", "assigned_on",
    "first_deadline", "extensions", "deadline", "late", "state", "latest", "late_reason", "taken", "colour", "leader",
    "instructions", "remark",
)  # fmt: skip
# Which columns a ledger begins with; a reader may choose others and another order.
LEDGERS: dict[str, Sequence[str]] = {
    LedgerKind.ISSUES: (
        "number", "source", "source_ref", "found_on", "finder", "township", "place", "star", "severity", "words",
        "goal", "state", "remark",
    ),
    LedgerKind.DUTIES: (
        "number", "township", "village", "summary", "unit", "responsible", "sponsor", "assisting", "measures",
        "assigned_on", "accepted_on", "first_deadline", "deadline", "extensions", "state",
    ),
    LedgerKind.PROGRESS: (
        "number", "township", "village", "summary", "unit", "deadline", "progress", "outcome", "evidence", "returns",
        "recheck", "signed_off", "look_back", "remark",
    ),
    LedgerKind.OVERDUE: OVERDUE,
    LedgerKind.SIGNED_OFF: (
        "number", "township", "village", "star", "summary", "unit", "responsible", "first_deadline", "deadline",
        "evidence", "recheck", "signed_off", "closed_late", "look_back", "remark",
    ),
}  # fmt: skip
