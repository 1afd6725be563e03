"""One document as it is read: its parts in their order after GB/T 9704-2012, always in Chinese, whoever reads it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from tracker.languages import N_, _
from tracker.papers.tables import column_shares, ems, is_whole

LONGEST = 4_000  # characters of one item on paper
MOST = 60_000  # characters of a whole document
MOST_OF_FILE = 300_000  # of the whole file of an issue: some 2,000 events, or 200 pages
_NUMERALS = N_("一二三四五六七八九十")
_MARK_SIZE, _TYPE_WIDTH = 34.0, 442.2  # pt; the type area is 156 mm wide


@dataclass(frozen=True)
class Block:
    """One part of the text: ``shape`` is ``text``, ``table``, ``grid``, ``photos``, ``opinions`` or ``heading``.

    Of a table ``rows`` begin with the headings; of a grid they are label and words in turn; of photos they are the
    SHA-256 of a picture and its caption; of opinions whose it is, the words, who signed, and the day.
    """

    shape: str
    heading: str = ""
    words: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    is_whole = staticmethod(is_whole)

    @property
    def name(self) -> str:
        """Return what a reader would call this part."""
        return self.heading.rstrip(_("：")) or self.words[:12] or (self.rows[0][0] if self.rows else "")

    @property
    def shares(self) -> tuple[float, ...]:
        """Return how wide the columns of a table are, in per cent."""
        return column_shares(self.rows)

    @property
    def weight(self) -> int:
        """Return how many characters it holds."""
        return len(self.heading) + len(self.words) + sum(len(cell) for row in self.rows for cell in row)


@dataclass(frozen=True)
class Paper:
    """Everything a document shows, in its order; without a ``mark`` it is a form, which bears no red head."""

    number: str
    title: str
    blocks: tuple[Block, ...] = ()
    mark: str = ""
    recipient: str = ""
    issuer: str = ""
    issued_on: str = ""
    attachments: tuple[str, ...] = ()
    copies: str = ""
    printer: str = ""
    is_received: bool = False  # the recipient signs for it

    @property
    def mark_size(self) -> float:
        """Return the size of the red mark in pt, such that it stays on one line."""
        return round(min(_MARK_SIZE, _TYPE_WIDTH / max(ems(self.mark), 1) * 0.96), 1)

    @property
    def margins(self) -> tuple[float, float]:
        """Return how far issuer and day stand from the right edge, in characters.

        The day keeps four characters, the issuer is centred above it; a long one keeps two, and the day follows it
        (GB/T 9704-2012, 7.3.5.1).
        """
        issuer, day = ems(self.issuer), ems(self.issued_on)
        centred = 4 + (day - issuer) / 2
        return (centred, 4.0) if centred >= 2 else (2.0, 2 + (issuer - day) / 2)

    def to_dict(self) -> dict[str, Any]:
        """Return it as what JSON keeps."""
        return json.loads(json.dumps(asdict(self)))  # type: ignore[no-any-return]

    @property
    def digest(self) -> str:
        """Return the SHA-256 (hex) of everything it says."""
        body = json.dumps(self.to_dict(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(body.encode()).hexdigest()


def paper_from(kept: Mapping[str, Any]) -> Paper:
    """Return a document from what ``to_dict`` gave."""
    blocks = tuple(Block(**one | {"rows": tuple(map(tuple, one["rows"]))}) for one in kept["blocks"])
    return Paper(**{**kept, "blocks": blocks, "attachments": tuple(kept["attachments"])})


def capped(paper: Paper, most: int = MOST) -> Paper:
    """Return the document without what is more than ``most`` characters, and saying so."""
    kept: list[Block] = []
    room = most
    for block in paper.blocks:
        if block.weight > room:
            kept.append(_part(block, room))
            kept.append(Block("text", words=_("（内容过长，已截断，全文见系统）")))
            return replace(paper, blocks=tuple(kept))
        room -= block.weight
        kept.append(block)
    return paper


def _part(block: Block, room: int) -> Block:
    """Return as many rows, or as much of the words, as there is room for."""
    rows: list[tuple[str, ...]] = []
    for row in block.rows:
        room -= sum(map(len, row))
        if room < 0:
            break
        rows.append(row)
    return replace(block, words=block.words[: max(room, 0)], rows=tuple(rows))


def numbered(items: Iterable[tuple[str, str]]) -> tuple[Block, ...]:
    """Return those of ``items``, heading and words, that have words, numbered in Chinese."""
    filled = [(heading, shortened(words)) for heading, words in items if words]
    return tuple(
        Block("text", _("{numeral}、{heading}：").format(numeral=numeral, heading=heading), words)
        for numeral, (heading, words) in zip(_NUMERALS, filled, strict=False)
    )


def paper_day(iso: str) -> str:
    """Return a day as papers write it; nothing for none."""
    if not iso:
        return ""
    day = date.fromisoformat(iso)
    return _("{year}年{month}月{day}日").format(year=day.year, month=day.month, day=day.day)


def shortened(words: str, limit: int = LONGEST) -> str:
    """Return ``words``, cut where paper has no room for more, and saying so."""
    return words if len(words) <= limit else words[:limit] + _("（内容过长，已截断，全文见系统）")
