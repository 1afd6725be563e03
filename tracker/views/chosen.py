"""Units and people as forms send them: the id that was chosen, or only the words that were typed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from flask import g
from werkzeug.datastructures import MultiDict

from tracker.errors import InvalidError
from tracker.languages import _
from tracker.models import UnitKind
from tracker.queries.people import people_suggest
from tracker.queries.places import unit_names
from tracker.queries.unit_search import unit_resolve
from tracker.views.ids import id_of


def unit_chosen(given: Mapping[str, Any], field: str, kinds: Collection[UnitKind] = ()) -> str:
    """Return the id in ``field`` of ``given``, found by the words beside it where these say something else."""
    return _unit(str(given.get(field, "")), str(given.get(f"{field}_text", "")), field, kinds)


def units_chosen(given: MultiDict[str, str], field: str) -> list[str]:
    """Return the ids of a field that stands several times in the form."""
    ids, texts = given.getlist(field), given.getlist(f"{field}_text")
    texts += [""] * (len(ids) - len(texts))
    found = (_unit(one, text, field, ()) for one, text in zip(ids, texts, strict=False))
    return [one for one in found if one]


def person_chosen(given: Mapping[str, Any], field: str, unit_id: int) -> str:
    """Return the id of the person; by the words typed where no id came, at that unit."""
    chosen, text = str(given.get(field, "")), str(given.get(f"{field}_text", "")).strip()
    if chosen or not text:
        return chosen
    found = people_suggest(text, today=g.actor.today, unit_id=unit_id or None)
    exact = [one for one in found if one.name == text] or found
    if len(exact) != 1:
        raise InvalidError({field: _("没有找到“{text}”，请从列表中选择该单位的责任人").format(text=text[:40])})
    return str(exact[0].id)


def _unit(chosen: str, text: str, field: str, kinds: Collection[UnitKind]) -> str:
    text = text.strip()
    if not text or (chosen and unit_names([id_of(chosen)]).get(id_of(chosen)) == text):
        return chosen
    return str(unit_resolve(g.actor, text, kinds, field))
