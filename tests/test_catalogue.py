"""The English catalogue has every word, and no word that was guessed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from tests.conftest import ROOT

CATALOGUE = ROOT / "tracker" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
PLACE = re.compile(r"\{[a-z_]*\}|%\([a-z_]+\)s")
HAN = re.compile(r"[\u3400-\u9fff]")
# What an English reader is meant to see in Chinese, beside its explanation.
KEPT = re.compile(r"“五星”支部建设|五星支部创建|示例县|创建办|督整|[〔〕]|号")


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """The words the code and the templates speak, gathered as ``./go catalogue`` gathers them."""
    template = tmp_path_factory.mktemp("words") / "messages.pot"
    pybabel = Path(sys.executable).with_name("pybabel")
    marks = ["-k", "N_", "-k", "NP_:1c,2"]
    extract = [pybabel, "-q", "extract", "-F", "pyproject.toml", *marks, "-o", template, "."]
    subprocess.run(extract, cwd=ROOT, check=True)  # noqa: S603
    with template.open("rb") as words:
        return read_po(words)


@pytest.fixture(scope="module")
def english() -> Catalog:
    with CATALOGUE.open("rb") as words:
        return read_po(words, locale="en")


def _forms(text: object) -> list[str]:
    return [str(form) for form in text] if isinstance(text, list | tuple) else [str(text)]


def _is_translated(english: Catalog, message: Message) -> bool:
    found = english.get(message.id, message.context)
    return found is not None and all(_forms(found.string))


def test_words_are_found(extracted: Catalog) -> None:
    assert len(extracted) > 100


def test_english_has_every_word(extracted: Catalog, english: Catalog) -> None:
    assert not [message.id for message in extracted if message.id and not _is_translated(english, message)]


def test_english_has_nothing_guessed_or_left_over(extracted: Catalog, english: Catalog) -> None:
    assert not [message.id for message in english if message.id and message.fuzzy]
    assert not [message.id for message in english if message.id and not extracted.get(message.id, message.context)]


def test_english_keeps_the_places_of_values(english: Catalog) -> None:
    differing = [
        message.id
        for message in english
        if message.id and message.string
        for form in _forms(message.string)
        if set(PLACE.findall(form)) != set(PLACE.findall(_forms(message.id)[-1]))
    ]
    assert not differing


def test_english_speaks_english(english: Catalog) -> None:
    chinese = [
        form for message in english if message.id for form in _forms(message.string) if HAN.search(KEPT.sub("", form))
    ]
    assert not chinese
