"""Finds issues by words, through the stored grams of ``issue_search``."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, cast, false, func, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.expression import column, table
from sqlalchemy.types import Text

from tracker.database import db
from tracker.models import Issue
from tracker.queries.grams import Phrase, query_phrases

MAX_QUERY = 200
_search = table("issue_search", column("rowid"), column("issue_id"), column("grams", ARRAY(Text)))


def found_by_words(words: str) -> ColumnElement[bool]:
    """Return the condition on ``Issue`` that holds for what contains every part of ``words``, each as it stands.

    Signs with a meaning in SQL or in the index (% _ ' " *) are looked for like any other.
    """
    phrases = query_phrases(words)
    if not phrases:
        return false()
    if db.engine.dialect.name == "sqlite":
        return _in_sqlite(phrases)
    return Issue.id.in_(select(_search.c.issue_id).where(*map(_in_postgresql, phrases)))


def _in_sqlite(phrases: Sequence[Phrase]) -> ColumnElement[bool]:
    match = " AND ".join(f'"{" ".join(phrase.grams)}"{" *" if phrase.open_ended else ""}' for phrase in phrases)
    return Issue.id.in_(select(_search.c.rowid).where(literal_column("issue_search").op("MATCH")(match)))


def _in_postgresql(phrase: Phrase) -> ColumnElement[bool]:
    whole = phrase.grams[:-1] if phrase.open_ended else phrase.grams
    conditions: list[ColumnElement[bool]] = []
    if whole:
        conditions.append(_search.c.grams.contains(cast(list(whole), ARRAY(Text))))
    if len(phrase.grams) > 1:
        row = func.array_to_string(_search.c.grams, " ")
        end = "" if phrase.open_ended else " "
        conditions.append(func.concat(" ", row, " ").contains(f" {' '.join(phrase.grams)}{end}", autoescape=True))
    return and_(*conditions)
