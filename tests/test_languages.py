"""Words in the reader's language."""

from __future__ import annotations

from tracker import labels
from tracker.languages import NP_, _, ngettext, speaking


def test_a_word_is_chinese_unless_chosen_otherwise() -> None:
    assert _("督导组") == "督导组"
    with speaking("en"):
        assert _("督导组") == "Supervision group"
    assert _("督导组") == "督导组"


def test_an_unknown_language_falls_back_to_chinese() -> None:
    with speaking("xx"):
        assert _("督导组") == "督导组"


def test_a_word_nobody_translated_is_shown_as_it_is() -> None:
    with speaking("en"):
        assert _("没有这个词条") == "没有这个词条"
        assert _(NP_("act", "没有这个词条")) == "没有这个词条"


def test_what_is_done_and_what_has_become_of_it_differ_in_english() -> None:
    button = NP_("act", "挂账")
    assert _(button) == _("挂账") == "挂账"
    with speaking("en"):
        assert (_(button), _("挂账")) == ("Suspend", "Suspended")


def test_no_words_stay_no_words() -> None:
    assert _("") == ""
    assert ngettext("一", "多", 1) == "一"


def test_what_has_happened_has_the_words_of_what_is_done() -> None:
    assert {code: _(words) for code, words in labels.HAPPENED.items()} == {
        code: _(words) for code, words in labels.TRIGGER.items()
    }
