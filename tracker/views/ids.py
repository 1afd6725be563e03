"""Ids in addresses and forms: plain digits within what a column holds, or no id at all."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

_LARGEST = 2**31 - 1
_PLAIN = re.compile(r"0|[1-9][0-9]{0,9}")


class IdConverter(IntegerConverter):
    """Takes ``17``, and neither ``017`` nor ``１７`` nor what no database could hold."""

    regex = _PLAIN.pattern

    def __init__(self, map: Map, *args: Any, **options: Any) -> None:  # noqa: A002  # the name of the base class
        super().__init__(map, *args, **{"max": _LARGEST} | options)


def register(app: Flask) -> None:
    """Read every ``<int:…>`` that way; before any route is added."""
    app.url_map.converters["int"] = IdConverter


def id_of(text: str | None) -> int:
    """Return the id a form sent, or 0, which no record has."""
    return int(text) if text and _PLAIN.fullmatch(text) and int(text) <= _LARGEST else 0
