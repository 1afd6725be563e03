"""Which fields a heading may stand for, by its words alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from rapidfuzz import fuzz, process

from tracker.languages import LANGUAGES, _, speaking
from tracker.reading.fields import ImportKind, Value, fields_of
from tracker.reading.heading_sense import head, is_of_one_kind, sense
from tracker.reading.heading_words import Heading, forms, normalise, pieces, plain, tokens

EXACT, SYNONYM, FUZZY, PART = "exact", "synonym", "fuzzy", "part"
# Headings that many things go by; what they mean shows in the cells and the columns beside them.
VAGUE = frozenset({"单位", "时间", "日期", "情况", "date", "unit"})
_FIRST_OF_TWO = ("description", "measures", "responsible_unit", "deadline")
_LONGEST = 60
_ALIKE = 60.0
_SLIP = 75.0
# Latin letters are few, so that unlike words share many; nothing but a slip of the pen is alike.
_LATIN_ALIKE = 88.0
_LATIN_OTHER = frozenset({"photo", "picture", "image", "reason", "by", "phone", "count", "name"})
_LATIN_DAY = frozenset({"on", "at", "date", "dt", "day", "time"})


@dataclass(frozen=True)
class Score:
    """How surely a heading stands for a field, 0 to 1, and by which reason."""

    sureness: float
    reason: str


@dataclass(frozen=True)
class _Known:
    text: str
    field: str
    sureness: float
    reason: str
    tokens: tuple[str, ...]


@cache
def _known(kind: ImportKind) -> tuple[_Known, ...]:
    """Return every heading a field goes by, plain; the first field to claim a word keeps it."""
    found: dict[str, _Known] = {}
    fields = fields_of(kind)
    for language in LANGUAGES:  # our own templates are filled in in either
        with speaking(language):
            for key, field in fields.items():
                words = _(field.words)
                found.setdefault(plain(words), _Known(plain(words), key, 1.0, EXACT, _latin(words)))
    for key, field in fields.items():
        for word in (*field.synonyms, key):
            found.setdefault(plain(word), _Known(plain(word), key, 0.97, SYNONYM, _latin(word)))
    return tuple(found.values())


@cache
def _by_text(kind: ImportKind) -> dict[str, _Known]:
    return {known.text: known for known in _known(kind)}


def _latin(text: str) -> tuple[str, ...]:
    return tokens(text) if text.isascii() else ()


def _is_vague(form: str, kind: ImportKind) -> bool:
    """Tell whether a word says too little in a ledger; the small tables of an office have one 单位 and one 日期."""
    return kind is ImportKind.LEDGER and form in VAGUE


def _whole(heading: Heading, kind: ImportKind) -> Iterator[tuple[str, Score]]:
    for form, cost in forms(heading):
        known = _by_text(kind).get(form)
        if known is not None and not _is_vague(form, kind):
            yield known.field, Score(known.sureness - cost, known.reason if cost < 0.1 else PART)


def _share(known: _Known, length: int) -> float:
    """Return how sure an ending of a longer heading makes: the more of the heading it is, and the less general."""
    covered = len(known.text) / length
    return 0.6 + 0.3 * covered if len(known.text) > 2 else 0.45 + 0.2 * covered


def _ends_alike(form: str, known: _Known) -> bool:
    return known.text not in VAGUE and not known.tokens and is_of_one_kind(form, known.text)


def _endings(heading: Heading, kind: ImportKind) -> Iterator[tuple[str, Score]]:
    for form, cost in forms(heading):
        for start in range(1, len(form) - 1):
            known = _by_text(kind).get(form[start:])
            if known is not None and _ends_alike(form, known):
                yield known.field, Score(_share(known, len(form)) - cost, PART)


def _alike(form: str, known: _Known, ratio: float) -> float:
    """Return how surely two spellings are one heading; a slip of one character in the head is a guess to confirm."""
    if is_of_one_kind(form, known.text):
        return min(0.88, ratio / 100 * 0.95)
    return 0.55 if ratio >= _SLIP and len(form) >= 4 and _is_one_character_off(form, known.text) else 0.0


def _is_one_character_off(form: str, other: str) -> bool:
    return len(form) == len(other) and form[:-2] == other[:-2] and not head(form)


def _near(form: str, kind: ImportKind) -> Iterator[tuple[_Known, float]]:
    texts, least = _by_text(kind), _LATIN_ALIKE if form.isascii() else _ALIKE
    for text, ratio, _key in process.extract(form, texts.keys(), scorer=fuzz.ratio, score_cutoff=least, limit=None):
        if text not in VAGUE and not form.endswith(text):
            yield texts[text], ratio


def _fuzzy(heading: Heading, kind: ImportKind) -> Iterator[tuple[str, Score]]:
    for form, cost in forms(heading):
        for known, ratio in _near(form, kind) if len(form) > 2 else ():
            if sureness := _alike(form, known, ratio):
                yield known.field, Score(sureness - cost, FUZZY)


def _latin_parts(heading: Heading, kind: ImportKind) -> Iterator[tuple[str, Score]]:
    """Yield fields whose English words stand in the heading; a head comes last, so an ending counts for more."""
    words = _latin(heading.words)
    for known in _known(kind) if len(words) > 1 else ():
        size = len(known.tokens)
        if size and size < len(words) and words[-size:] == known.tokens:
            yield known.field, Score(0.55 + 0.3 * size / len(words), PART)
        elif size and size < len(words) and words[:size] == known.tokens and words[-1] not in _LATIN_OTHER:
            yield known.field, Score(0.35 + 0.2 * size / len(words), PART)


def _undated(words: tuple[str, ...]) -> tuple[str, ...]:
    return _undated(words[:-1]) if len(words) > 1 and words[-1] in _LATIN_DAY else words


def _latin_days(heading: Heading, kind: ImportKind) -> Iterator[tuple[str, Score]]:
    """Yield the days that “closed_dt”, “date closed” and “closed on” all stand for."""
    whole = _latin(heading.words)
    words = _undated(whole[1:] if whole[:1] == ("date",) and len(whole) > 1 else whole)
    for known in _known(kind) if words != whole else ():
        found = _undated(known.tokens)
        if found and words[-len(found) :] == found and fields_of(kind)[known.field].value is Value.DAY:
            yield known.field, Score(0.92 if words == found else 0.65, SYNONYM if words == found else PART)


def _one_of_two(heading: Heading, kind: ImportKind) -> Iterator[tuple[str, Score]]:
    """Yield the fields of a column that holds two things; one of them will have to be picked out of the cells."""
    parts = pieces(heading.levels[-1] if heading.levels else heading.words)
    for part in parts if len(parts) > 1 else ():
        known = _by_text(kind).get(part)
        if known is not None and part not in VAGUE:
            yield known.field, Score(0.58 if known.field in _FIRST_OF_TWO else 0.55, PART)


def _sense(heading: Heading, kind: ImportKind) -> Iterator[tuple[str, Score]]:
    for form, cost in forms(heading) if kind is ImportKind.LEDGER else ():
        if field := sense(form):
            yield field, Score(0.58 - cost, PART)


@lru_cache(maxsize=5_000)
def _scores(heading: Heading, kind: ImportKind) -> tuple[tuple[str, Score], ...]:
    best: dict[str, Score] = {}
    for way in (_whole, _one_of_two, _endings, _latin_days, _latin_parts, _fuzzy, _sense):
        for field, score in way(heading, kind):
            if score.sureness > best.get(field, Score(0.0, "")).sureness:
                best[field] = score
        # A heading that is known, whole or in its parts, leaves nothing to guess; a slip would take another's field.
        if (way is _whole and any(score.sureness > 0.9 for score in best.values())) or (way is _one_of_two and best):
            break
    return tuple(best.items())


def scores(heading: Heading, kind: ImportKind) -> dict[str, Score]:
    """Return the fields that ``heading`` may stand for, each with the best reason found."""
    return dict(_scores(Heading(0, heading.words, heading.levels), kind))


def familiarity(heading: Heading, kind: ImportKind | None) -> float:
    """Return how surely the words are a heading of ``kind``, or of any kind of table if none is given; 0 to 1."""
    if len(heading.words) > _LONGEST:
        return 0.0
    if normalise(heading.words) in VAGUE:
        return 0.9
    kinds = (kind,) if kind else tuple(ImportKind)
    return max((score.sureness for one in kinds for score in scores(heading, one).values()), default=0.0)
