"""Search by words: two characters, mixed words, phrases as they stand, and signs that mean nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tests import factories
from tracker.database import db, transaction
from tracker.models import Issue, UnitKind
from tracker.queries.grams import query_phrases, text_grams
from tracker.queries.search import found_by_words
from tracker.services import search_index

WORDS = {
    "ditch": "示例：村口主排水沟有垃圾未清运，约20米",
    "wall": "示例：3号楼外墙脱落，A栋WIFI箱破损",
    "odd": "示例：完成率仅100%，表名 a_b 写成 a\\b，署名 O'Neil “老李” (试点)",
    "rare": "示例：𠮷家胡同路灯不亮😀",
}


@pytest.fixture
def issues(app: object) -> dict[str, int]:
    made = {name: factories.issue(description=words, category="") for name, words in WORDS.items()}
    with transaction():
        for issue in made.values():
            search_index.refresh(issue)
    return {name: issue.id for name, issue in made.items()}


def found(words: str, issues: dict[str, int]) -> set[str]:
    ids = set(db.session.scalars(select(Issue.id).where(found_by_words(words))))
    return {name for name, issue_id in issues.items() if issue_id in ids}


def test_words_are_found_as_they_stand(issues: dict[str, int]) -> None:
    wanted = {
        "垃圾": {"ditch"}, "圾": {"ditch"}, "垃圾未清运": {"ditch"}, "清运垃圾": set(), "垃圾 排水": {"ditch"},
        "垃圾 外墙": set(), "示例": set(WORDS), "3号楼": {"wall"}, "3号": {"wall"}, "号3": set(), "楼外": {"wall"},
        "wifi": {"wall"}, "ＷＩＦＩ": {"wall"}, "wi": {"wall"}, "A栋wifi箱": {"wall"}, "20米": {"ditch"},
        "100%": {"odd"}, "%": {"odd"}, "_": {"odd"}, "a_b": {"odd"}, "a%b": set(), "a\\b": {"odd"}, "o'neil": {"odd"},
        "“老李”": {"odd"}, '"': set(), "*": set(), "(试点)": {"odd"}, "𠮷家": {"rare"}, "😀": {"rare"}, "  ": set(),
        "NOT": set(), "垃 OR 墙": set(), "NEAR(垃圾 排水)": set(), "grams:垃圾": set(),
    }  # fmt: skip
    assert {words: found(words, issues) for words in wanted} == wanted


def test_numbers_and_places_are_found(issues: dict[str, int]) -> None:
    here = factories.village(name="甲示例村", parent=factories.unit(UnitKind.TOWNSHIP, name="乙示例镇"))
    with transaction():
        made = factories.issue(location=here, number="ZZ-2026-0087123")
        search_index.refresh(made)
    for words in ("zz-2026-0087123", "0087123", "87123", "2026-008712", "甲示例", "乙示例镇", "示例镇 示例村"):
        assert db.session.scalars(select(Issue.id).where(found_by_words(words))).all() == [made.id], words


def test_changed_words_replace_the_old_ones(issues: dict[str, int]) -> None:
    issue = db.session.get_one(Issue, issues["ditch"])
    with transaction():
        issue.description = "示例：已改为乱搭乱建"
        search_index.refresh(issue)
    assert (found("垃圾", issues), found("乱搭", issues)) == (set(), {"ditch"})


@given(st.text(max_size=40), st.text(max_size=12))
def test_any_text_can_be_cut(text: str, query: str) -> None:
    stored = text_grams(text)
    assert not any(set(gram) & set(" \0\n") for gram in stored)
    assert all(gram for phrase in query_phrases(query) for gram in phrase.grams)


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=30), st.data())
def test_every_part_of_a_text_is_found_in_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 2))
    end = data.draw(st.integers(start + 2, len(text)))
    stored = f" {' '.join(text_grams(text))} "
    assert all(f" {' '.join(phrase.grams)} " in stored for phrase in query_phrases(text[start:end]))
