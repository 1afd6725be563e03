"""Codes by the words this product has for them, in every language it speaks: what its own templates offer to choose."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from unicodedata import normalize

from tracker import labels
from tracker.languages import LANGUAGES, _, speaking
from workflows.issue import IssueState, Severity


def folded(words: str) -> str:
    """Return words as they are compared: one width, one case, no blanks."""
    return "".join(normalize("NFKC", words).split()).casefold()


def spoken(table: Mapping[str, str]) -> dict[str, str]:
    """Return the code that each word of a table stands for, in every language, and each code for itself."""
    found = {folded(code): code for code in table}
    for language in LANGUAGES:
        with speaking(language):
            found |= {folded(_(words)): code for code, words in table.items()}
    return found


@cache
def state_words() -> Mapping[str, IssueState]:
    """Return the state that each word of ours stands for."""
    return {word: IssueState(code) for word, code in spoken(labels.STATE).items()}


@cache
def severity_words() -> Mapping[str, Severity]:
    """Return the severity that each word of ours stands for."""
    return {word: Severity(code) for word, code in spoken(labels.SEVERITY).items()}


@cache
def source_words() -> Mapping[str, str]:
    """Return the source that each word of ours stands for."""
    return spoken(labels.SOURCE)
