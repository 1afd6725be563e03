"""Sets a ledger page by page: title, headings on each page, rows under rules, what closes it, a foot on each page."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.reports.ledger_pdf_end import Mark, close, embed
from tracker.reports.ledger_pdf_file import PdfFile
from tracker.reports.ledger_pdf_head import headings
from tracker.reports.ledger_pdf_layout import BOTTOM, SIDE, TOP, Layout, Sheet, layout
from tracker.reports.ledger_pdf_text import Cells, Script, set_line

TITLE, CLOSING, FOOT = 18.0, 9.0, 7.5  # pt
_FOOT_BASE = BOTTOM - 14
SIGNING = 36.0  # pt that the places to sign take
_GREY, _PALE, _INK = b"0.91 0.93 0.93 rg ", b"0.955 0.965 0.965 rg ", b"0 g "
_RULES = b"0.4 w 0.3 G "
_FEWEST = 3  # lines of a row that are worth beginning at the foot of a page


class Pages:
    """The pages of one ledger, each written as soon as it is full."""

    def __init__(self, file: PdfFile, sheet: Sheet, body: Script, head: Script) -> None:
        self._file, self._sheet, self._body, self._head = file, sheet, body, head
        self._layout: Layout = layout([width for _words, width in sheet.columns])
        self._size = b"%.2f" % self._layout.size
        self._fonts, self._resources, self._foot = (file.number() for _ in range(3))
        self._columns = [Cells(body, self._size, self._layout.room(n, n)) for n in range(len(sheet.columns))]
        self._bands = Cells(head, self._size, self._layout.room(0, len(sheet.columns) - 1))
        self._begins = [b"1 0 0 1 %.2f " % (edge + self._layout.pad) for edge in self._layout.edges]
        self._continued = self._columns[0].lines(sheet.continued)
        self._headings, self._head_height = headings(sheet, self._layout, head)
        self._marks: list[Mark] = []
        self._parts: list[bytes] = []
        self._rules: list[bytes] = []
        self._held: list[list[list[bytes]]] = []
        self._heading: tuple[str, list[bytes]] | None = None
        self._y = self._top = 0.0
        self._room = self._layout.paper[1] - TOP - BOTTOM - self._head_height
        self._begin()

    @property
    def number(self) -> int:
        """Return how many pages are written."""
        return self._file.pages

    def row(self, cells: Sequence[str]) -> None:
        """Set one row; what is longer than the rest of the page goes on the next one, line by line if need be.

        The last row is kept back until it is known what follows: what closes the ledger never stands on a page alone.
        """
        shown = [column.lines(words) for column, words in zip(self._columns, cells, strict=True)]
        self._release()
        self._held.append(shown)

    def _release(self) -> None:
        """Set what was kept back: sums on the page of their row, the heading of a group on that of its first."""
        if not self._held:
            return
        if len(self._held) > 1:
            self._keep_together(self._held_height())
        self._set_heading(max(map(len, self._held[0])))
        for shown in self._held:
            if len(shown) == 1:
                self._set_band(shown[0])
            else:
                self._set_row(shown)
        self._held.clear()

    def _held_height(self) -> float:
        heading = [self._height(self._heading[1])] if self._heading else []
        return sum(heading + [self._height(max(shown, key=len)) for shown in self._held])

    def _keep_together(self, height: float) -> None:
        """Turn the page where so much has no room on this one, and has on the next."""
        if self._y - BOTTOM < height <= self._room:
            self._turn()

    def _set_heading(self, many: int) -> None:
        """Set the heading that waits, if one does, where the first row below it, of so many lines, begins as well."""
        if self._heading is None:
            return
        (words, shown), self._heading = self._heading, None
        lines = many if self._is_short(many) else _FEWEST
        self._keep_together(self._height(shown) + lines * self._layout.leading + 2 * self._layout.pad)
        self._marks.append(Mark(words, self._file.pages, self._y))
        self._set_band(shown)

    def _set_row(self, shown: list[list[bytes]]) -> None:
        many = max(map(len, shown))
        self._make_room(many)
        done = 0
        while done < many:
            some = max(1, min(many - done, self._lines_left()))
            self._lay([lines[done : done + some] for lines in shown], some)
            done += some
            if done < many:
                self._turn()
                if not shown[0][done:]:
                    shown[0] = [*shown[0], *[b""] * (done - len(shown[0])), *self._continued]

    def _make_room(self, many: int) -> None:
        """Turn the page where a row of so many lines should not begin on this one."""
        left = self._lines_left()
        if many > left and (self._is_short(many) or left < _FEWEST):
            self._turn()

    def _is_short(self, many: int) -> bool:
        return many * self._layout.leading < self._room / 3

    def _lines_left(self) -> int:
        return int((self._y - BOTTOM - self._layout.pad * 2) / self._layout.leading)

    def _lay(self, shown: Sequence[Sequence[bytes]], many: int) -> None:
        leading, pad = self._layout.leading, self._layout.pad
        base = self._y - pad - self._layout.size * 0.95
        heights = [b"%.2f Tm" % (base - n * leading) for n in range(many)]
        parts = self._parts
        parts.append(b"BT ")
        for begins, lines in zip(self._begins, shown, strict=False):
            for line, height in zip(lines, heights, strict=False):
                if line:
                    parts += (begins, height, line)
        parts.append(b" ET\n")
        self._down(many * leading + 2 * pad)

    def _down(self, height: float) -> None:
        self._y -= height
        self._across()

    def _across(self) -> None:
        """Draw a rule from the left to the right of the table, here."""
        edges = self._layout.edges
        self._rules.append(b"%.2f %.2f m %.2f %.2f l\n" % (edges[0], self._y, edges[-1], self._y))

    def begin(self, words: str) -> None:
        """Set the heading of a group, over all columns; it stays with its first row."""
        self._release()
        self._set_heading(0)
        self._heading = words, self._bands.lines(words)

    def sum(self, words: str) -> None:
        """Set the sums of the rows above, over all columns; they stay with the last row."""
        self._held.append([self._bands.lines(words)])

    def _height(self, lines: Sequence[bytes]) -> float:
        return len(lines) * self._layout.leading + 2 * self._layout.pad

    def _set_band(self, shown: Sequence[bytes]) -> None:
        height = self._height(shown)
        if height > self._y - BOTTOM:
            self._turn()
        self._uprights()
        left, bottom = self._layout.edges[0], self._y - height
        self._parts.append(b"%b%.2f %.2f %.2f %.2f re f %b" % (_PALE, left, bottom, self._layout.width, height, _INK))
        own, back = (script.chosen(self._size) for script in (self._head, self._body))
        self._lay([[own + line + back for line in shown]], len(shown))
        for edge in (left, self._layout.edges[-1]):
            self._rules.append(b"%.2f %.2f m %.2f %.2f l\n" % (edge, bottom, edge, bottom + height))
        self._top = self._y

    def _uprights(self) -> None:
        """Draw the rules between columns from where they began down to here."""
        if self._top > self._y:
            self._rules += [b"%.2f %.2f m %.2f %.2f l\n" % (x, self._top, x, self._y) for x in self._layout.edges]
        self._top = self._y

    def _turn(self) -> None:
        self._end_page()
        self._begin()

    def _begin(self) -> None:
        self._parts, self._rules = [], []
        self._y = self._layout.paper[1] - TOP
        if not self._file.pages:
            self._title()
        self._parts += (b"q 1 0 0 1 0 %.2f cm " % self._y, self._headings, b"Q\n")
        self._top = self._y - self._head_height
        self._y = self._top
        self._across()
        self._parts += (b"BT ", self._body.chosen(self._size), b" ET\n")

    def _title(self) -> None:
        sheet, paper = self._sheet, self._layout.paper
        words = self._head.clean(sheet.title)
        size = min(TITLE, (paper[0] - 2 * SIDE) * 1000 / max(1, self._head.width(words)))
        left = (paper[0] - self._head.width(words) * size / 1000) / 2
        self._parts.append(set_line(self._head, words, left, self._y - size, size))
        self._y -= size * 1.6
        self._lines(sheet.lines, 10.0)
        self._y -= 2

    def _lines(self, lines: Sequence[str], size: float) -> None:
        """Set lines over the whole width, from here down."""
        for words in lines:
            for line in self._body.lines(self._body.clean(words), int(self._layout.width * 1000 / size)):
                self._parts.append(set_line(self._body, line, SIDE, self._y - size, size))
                self._y -= size * 1.4

    def _end_page(self) -> None:
        self._uprights()
        self._parts += (_RULES, *self._rules, b"S\n")
        middle, base = self._layout.paper[0] / 2, _FOOT_BASE
        number = self._body.clean(self._sheet.page.format(n=self._file.pages + 1) + "　")
        left = middle - self._body.width(number) * FOOT / 1000
        foot = self._body.clean(self._sheet.foot)
        [foot, *_rest] = self._body.lines(foot, int((left - SIDE - FOOT) * 1000 / FOOT))
        self._parts += (
            set_line(self._body, foot, SIDE, base, FOOT), set_line(self._body, number, left, base, FOOT), b"/Foot Do"
        )  # fmt: skip
        self._file.page(b"".join(self._parts), self._layout.paper, self._resources)

    def finish(self, closing: Sequence[str], signatures: Sequence[str], short: str) -> None:
        """Set the last lines, the places to sign, and on every page how many there are and ``short``."""
        room = int(self._layout.width * 1000 / CLOSING)
        lines = [line for words in closing for line in self._body.lines(self._body.clean(words), room)]
        needed = 4 + len(lines) * CLOSING * 1.4 + SIGNING
        self._keep_together(self._held_height() + needed)
        self._release()
        self._set_heading(0)
        if needed > self._y - BOTTOM:
            self._turn()
        self._uprights()
        self._y -= 4
        self._lines(lines, CLOSING)
        share = self._layout.width / max(1, len(signatures))
        for n, words in enumerate(signatures):
            line = self._body.clean(words)
            self._parts.append(set_line(self._body, line, SIDE + n * share, self._y - SIGNING + 6, 11))
        self._top = self._y
        self._end_page()
        self._shared(short)

    def _shared(self, short: str) -> None:
        """Write what all pages share: the foot, the fonts; and what holds them together."""
        paper, sheet = self._layout.paper, self._sheet
        pages, short = (self._body.clean(one) for one in (sheet.pages.format(n=self._file.pages), short))
        right = paper[0] - SIDE - self._body.width(short) * FOOT / 1000
        drawn = (
            set_line(self._body, words, x, _FOOT_BASE, FOOT) for words, x in ((pages, paper[0] / 2), (short, right))
        )
        about = b"/Type/XObject/Subtype/Form/BBox[0 0 %.2f %.2f]/Resources<</Font %d 0 R>>"
        self._file.stream(b"".join(drawn), about % (*paper, self._fonts), self._foot)
        self._file.put(b"<</Font %d 0 R/XObject<</Foot %d 0 R>>>>" % (self._fonts, self._foot), self._resources)
        embed(self._file, (self._body, self._head), self._fonts)
        close(self._file, sheet, self._marks)
