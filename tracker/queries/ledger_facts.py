"""What a line of a ledger says, in codes, days and names, apart from the words of any language: what is digested."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from json.encoder import encode_basestring as quoted
from operator import itemgetter
from typing import Any

from tracker.database import UTCDateTime
from tracker.queries.asof_lines import NAMES, TAKEN, LedgerIssue
from tracker.queries.ledger import LedgerRow
from tracker.queries.versions import COLUMNS, plain

_MOST = 1000  # values of a column that are kept as they were written
_LONGEST = 60  # characters of such a value


def _written(value: Any) -> str:
    """Return a value as canonical JSON."""
    plainly = plain(value)
    if isinstance(plainly, bool):
        return "true" if plainly else "false"
    return str(plainly) if isinstance(plainly, int) else quoted(plainly)


class _Members(dict[Any, str]):
    """How the values of one column are written, kept for those that come again; what is empty is left out."""

    def __init__(self, name: str) -> None:
        super().__init__({None: "", "": ""})
        self._name = name

    def __missing__(self, value: Any) -> str:
        written = f',"{self._name}":{_written(value)}'
        if len(written) < _LONGEST:
            if len(self) > _MOST:
                self.clear()
                self.update({None: "", "": ""})
            self[value] = written
        return written

    def of(self, column: Iterable[Any]) -> Iterator[str]:
        """Return what is written for each value of a column."""
        return map(self.__getitem__, column)


class _Instants:
    """How the instants of one column are written: they hardly ever come again, and to look them up costs more."""

    def __init__(self, name: str) -> None:
        self._begins = f',"{name}":"'

    def of(self, column: Iterable[datetime | None]) -> list[str]:
        """Return what is written for each instant of a column."""
        return [f'{self._begins}{plain(at)}"' if at else "" for at in column]


# What each line tells of its issue, by the name it is digested by.
_FIELDS = {name: name for name in ("issue_id", *COLUMNS) if name != "beside"} | {f"{one}_name": one for one in NAMES}
_ORDER = sorted(_FIELDS)
_ARE_INSTANTS = {column.key for column in TAKEN if isinstance(column.type, UTCDateTime)}
_MEMBERS = [_Instants(name) if name in _ARE_INSTANTS else _Members(name) for name in _ORDER]
_pick: Callable[[Any], tuple[Any, ...]] = itemgetter(*(LedgerIssue._fields.index(_FIELDS[name]) for name in _ORDER))


def facts(lines: Sequence[LedgerRow]) -> Iterator[bytes]:
    """Yield what each line says as canonical JSON: names in their order, no blanks, UTF-8; what is empty is left out.

    The lines are written column by column, which is quicker than line by line.
    """
    columns = zip(*(_pick(line.issue) for line in lines), strict=True)
    written = [members.of(column) for members, column in zip(_MEMBERS, columns, strict=bool(lines))]
    for line, told in zip(lines, zip(*written, strict=True), strict=True):
        yield f"{{{''.join(_with_beside(told, line))[1:]}}}".encode()


def _with_beside(told: Sequence[str], line: LedgerRow) -> Sequence[str]:
    beside = sorted(_beside(line), reverse=True)
    if not beside:
        return told
    told = [*told]
    for name, written in beside:
        told.insert(bisect(_ORDER, name), f',"{name}":{written}')
    return told


def _beside(line: LedgerRow) -> Iterator[tuple[str, str]]:
    if line.late is not None:
        yield "late_natural", str(line.late.natural)
        yield "late_working", str(line.late.working)
        yield "colour", quoted(line.late.colour)
    for name, value in line.beside.items():
        if isinstance(value, list):
            if value:
                yield name, f"[{','.join(map(_one, value))}]"
        elif value is not None and value != "":
            yield name, _written(value)


def _one(value: Any) -> str:
    return f"[{','.join(map(_written, value))}]" if isinstance(value, tuple) else _written(value)
