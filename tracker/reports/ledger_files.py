"""A ledger as a file: Excel as officials expect it, CSV for any table program, JSON for other software."""

from __future__ import annotations

import csv
import json
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import partial
from io import TextIOWrapper
from itertools import count
from typing import IO, Any, TypeVar

from tracker import labels
from tracker.clock import local
from tracker.languages import _
from tracker.models import LedgerKind
from tracker.queries.asof import Subtotal
from tracker.queries.ledger import LedgerRow
from tracker.queries.ledger_facts import facts
from tracker.queries.ledger_groups import Sums, in_groups
from tracker.queries.ledger_photos import PHOTO_COLUMNS, has_photos, pictured
from tracker.reports.ledger_columns import COLUMNS, Value, under_of, values_of, values_of_each
from tracker.reports.xlsx import A3, A4, Column, Line, Sheet, runs_of, write_book
from tracker.reports.xlsx_pictures import MOST, Pictures
from tracker.storage import DamagedError
from tracker.storage.small_pictures import small_picture

Cells = list[Value | Pictures]
T = TypeVar("T")
_WIDE = 150  # characters from which a ledger goes on A3
# Some table programs read a full-width sign as the narrow one.
_LIVE = frozenset("=+-@\t\r\n＝＋－＠")


@dataclass(frozen=True)
class Frame:
    """What stands around the rows: which ledger, of whom, as of when; ``closing`` gives the last line, after them.

    ``grouped`` is what the rows are sorted and added up by: ``township``, ``unit``, ``star``, ``group`` or nothing.
    ``picture`` returns the bytes of a stored picture by its hash; without it photographs are told by their names.
    """

    kind: LedgerKind
    columns: Sequence[str]
    unit: str
    words: str
    at: datetime
    closing: Callable[[], str]
    grouped: str = ""
    picture: Callable[[str], bytes] | None = None

    @property
    def title(self) -> str:
        """Return the title in the current language."""
        return labels.word(labels.LEDGER_TITLE, self.kind)


def write_ledgers(target: IO[bytes], ledgers: Sequence[tuple[Frame, Iterable[LedgerRow]]]) -> None:
    """Write a workbook with one sheet a ledger: title, unit and instant, headings that repeat, lines to sign on."""
    write_book(target, [sheet_of(frame, rows) for frame, rows in ledgers])


def sheet_of(frame: Frame, rows: Iterable[LedgerRow]) -> tuple[Sheet, Iterator[Cells | Line]]:
    """Return what stands around the rows, and the rows with lines between; the footer is whole once they are read."""
    line = _("填报单位：{unit}        数据截至：{at}").format(
        unit=frame.unit, at=f"{local(frame.at):%Y-%m-%d %H:%M:%S}"
    )
    lines = (line, _("筛选：{words}").format(words=frame.words)) if frame.words else (line,)
    signatures = _("制表人：                    审核人：                    分管领导：                    日期：")
    footer = ["", signatures]
    headings = headings_of(frame.columns)
    name = labels.word(labels.LEDGER, frame.kind)
    shown = has_photos(frame.columns)
    if shown:
        footer.insert(1, _("照片每类最多显示 {n} 张，不计入校验码").format(n=MOST))
    sheet = Sheet(
        name, frame.title, lines, headings, footer, paper_of(headings), folds=bool(frame.grouped),
        pictured=shown and frame.picture is not None,
        is_sealed=True,
    )  # fmt: skip
    lines_of = lined(pictured(rows, frame.columns, frame.at), frame.grouped, partial(_cells, frame))
    return sheet, _closed(lines_of, frame, footer)


def headings_of(keys: Sequence[str]) -> list[Column]:
    """Return the headings of a ledger with these columns, the number of the row before them."""
    chosen = (Column(_(COLUMNS[key].heading), COLUMNS[key].width, under_of(key)) for key in keys)
    return [Column(_("序号"), 6), *chosen]


def paper_of(headings: Sequence[Column]) -> int:
    """Return the paper, as Excel numbers it, that is wide enough for a ledger."""
    return A3 if sum(one.width for one in headings) > _WIDE else A4


