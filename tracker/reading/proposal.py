"""What each column of a table probably holds, proposed for the user to confirm."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.languages import N_
from tracker.reading.column_content import Content, content_of, support
from tracker.reading.fields import Field, ImportKind, fields_of
from tracker.reading.heading_match import EXACT, FUZZY, PART, SYNONYM, Score, scores
from tracker.reading.heading_words import Heading
from tracker.reading.vague_headings import CONTENT, Around, content_scores, is_vague, missing_scores, vague_scores

SAVED = "saved"
REASONS: Mapping[str, str] = {
    EXACT: N_("与字段同名"),
    SYNONYM: N_("常用的叫法"),
    FUZZY: N_("名称相近"),
    PART: N_("名称包含"),
    CONTENT: N_("看内容判断"),
    SAVED: N_("沿用以前的对应"),
    "": N_("未认出，不导入"),
}
# Below this a user is asked to confirm.
SURE = 0.6
_LEAST = 0.4
# A column of short states under 整改情况 is the state, sentences under 完成情况 are the progress.
_TWINS = (
    ("progress", "status"),
    ("status", "progress"),
    ("percent", "progress"),
    ("result_of_check", "recheck_finding"),
)
_LETTERS = re.compile(r"（[A-Z]+列）")
_MARGIN = 0.12


@dataclass(frozen=True)
class Match:
    """What a column is taken for: a field's key, empty if it is left out; how surely, 0 to 1; a code of ``REASONS``."""

    column: int
    heading: str
    field: str
    sureness: float
    reason: str


@dataclass(frozen=True)
class _Candidate:
    sureness: float
    column: int
    field: str
    reason: str


def _weighed(score: Score, verdict: int) -> Score:
    """Return the score after hearing the cells: they add a little, and take away enough that the user is asked."""
    if verdict < 0:
        return Score(score.sureness * 0.58, score.reason)
    return Score(min(1.0, score.sureness + 0.06 * verdict * (score.sureness < 0.95)), score.reason)


def _twins(found: Mapping[str, Score], fields: Mapping[str, Field], content: Content) -> dict[str, Score]:
    """Return the fields that the cells speak for instead of the one that the heading names, and that one, less sure."""
    twins = {}
    for named, other in _TWINS:
        if (
            named in found
            and other in fields
            and support(fields[other], content) > 0 >= support(fields[named], content)
        ):
            twins[named] = Score(found[named].sureness * 0.58, found[named].reason)
            twins[other] = Score(found[named].sureness * 0.85, CONTENT)
    return twins


def _by_words(heading: Heading, kind: ImportKind, content: Content) -> dict[str, Score]:
    fields, found = fields_of(kind), scores(heading, kind)
    weighed = {key: _weighed(score, support(fields[key], content)) for key, score in found.items()}
    return weighed | _twins(found, fields, content)


def _assigned(scored: Mapping[int, Mapping[str, Score]], kind: ImportKind) -> dict[int, _Candidate]:
    """Give each field to the column that fits it best, and each column one field; ties go by column, then by field."""
    order = {key: place for place, key in enumerate(fields_of(kind))}
    candidates = [
        _Candidate(score.sureness, column, field, score.reason)
        for column, found in scored.items()
        for field, score in found.items()
        if score.sureness >= _LEAST
    ]
    taken: dict[int, _Candidate] = {}
    for candidate in sorted(candidates, key=lambda one: (-round(one.sureness, 3), one.column, order[one.field])):
        is_free = candidate.field not in {one.field for one in taken.values()}
        if candidate.column not in taken and is_free:
            taken[candidate.column] = candidate
    return taken


def _around(
    chosen: Mapping[int, _Candidate], contents: Mapping[int, Content], sample: Sequence[Sequence[object]]
) -> Around:
    columns = {one.field: column for column, one in chosen.items() if one.sureness >= 0.5}
    return Around(columns, contents, sample)


def _looked_at_again(heading: Heading, around: Around, kind: ImportKind, is_scored: bool) -> dict[str, Score]:
    """Return the scores of a column whose own words say too little, now that the others are known."""
    if kind is not ImportKind.LEDGER:
        return {}
    if not is_scored and not is_vague(heading) and not _LETTERS.fullmatch(heading.words):
        return missing_scores(heading, around)
    if _LETTERS.fullmatch(heading.words):
        return content_scores(heading.column, around)
    if not is_vague(heading):
        return {}
    content, fields = around.contents[heading.column], fields_of(kind)
    found = vague_scores(heading, around)
    return {key: _weighed(score, min(0, support(fields[key], content))) for key, score in found.items()}


def _cells(sample: Sequence[Sequence[object]], column: int) -> list[object]:
    return [row[column] if column < len(row) else None for row in sample]


def propose(headings: Sequence[Heading], sample: Sequence[Sequence[object]], kind: ImportKind) -> tuple[Match, ...]:
    """Return what each column holds, one match a column in their order; a field is given to one column at most.

    ``sample`` are some rows of data. A sureness below ``SURE`` asks for a confirmation.
    """
    width = max((heading.column for heading in headings), default=-1) + 1
    padded = [[*row, *[None] * (width - len(row))] for row in sample]
    contents = {heading.column: content_of(_cells(padded, heading.column)) for heading in headings}
    scored = {heading.column: _by_words(heading, kind, contents[heading.column]) for heading in headings}
    around = _around(_assigned(scored, kind), contents, padded)
    again = {
        heading.column: _looked_at_again(heading, around, kind, bool(scored[heading.column])) for heading in headings
    }
    chosen = _assigned(scored | {column: found for column, found in again.items() if found}, kind)
    return tuple(_match(heading, chosen.get(heading.column)) for heading in headings)


def _match(heading: Heading, chosen: _Candidate | None) -> Match:
    if chosen is None:
        return Match(heading.column, heading.words, "", 0.0, "")
    return Match(heading.column, heading.words, chosen.field, round(chosen.sureness, 2), chosen.reason)


def _fit(headings: Sequence[Heading], sample: Sequence[Sequence[object]], kind: ImportKind) -> tuple[float, float]:
    """Return how well a table fits a kind, and how much of what the kind needs it has, both 0 to 1."""
    matches = propose(headings, sample, kind)
    needed = {key for key, field in fields_of(kind).items() if field.is_needed}
    present = {match.field for match in matches}
    share = sum(match.sureness for match in matches) / len(matches) if matches else 0.0
    complete = len(needed & present) / len(needed) if needed else 1.0
    return share * (0.4 + 0.6 * complete), complete


def propose_kind(headings: Sequence[Heading], sample: Sequence[Sequence[object]]) -> tuple[ImportKind, float]:
    """Return what kind of table this is, and how surely; a ledger, unless another kind fits clearly better.

    The sureness, 0 to 1, grows with the distance to the next kind and with how much of what is needed is there.
    """
    fits = {kind: _fit(headings, sample, kind) for kind in ImportKind}
    best = max(fits, key=lambda kind: fits[kind][0] + _MARGIN * (kind is ImportKind.LEDGER))
    (fit, complete), others = fits[best], [one for kind, (one, _) in fits.items() if kind is not best]
    return best, round(fit / (fit + max(others)) * (0.5 + 0.5 * complete), 2) if fit else 0.0
