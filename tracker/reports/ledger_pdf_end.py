"""What is written last into the PDF of a ledger: its fonts, a contents of its groups, title and language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tracker.reports.ledger_pdf_file import PdfFile, text
from tracker.reports.ledger_pdf_layout import Sheet
from tracker.reports.ledger_pdf_text import Script


@dataclass(frozen=True)
class Mark:
    """Where a group begins: its words, the page, counted from 0, and how high on it in pt."""

    words: str
    page: int
    y: float


def embed(file: PdfFile, scripts: Iterable[Script], number: int) -> None:
    """Write the fonts of ``scripts`` with the glyphs that were used, and their list under ``number``."""
    named = [(name, face.embed(file)) for script in scripts for name, face in script.names()]
    file.put(b"<<" + b"".join(b"/%b %d 0 R" % one for one in named) + b">>", number)


def close(file: PdfFile, sheet: Sheet, marks: Sequence[Mark]) -> None:
    """Finish the file."""
    about = b"/Lang %b/ViewerPreferences<</DisplayDocTitle true>>" % text(sheet.language)
    if marks:
        about += b"/PageMode/UseOutlines/Outlines %d 0 R" % _contents(file, marks)
    file.finish(about, b"/Title %b/CreationDate(D:%b)" % (text(sheet.title), sheet.made.encode("ascii")))


def _contents(file: PdfFile, marks: Sequence[Mark]) -> int:
    """Write a contents of the groups; return its number."""
    top, numbers = file.number(), [file.number() for _ in marks]
    for n, mark in enumerate(marks):
        beside = ((b"Prev", n - 1), (b"Next", n + 1))
        links = b"".join(b"/%b %d 0 R" % (name, numbers[at]) for name, at in beside if 0 <= at < len(numbers))
        told = (text(mark.words), top, file.page_number(mark.page), mark.y, links)
        file.put(b"<</Title %b/Parent %d 0 R/Dest[%d 0 R/XYZ null %.2f null]%b>>" % told, numbers[n])
    ends = (numbers[0], numbers[-1], len(numbers))
    return file.put(b"<</Type/Outlines/First %d 0 R/Last %d 0 R/Count %d>>" % ends, top)