def heads_of(keys: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Return the same headings for paper: neighbours with the heading they share, others alone and without one."""
    columns = headings_of(keys)
    return [(under, [columns[n].heading for n in run]) for under, run in runs_of(columns)]


def _closed(lines: Iterable[Cells | Line], frame: Frame, footer: list[str]) -> Iterator[Cells | Line]:
    yield from lines
    footer[0] = frame.closing()  # the sheet writes its last lines after its rows


def lined(rows: Iterable[LedgerRow], grouped: str, show: Callable[[int, LedgerRow], T]) -> Iterator[T | Line]:
    """Yield each row as it is shown with its number; where they are grouped, a line before and after each group too."""
    numbers = count(1)
    if not grouped:
        yield from map(show, numbers, rows)
        return
    whole = Sums()
    for group in in_groups(rows, grouped, whole):
        yield Line(group_title(group.name, grouped))
        yield from (show(next(numbers), row) for row in group.rows)
        yield Line(_("小计：{sums}").format(sums=sums_words(group.subtotal)), "sum")
    yield Line(_("合计：{sums}").format(sums=sums_words(whole.under())), "sum")


def _cells(frame: Frame, number: int, row: LedgerRow) -> Cells:
    cells: Cells = [number, *values_of(row, frame.columns)]
    for place, key in enumerate(frame.columns, 1) if frame.picture else ():
        if key in PHOTO_COLUMNS:
            cells[place] = _pictures(frame, row, key)
    return cells


def _pictures(frame: Frame, row: LedgerRow, key: str) -> Pictures:
    """Return the first photographs of a column; one that is damaged is told, for the others still prove something."""
    photos, shown, words = row.photos.get(key, ()), [], []
    for photo in photos[:MOST]:
        try:
            content = frame.picture(photo.thumb_sha256) if frame.picture else b""
        except DamagedError:
            words.append(_("{name} 已损坏").format(name=photo.name))
            continue
        about = f"{row.issue.number} {_(COLUMNS[key].heading)}：{photo.name}"
        shown.append((small_picture(content), about))
    if len(photos) > MOST:
        words.append(_("共 {n} 张").format(n=len(photos)))
    return Pictures(shown, "；".join(words))


def closing_words(rows: int, policy_version: int | None, digest: str) -> str:
    """Return the last line of a ledger: how many rows, under which rules, with which digest."""
    policy = _("规则第 {n} 版").format(n=policy_version) if policy_version else _("内置规则")
    return _("共 {n} 条　　{policy}　　校验码 {digest}").format(n=rows, policy=policy, digest=digest)


def group_title(name: str, by: str) -> str:
    """Return the heading of a group: what it is a group of, and which."""
    return f"{labels.word(labels.LEDGER_GROUP, by)}：{name or _('未填写')}"


def sums_words(sums: Subtotal) -> str:
    """Return subtotals in words, as the page says them."""
    return _("共 {n} 条，未办结 {open}，其中逾期 {overdue}，已销号 {closed}").format(
        n=sums.total, open=sums.open, overdue=sums.overdue, closed=sums.signed_off
    )


def write_csv(target: IO[bytes], frame: Frame, rows: Iterable[LedgerRow]) -> None:
    """Write UTF-8 with a mark at its start, as Excel and WPS want it; what would be a formula becomes text."""
    target.write(BOM_UTF8)
    text = TextIOWrapper(target, "utf-8", newline="")
    out = csv.writer(text)
    out.writerow([_("序号"), *(_(COLUMNS[key].heading) for key in frame.columns)])
    cells = values_of_each(pictured(rows, frame.columns, frame.at), frame.columns)
    out.writerows([number, *map(inert, row)] for number, row in enumerate(cells, 1))
    text.detach()


def inert(value: Value) -> Value:
    """Return a value that no table program takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in _LIVE else value


def write_json(target: IO[bytes], frame: Frame, rows: Iterable[LedgerRow], about: Callable[[], dict[str, Any]]) -> None:
    """Write one object: ``rows`` with the codes, days and names that are digested, then what ``about`` says of them.

    Of a grouped ledger ``subtotals`` and ``total`` follow, of one with photographs their names and hashes by number.
    """
    added = _Added(frame)
    target.write(b'{"rows":[')
    for n, row in enumerate(added.watch(rows)):
        target.write(b",\n" if n else b"\n")
        target.writelines(facts([row]))
    said = {"ledger": frame.kind.value, "at": frame.at.isoformat()} | about() | added.said()
    target.write(b"\n]," + json.dumps(said, ensure_ascii=False)[1:].encode())


@dataclass
class _Added:
    """What is told after the rows that went by: their subtotals, their photographs."""

    frame: Frame
    groups: list[Subtotal] = field(default_factory=list)
    whole: Sums = field(default_factory=Sums)
    photos: dict[str, dict[str, list[dict[str, str]]]] = field(default_factory=dict)

    def watch(self, rows: Iterable[LedgerRow]) -> Iterator[LedgerRow]:
        seen = map(self._see, pictured(rows, self.frame.columns, self.frame.at))
        if not self.frame.grouped:
            yield from seen
            return
        for group in in_groups(seen, self.frame.grouped, self.whole):
            yield from group.rows
            self.groups.append(group.subtotal)

    def _see(self, row: LedgerRow) -> LedgerRow:
        held = {key: [{"name": one.name, "sha256": one.sha256} for one in some] for key, some in row.photos.items()}
        if any(held.values()):
            self.photos[row.issue.number] = held
        return row

    def said(self) -> dict[str, Any]:
        said: dict[str, Any] = {"photos": self.photos} if has_photos(self.frame.columns) else {}
        if self.frame.grouped:
            total = asdict(self.whole.under())
            sums = {name: value for name, value in total.items() if name not in ("key", "name")}
            said |= {"grouped": self.frame.grouped, "subtotals": [asdict(one) for one in self.groups], "total": sums}
        return said
