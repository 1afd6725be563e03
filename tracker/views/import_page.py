"""The page of one import: how the file was understood, what waits to be decided, and what may be done now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app, g, render_template

from tracker import clock, labels
from tracker.languages import _
from tracker.models import Fate, ImportBatch
from tracker.queries.imports import imported_before, issues_brought
from tracker.reading.days import RULES
from tracker.reading.fields import fields_of
from tracker.reading.headings import HEADER_NOTES
from tracker.reading.mapping import FileMapping
from tracker.reading.proposal import REASONS, SURE
from tracker.services.importing.batches import import_facts, worked_on
from tracker.services.importing.notes import Level
from tracker.services.importing.questions import import_questions
from tracker.services.importing.staging import shown, unpacked
from tracker.services.importing.window import RowWindow
from tracker.services.tasks import LEASE
from tracker.spreadsheets.columns import letters_of
from tracker.storage.tables import TableLimits
from workflows.engine import available
from workflows.importing import IMPORT, ImportState

FIRST = 100
_SAMPLES = 3
_TOLD = (Level.WRONG, Level.ASK, Level.DOUBT, Level.INFO)
_BROUGHT = 12


@dataclass(frozen=True)
class ColumnChoice:
    """One column of the file with what it is taken for: samples, how sure, why, and how its days were read."""

    column: int
    letter: str
    heading: str
    field: str
    samples: Sequence[str]
    sureness: float
    reason: str
    rules: Sequence[str]
    is_mixed: bool
    in_remark: bool


def import_page(
    batch: ImportBatch, *, errors: dict[str, str], may: bool, typed: Mapping[str, str] | None = None
) -> str:
    """Return the page of an import in whatever state it is."""
    at = clock.now()
    context: dict[str, Any] = {
        "batch": batch, "errors": errors, "may_change": may, "typed": typed or {},
        "is_stuck": batch.task is not None and (batch.task_at or batch.made_at) < at - LEASE,
        "most": TableLimits(), "before": imported_before(batch), "kind": labels.word(labels.IMPORT_KIND, batch.kind),
    }  # fmt: skip
    if batch.task is not None or batch.state in (ImportState.RECEIVED, ImportState.FAILED, ImportState.DROPPED):
        return render_template("imports/detail.html", **context, offers={})
    two = bool(current_app.config["TWO_PERSON_IMPORTS"])
    facts = import_facts(batch, g.actor, at, two_persons=two)
    good = import_facts(batch, g.actor, at, two_persons=two, good_only=True)
    context |= {
        "offers": available(IMPORT, batch.state, facts), "facts": facts, "good": good,
        "window": RowWindow(batch, g.actor.today).rows((), 0, FIRST), "fates": list(Fate),
        "told": _told(batch), "brought": issues_brought(batch.id, _BROUGHT),
        "worked": worked_on(batch.id, 3) if batch.state is ImportState.STORED else [],
    }  # fmt: skip
    if batch.state is ImportState.PROPOSED:
        context |= _correcting(batch)
    return render_template("imports/detail.html", **context)


def _correcting(batch: ImportBatch) -> dict[str, Any]:
    """Return what the forms of correction show."""
    mapping = FileMapping.model_validate(batch.mapping)
    fields = [(key, _(field.words)) for key, field in fields_of(batch.kind).items()]
    columns = _columns(batch, mapping)
    return {
        "mapping": mapping, "questions": import_questions(batch), "columns": columns, "fields": fields,
        "header_notes": [labels.word(HEADER_NOTES, code) for code in batch.about.get("header_notes", ())],
        "is_header_unsure": batch.about.get("header_sure", 1.0) < SURE,
        "unsure": [one for one in columns if one.field and one.sureness < SURE],
        "years": sum(n for level, code, _field, n in _notes(batch) if code == "day_year"),
        "needed": [_(field.words) for key, field in fields_of(batch.kind).items()
                   if field.is_needed and key not in mapping.columns],
    }  # fmt: skip


def _columns(batch: ImportBatch, mapping: FileMapping) -> list[ColumnChoice]:
    about, summary = batch.about, batch.summary
    matches = {int(one["column"]): one for one in about.get("matches", ())}
    fields = {heading: key for key, names in mapping.columns.items() for heading in names}
    samples = _samples(batch)
    found = []
    for column, heading in about.get("headings", ()):
        field = fields.get(heading, "")
        match = matches.get(column, {})
        is_proposed = match.get("field") == field and field
        found.append(ColumnChoice(
            column, letters_of(column), heading, field, samples.get(column, ()),
            float(match.get("sureness", 0)) if is_proposed else 1.0,
            labels.word(REASONS, match.get("reason", "")) if is_proposed else "" if field else _("不导入"),
            _rules(summary, field), field in summary.get("mixed", ()), heading in mapping.remark_from,
        ))  # fmt: skip
    return found


def _samples(batch: ImportBatch) -> dict[int, list[str]]:
    """Return the first few different values of each column."""
    found: dict[int, list[str]] = {}
    for row in batch.about.get("samples", ()):
        for column, cell in enumerate(row):
            words = shown(unpacked(cell))[:60]
            held = found.setdefault(column, [])
            if words and words not in held and len(held) < _SAMPLES:
                held.append(words)
    return found


def _rules(summary: Mapping[str, Any], field: str) -> list[str]:
    rules: Mapping[str, int] = summary.get("rules", {}).get(field, {})
    return [
        _("{rule}：{n} 个").format(rule=labels.word(RULES, rule), n=n) for rule, n in rules.items() if rule != "empty"
    ]


def _notes(batch: ImportBatch) -> list[tuple[str, str, str, int]]:
    return [(row[0], row[1], row[2], row[3]) for row in batch.summary.get("notes", ())]


def _told(batch: ImportBatch) -> list[tuple[str, str, str, int]]:
    """Return (level, what, field, rows) for everything noticed, the gravest first, rows that are no data left out."""
    rows = [row for row in _notes(batch) if not row[1].startswith("row_") or row[1] == "row_twice"]
    rows.sort(key=lambda row: (_TOLD.index(Level(row[0])), -row[3]))
    fields = fields_of(batch.kind)
    return [(level, code, _(fields[field].words) if field in fields else "", n) for level, code, field, n in rows]
