"""What the filters of the lists offer to choose from, in the reader's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from tracker import labels
from tracker.clock import local
from tracker.forms.filters import ListForm
from tracker.languages import _
from tracker.models import Source
from tracker.queries.filters import Band, Mine, Timing
from tracker.queries.places import group_names, star_names, township_names, unit_names
from workflows.issue import IssueState, Severity
from workflows.policy import Colour

Pairs = list[tuple[Any, str]]


def _coded(codes: Iterable[str], table: Mapping[str, str]) -> Pairs:
    return [(code, labels.word(table, code)) for code in codes]


def filter_choices() -> dict[str, Pairs]:
    """Return the choices of every filter that has a list, by the name of its field."""
    return {
        "state": _coded(IssueState, labels.STATE),
        "timing": _coded(Timing, labels.TIMING),
        "source": _coded(Source, labels.SOURCE),
        "severity": _coded(Severity, labels.SEVERITY),
        "mine": _coded(Mine, labels.MINE),
        "band": _coded(Band, labels.BAND),
        "colour": _coded((Colour.RED, Colour.YELLOW, Colour.BLUE), labels.COLOUR_NAME),
        "star": star_names(),
        "group": group_names(),
        "township": township_names(),
    }


_CODED = {
    "timing": labels.TIMING, "source": labels.SOURCE, "severity": labels.SEVERITY, "band": labels.BAND,
    "mine": labels.MINE, "colour": labels.COLOUR_NAME, "left": labels.STATE,
}  # fmt: skip
_PLAIN = (
    "q", "found_from", "found_to", "due_from", "due_to", "closed_from", "closed_to", "reopened_from", "reopened_to",
    "left_from", "left_to", "batch",
)  # fmt: skip
_NAMED = {"star": "star", "finder": "group", "roster": "group"}


def filter_words(form: ListForm) -> str:
    """Return in words what a list is narrowed by, for a footer; nothing where it is whole."""
    names, choices = place_and_unit(form), filter_choices()
    said = []
    for field, value in form.query(whole=False).items():
        words = _value_words(field, value, names, choices)
        if words:
            said.append(f"{_(form.labels[field])}：{words}")
    return "；".join(said)


def _value_words(field: str, value: Any, names: dict[str, str], choices: dict[str, Pairs]) -> str:
    if field == "state":
        tables = {**labels.STATE, **labels.TAB}
        return "、".join(labels.word(tables, state) for state in value)
    if field == "blank":
        return labels.word(labels.LEDGER_GROUP, value)
    if field == "left_after":
        return f"{local(datetime.fromisoformat(value)):%Y-%m-%d %H:%M:%S}"
    if field in names:
        return names[field]
    if field in _CODED:
        return labels.word(_CODED[field], value)
    if field in _NAMED:
        return dict(choices[_NAMED[field]]).get(value, str(value))
    if field in _PLAIN:
        return str(value)
    return _("是") if field in ("returned", "recurred") else ""


def place_and_unit(form: ListForm) -> dict[str, str]:
    """Return the names of the place and the unit that were chosen, for the fields that find them by letters."""
    names = unit_names([chosen for chosen in (form.place, form.unit) if chosen])
    return {"place": names.get(form.place or 0, ""), "unit": names.get(form.unit or 0, "")}
