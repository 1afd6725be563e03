"""The import of a file 导入, beside the issues: read, seen, stored or dropped; taken back while nobody worked on it.

Where an issue may start that an existing ledger brings is law too, see ``start_refusal``: the ledger's own history
stands for the steps taken before there was a tracker, so each state asks for what those steps would have left.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workflows.engine import first_refusal
from workflows.issue import IssueState
from workflows.spec import Guard, Transition, Workflow


class ImportState(StrEnum):
    """Where an import stands."""

    RECEIVED = "received"
    PROPOSED = "proposed"
    ASKED = "asked"
    STORED = "stored"
    UNDONE = "undone"
    DROPPED = "dropped"
    FAILED = "failed"


class ImportCapacity(StrEnum):
    """In which capacity somebody acts on an import."""

    IMPORTER = "importer"
    CONFIRMER = "confirmer"


@dataclass(frozen=True)
class ImportFacts:
    """Everything the rules of an import look at; the person counts, whatever the post."""

    capacities: frozenset[ImportCapacity]
    is_read: bool = False
    good_rows: int = 0
    faulty_rows: int = 0
    good_only: bool = False
    needs_second: bool = False
    actor_asked: bool = False
    is_recent: bool = True
    can_go_back: bool = True
    is_untouched: bool = True


is_read = Guard("import_unread", lambda f: f.is_read)
has_rows = Guard("import_empty", lambda f: f.good_rows > 0)
all_good = Guard("import_faulty", lambda f: f.good_only or f.faulty_rows == 0)
one_is_enough = Guard("import_needs_second", lambda f: not f.needs_second)
second_needed = Guard("import_needs_none", lambda f: f.needs_second)
not_who_asked = Guard("import_you_asked", lambda f: not f.actor_asked)
recent = Guard("import_asked_long_ago", lambda f: f.is_recent)
goes_back = Guard("import_stays", lambda f: f.can_go_back)
untouched = Guard("import_worked_on", lambda f: f.is_untouched)

S, C, T = ImportState, ImportCapacity, Transition
IMPORT = Workflow(
    name="import",
    states=ImportState,
    initial=S.RECEIVED,
    transitions=(
        T("propose", S.RECEIVED, S.PROPOSED, (C.IMPORTER,), (is_read,)),
        T("fail", S.RECEIVED, S.FAILED, (C.IMPORTER,)),
        T("store", S.PROPOSED, S.STORED, (C.IMPORTER,), (has_rows, all_good, one_is_enough)),
        T("ask", S.PROPOSED, S.ASKED, (C.IMPORTER,), (has_rows, all_good, second_needed)),
        T("confirm", S.ASKED, S.STORED, (C.CONFIRMER,), (not_who_asked, recent, has_rows, all_good)),
        T("decline", S.ASKED, S.PROPOSED, (C.IMPORTER, C.CONFIRMER)),
        T("drop", S.RECEIVED, S.DROPPED, (C.IMPORTER,)),
        T("drop", S.PROPOSED, S.DROPPED, (C.IMPORTER,)),
        T("drop", S.ASKED, S.DROPPED, (C.IMPORTER,)),
        T("drop", S.FAILED, S.DROPPED, (C.IMPORTER,)),
        T("undo", S.STORED, S.UNDONE, (C.IMPORTER,), (goes_back, untouched)),
    ),
)


@dataclass(frozen=True)
class StartFacts:
    """What a ledger says of one issue, as far as its start depends on it."""

    has_description: bool = False
    has_responsible_unit: bool = False
    has_sign_off_day: bool = False
    has_review_date: bool = False


described = Guard("no_description", lambda f: f.has_description)
held = Guard("no_responsible_unit", lambda f: f.has_responsible_unit)
closed_on = Guard("no_sign_off_day", lambda f: f.has_sign_off_day)
reviewed_on = Guard("no_review_date", lambda f: f.has_review_date)
# A draft is somebody's own note, which no ledger can hold.
STARTS: dict[IssueState, tuple[Guard, ...]] = {
    IssueState.REGISTERED: (described,),
    IssueState.ASSIGNED: (described, held),
    IssueState.RECTIFYING: (described, held),
    IssueState.SUBMITTED: (described, held),
    IssueState.VERIFIED: (described, held),
    IssueState.SIGNED_OFF: (described, closed_on),
    IssueState.SUSPENDED: (described, held, reviewed_on),
    IssueState.DISMISSED: (described,),
}
START_NOT_HERE = "import_no_start"


def start_refusal(state: IssueState, facts: StartFacts) -> str | None:
    """Return the code that forbids an imported issue to start in ``state``, or ``None``."""
    guards = STARTS.get(state)
    return START_NOT_HERE if guards is None else first_refusal(guards, facts)
