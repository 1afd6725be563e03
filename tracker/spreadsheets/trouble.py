"""Why a file cannot be read, as codes; the parent has the words."""

from __future__ import annotations

from enum import StrEnum


class Trouble(StrEnum):
    """One reason each; the words for the user stand in ``tracker.storage.tables``."""

    EMPTY = "empty"
    PICTURE = "picture"
    PDF = "pdf"
    WORD = "word"
    SLIDES = "slides"
    HTML = "html"
    XML = "xml"
    BINARY = "binary"
    ARCHIVE = "archive"
    TEXT = "text"
    UNKNOWN = "unknown"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    SUSPECT = "suspect"
    COMPLEX = "complex"
    LONG = "long"
    BLANK = "blank"
    BLANK_SHEET = "blank_sheet"
    NO_SHEET = "no_sheet"
    NO_PICTURE = "no_picture"
    FULL = "full"
    NO_CHILD = "no_child"


class UnreadableError(Exception):
    """The file cannot be read; ``facts`` fill the placeholders of its words."""

    def __init__(self, trouble: Trouble, **facts: str) -> None:
        super().__init__(trouble)
        self.trouble = trouble
        self.facts = facts
