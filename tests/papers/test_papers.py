"""What documents say, before anybody draws them: words, caps, the county's own templates."""

from __future__ import annotations

from typing import Any

import pytest

from tracker.languages import speaking
from tracker.papers import wording
from tracker.papers.letter import letter_paper
from tracker.papers.notice import notice_paper
from tracker.papers.paper import LONGEST, MOST, Block, Paper, capped, paper_from

CONTENT: dict[str, Any] = {
    "number": "督整〔2026〕12号",
    "issue_number": "SL-2026-00012",
    "place": "示例镇示例村村口",
    "description": "示例：村口垃圾未清运，" * 12,
    "goal": "清运干净",
    "responsible_unit": "示例镇人民政府",
    "responsible": "镇组织委员",
    "assisting": ["示例局", "示例办"],
    "deadline": "2026-04-01",
    "deadline_is_provisional": False,
    "issuer": "示例县创建办",
    "issued_on": "2026-03-02",
}
ISSUE = {"number": "SL-2026-00012", "place": "示例村", "description": "示例", "unit": "示例局", "responsible": "",
         "deadline": "", "days_late": 0, "workdays_late": 0}  # fmt: skip
LETTER: dict[str, Any] = {
    "kind": "remind", "number": "督提〔2026〕1号", "recipient": "示例局", "leader": "示例县长", "subject": "",
    "words": "",
    "issues": [ISSUE], "reply_by": "2026-03-09", "reply_is_provisional": False, "issuer": "示例县创建办",
    "issued_on": "2026-03-02",
}  # fmt: skip


def items(paper: Paper) -> dict[str, str]:
    return {block.heading: block.words for block in paper.blocks if block.heading}


def test_what_rests_on_no_calendar_is_provisional() -> None:
    assert "（暂定" in items(notice_paper(CONTENT | {"deadline_is_provisional": True}))["七、整改时限："]


def test_what_is_empty_has_no_heading() -> None:
    found = items(notice_paper(CONTENT | {"goal": "", "assisting": [], "deadline": ""}))
    assert list(found) == ["一、问题地点：", "二、具体问题：", "三、责任单位：", "四、责任人：", "五、整改时限："]
    assert found["五、整改时限："] == "未定时限"


def test_a_very_long_description_is_cut_and_says_so() -> None:
    described = items(notice_paper(CONTENT | {"description": "长" * 200_000}))["二、具体问题："]
    assert (len(described) < LONGEST + 40, described.endswith("（内容过长，已截断，全文见系统）")) == (True, True)


@pytest.mark.parametrize("shape", ["words", "rows"])
def test_a_document_that_is_too_long_is_cut_as_a_whole(shape: str) -> None:
    words = "长" * (MOST - 10)
    rows = tuple(("列", "长" * 99) for _ in range(1_000))
    long = Block("text", words=words + "尾" * 99) if shape == "words" else Block("table", rows=rows)
    paper = capped(Paper("1号", "示例", (Block("text", words="头"), long, Block("text", words="不见"))))
    assert sum(block.weight for block in paper.blocks[:-1]) <= MOST
    assert [block.words for block in paper.blocks[-1:]] == ["（内容过长，已截断，全文见系统）"]


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_a_document_is_chinese_for_every_reader(language: str) -> None:
    with speaking(language):
        assert notice_paper(CONTENT).title == "整改通知书"


def test_what_was_issued_is_read_back_word_for_word() -> None:
    issued = letter_paper(LETTER | {"issues": [ISSUE, ISSUE]})
    assert issued.copies == "示例县长"
    kept = LETTER | {"paper": issued.to_dict(), "recipient": "改过", "issuer": "改过"}
    assert letter_paper(kept) == issued == paper_from(issued.to_dict())
    assert letter_paper(LETTER).digest != issued.digest == letter_paper(kept).digest


@pytest.mark.parametrize(
    ("template", "fault"),
    [
        ("请{{ unit }}于{{ deadline }}前{% if leader and not subject %}报{{ leader }}{% endif %}", ""),
        ("{{ password }}", "没有 password 这个字段"),
        ("{{ unit.__class__ }}", "不能计算"),
        ("{{ unit * 9 }}", "不能计算"),
        ("{% for a in unit %}{% endfor %}", "不能计算"),
        ("{{ unit|upper }}", "不能计算"),
        ("{% include 'base.html' %}", "不能计算"),
        ("{% set unit = 1 %}", "不能计算"),
        ("{{ unit", "花括号不成对"),
        ("字" * 1_001, "最多 1000 个字"),
    ],
)
def test_a_template_fills_in_fields_and_computes_nothing(template: str, fault: str) -> None:
    assert fault in wording.fault_of(template)
    assert bool(wording.fault_of(template)) == bool(fault)


def test_every_usual_wording_is_a_template_that_may_be_saved() -> None:
    texts = [getattr(one, name) for one in wording.USUAL.values() for name in wording.PARTS]
    assert texts
    assert not [text for text in texts if wording.fault_of(text)]


def test_the_countys_words_stand_where_the_usual_ones_would() -> None:
    own = wording.Wording("{{ issuer }}文件", "整改通知", "请{{ unit }}整改{{ place }}。", "", "县委组织部", "县纪委")
    paper = notice_paper(CONTENT, own)
    assert (paper.mark, paper.title, paper.issuer, paper.copies) == (
        "示例县创建办文件",
        "整改通知",
        "县委组织部",
        "县纪委",
    )
    assert (paper.blocks[0].words, paper.blocks[-1].heading) == (
        "请示例镇人民政府整改示例镇示例村村口。",
        "七、整改时限：",
    )
