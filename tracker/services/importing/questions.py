"""What an import asks before it can go on: names of units, words of state, the order of day and month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tracker import labels
from tracker.database import db
from tracker.languages import N_, _
from tracker.models import ImportBatch, Unit
from tracker.queries.import_index import UnitEntry, UnitIndex, unit_index
from tracker.reading.days import Order
from tracker.reading.fields import ImportKind, fields_of
from tracker.reading.mapping import CREATE, LEAVE, SPOT, FileMapping
from tracker.reading.words import state_of
from tracker.services.importing.spoken import folded, state_words
from workflows.importing import STARTS
from workflows.issue import IssueState, Severity

MOST = 60  # questions on one page; the rest follows once these are answered
_PLACES = ("township", "village", "place")
_ORDERS = {Order.YMD: N_("年/月/日"), Order.DMY: N_("日/月/年"), Order.MDY: N_("月/日/年")}

Options = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Question:
    """One thing to decide: what it is about, in which field, in how many rows, and what may be answered.

    ``chosen`` is what is proposed, or was answered before; ``is_open`` waits for an answer.
    """

    name: str
    field: str
    rows: int
    options: Options
    chosen: str = ""
    is_open: bool = True


@dataclass(frozen=True)
class Questions:
    """All questions of one import, by what they are about."""

    units: Sequence[Question]
    states: Sequence[Question]
    severities: Sequence[Question]
    orders: Sequence[Question]
    more: int

    @property
    def waiting(self) -> int:
        """Return how many wait for an answer."""
        everything = (*self.units, *self.states, *self.severities, *self.orders)
        return sum(one.is_open for one in everything) + self.more


def import_questions(batch: ImportBatch) -> Questions:
    """Return what is to be decided about an import, what is asked first."""
    mapping = FileMapping.model_validate(batch.mapping)
    asks: list[tuple[str, str, str, int]] = [(row[0], row[1], row[2], row[3]) for row in batch.summary.get("asks", ())]
    unknown = [ask for ask in asks if ask[0] in ("unit_unknown", "unit_several")]
    shown = unknown[:MOST]
    index = unit_index() if shown else UnitIndex({})
    return Questions(
        units=[_unit(ask, index, mapping) for ask in shown],
        states=_states(batch, mapping), severities=_severities(asks), orders=_orders(batch, asks),
        more=len(unknown) - len(shown),
    )  # fmt: skip


def _unit(ask: tuple[str, str, str, int], index: UnitIndex, mapping: FileMapping) -> Question:
    _code, field, name, rows = ask
    found = index.candidates(name)
    parents = _parents([unit for unit, _score in found])
    options = [(f"#{unit.id}", _called(unit, parents)) for unit, _score in found]
    options += [(f"#{unit.id}", _called(unit, parents)) for unit in index.find(name).others
                if unit.id not in {one.id for one, _score in found}]  # fmt: skip
    if field in _PLACES and mapping.kind is ImportKind.LEDGER:
        options += [(f"{CREATE}:{kind}", _new(kind)) for kind in _kinds(field, name, mapping)]
        options.append((SPOT, _("不是单位，记为具体位置")))
    options.append((LEAVE, _("留空")))
    return Question(name, labels.field_words(mapping.kind, field), rows, options)


def _kinds(field: str, name: str, mapping: FileMapping) -> list[str]:
    """Return the kinds of unit that a name may become: those its ending speaks for, else those of its column."""
    ending = [kind for kind, ends in mapping.place_kinds.items() if name.endswith(ends)]
    if ending:
        return ending
    return ["township", "street"] if field == "township" else ["village", "community"]


def _new(kind: str) -> str:
    return _("新建{kind}").format(kind=labels.word(labels.UNIT_KIND, kind))


def _parents(units: Sequence[UnitEntry]) -> dict[int, str]:
    ids = {unit.township_id for unit in units if unit.township_id}
    return {unit.id: unit.name for unit in db.session.query(Unit).filter(Unit.id.in_(ids))} if ids else {}


def _called(unit: UnitEntry, parents: dict[int, str]) -> str:
    above = parents.get(unit.township_id or 0, "")
    where = _("（{name}）").format(name=above) if above and unit.township_id != unit.id else ""
    return f"{unit.name}{where}"


def _states(batch: ImportBatch, mapping: FileMapping) -> list[Question]:
    """Return every word of state in the file with what it is taken for; those not understood wait."""
    words: dict[str, int] = batch.summary.get("words", {}).get("status", {})
    options = [(state.value, labels.word(labels.STATE, state)) for state in IssueState if state in STARTS]
    field = labels.field_words(mapping.kind, "status")
    found = []
    for word, rows in list(words.items())[:MOST]:
        meant = state_words().get(folded(word)) or state_of(word)[0]
        chosen = mapping.states.get(word, meant)
        found.append(Question(word, field, rows, options, chosen.value if chosen else "", chosen is None))
    return found


def _severities(asks: Sequence[tuple[str, str, str, int]]) -> list[Question]:
    options = [(one.value, labels.word(labels.SEVERITY, one)) for one in Severity]
    return [Question(name, labels.field_words(ImportKind.LEDGER, field), rows, options)
            for code, field, name, rows in asks if code == "severity_unknown"][:MOST]  # fmt: skip


def _orders(batch: ImportBatch, asks: Sequence[tuple[str, str, str, int]]) -> list[Question]:
    """Return the fields whose days can be read in two orders, with an example of each."""
    fields = fields_of(batch.kind)
    found: dict[str, tuple[str, int]] = {}
    for code, field, name, rows in asks:
        if code == "day_order":
            example, count = found.get(field, (name, 0))
            found[field] = (example, count + rows)
    options = [(order.value, _(words)) for order, words in _ORDERS.items()]
    return [Question(example, field if field in fields else "", rows, options)
            for field, (example, rows) in found.items()]  # fmt: skip
