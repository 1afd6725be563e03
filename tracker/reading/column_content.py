"""What the cells of a column look like, and whether that speaks for a field or against it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache

from tracker.reading.fields import Field, Value
from tracker.reading.heading_words import clean

NUMBER, DAY, LONG, STATUS, TOWNSHIP, VILLAGE, OFFICE, PERSON, SHARE, PHONE, SHORT = (
    "number", "day", "long", "status", "township", "village", "office", "person", "share", "phone", "short",
)  # fmt: skip
UNITS = frozenset({TOWNSHIP, VILLAGE, OFFICE})
_SENTENCE = 16
# Nothing longer is a day, a name or a state, nor worth remembering.
_LONGEST = 80
# Excel's day numbers from 2009 to 2036; a ledger rarely counts anything in that range.
_SERIALS = (40_000.0, 50_000.0)
_DAYS = re.compile(
    r"(?:(?:19|20)?\d{2}\s*[年./\-])?\s*(?:0?[1-9]|1[0-2])\s*[月./\-]\s*\d{1,2}\s*[日号]?"
    r"(?:[ t]?[上下中]?午?\d{1,2}[:时点]\d{0,2}.{0,6})?(?:前|之前|底前|以前)?|(?:19|20)\d{2}(?:0[1-9]|1[0-2])[0-3]\d|"
    r"(?:(?:19|20)\d{2}年)?\d{1,2}月(?:底|中旬|上旬|下旬|末)?前?|\d{1,2}/\d{1,2}/\d{2,4}",
    re.IGNORECASE,
)
_TERMS = re.compile(
    r"立行立改|立即整改|立即|即日|即知即改|长期(?:坚持|整改)?|持续整改|尽快|限期|当[天日]|[一二三四五六七八九十两\d]+[天日周月](?:内|之内)?|年底前?"
)
_NUMBER = re.compile(r"[+-]?\d+(?:,\d{3})*(?:\.\d+)?")
_SHARE = re.compile(r"\d{1,3}(?:\.\d+)?\s*[%％]")
_PHONE = re.compile(r"1\d{10}|0\d{2,3}-?\d{7,8}")
_STATUS = re.compile(
    r"[已未]?(?:完成|整改|办结|销号|解决)(?:到位|完成|完毕)?|(?:已|未)(?:整改|完成|办结|销号)\w{0,2}|(?:正在)?(?:整改|办理|推进|处理)中|"
    r"(?:未|已)?(?:启动|签收|交办)|长期整改|持续整改|部分(?:完成|整改)|阶段性(?:完成|办结)|是|否|√|×|✓|open|closed|done|pending|ongoing|ontime|overdue|true|false",
    re.IGNORECASE,
)
_ENDINGS = (
    (TOWNSHIP, ("镇", "乡", "街道", "街道办事处", "办事处", "街道办", "镇政府", "乡政府")),
    (VILLAGE, ("村", "社区", "居委会", "村委会", "庄村", "村委", "新村", "寨", "屯")),
    (OFFICE, ("局", "分局", "委", "办", "中心", "公司", "集团", "支队", "大队", "站", "所", "院", "部", "政府", "银行",
              "学校", "小学", "中学", "医院", "合作社", "联社", "总社")),
)  # fmt: skip
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付"
    "白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严武戴莫孔汤耿牛樊葛常康乔焦岳靳"
)
_APART = re.compile(r"[、，,；;/ ]+")
_HAN_ONE = re.compile(r"[\u3400-\u9fff]")
_LATIN_WORD = re.compile(r"[A-Za-z0-9]+")
_HAN = re.compile(r"[\u3400-\u9fff·]{2,4}")


def _is_person(text: str) -> bool:
    names = [name for name in _APART.split(text) if name]
    return 0 < len(names) <= 4 and all(_HAN.fullmatch(name) and name[0] in _SURNAMES for name in names)


def _unit(text: str) -> str:
    bare = re.sub(r"[(（].*?[)）]$", "", text)
    return next((name for name, words in _ENDINGS if 1 < len(bare) <= _SENTENCE and bare.endswith(words)), "")


def size_of(text: str) -> int:
    """Return how long a text is in Chinese characters; a Latin word says about as much as two."""
    return len(_HAN_ONE.findall(text)) + 2 * len(_LATIN_WORD.findall(text))


def _is_sentence(text: str) -> bool:
    size = size_of(text)
    return size >= _SENTENCE or (size > 6 and any(mark in text for mark in "，。；;"))


@lru_cache(maxsize=50_000)
def _of_text(text: str) -> str:
    for pattern, name in (
        (_DAYS, DAY),
        (_PHONE, PHONE),
        (_NUMBER, NUMBER),
        (_SHARE, SHARE),
        (_STATUS, STATUS),
        (_TERMS, DAY),
    ):
        if pattern.fullmatch(text):
            return name
    if unit := _unit(text):
        return unit
    if _is_person(text):
        return PERSON
    return LONG if _is_sentence(text) else SHORT


def sort_of(value: object) -> str:
    """Return what one cell looks like; empty if it is, or holds but a dash."""
    if isinstance(value, date | time):
        return DAY
    if isinstance(value, int | float) and not isinstance(value, bool):
        return DAY if float(value).is_integer() and _SERIALS[0] <= value <= _SERIALS[1] else NUMBER
    text = clean(value)
    if len(text) > _LONGEST:
        return LONG
    return _of_text(text) if any(char.isalnum() or char in "√×✓" for char in text) else ""


@dataclass(frozen=True)
class Content:
    """How a column's filled cells divide into sorts, how long they are on average, whether they count the rows."""

    filled: int
    sorts: Counter[str]
    size: float
    is_counting: bool

    def share(self, *sorts: str) -> float:
        """Return what part of the filled cells is of these sorts, 0 to 1."""
        return sum(self.sorts[sort] for sort in sorts) / self.filled if self.filled else 0.0


def _is_counting(values: Sequence[object]) -> bool:
    numbers = [clean(value) for value in values if clean(value)]
    return (
        len(numbers) > 1
        and all(text.isdecimal() for text in numbers)
        and all(int(later) - int(sooner) in (0, 1) for sooner, later in zip(numbers, numbers[1:], strict=False))
    )


def content_of(values: Sequence[object]) -> Content:
    """Return what the cells of one column look like."""
    sorts = Counter(sort for value in values if (sort := sort_of(value)))
    filled = sum(sorts.values())
    size = sum(size_of(clean(value)) for value in values) / filled if filled else 0.0
    return Content(filled, sorts, size, _is_counting(values))


def _day(content: Content) -> int:
    against = content.share(LONG, PERSON, STATUS, NUMBER, PHONE, *UNITS)
    return 1 if content.share(DAY) >= 0.5 else -1 if against > 0.7 else 0


def _unit_like(content: Content, key: str) -> int:
    wanted = {"village": (VILLAGE,), "township": (TOWNSHIP,), "unit": (VILLAGE,)}.get(key, tuple(UNITS))
    if content.share(*wanted) >= 0.5:
        return 1
    return -1 if content.share(DAY, NUMBER, LONG, STATUS, PHONE) > 0.7 else 0


def _person(content: Content) -> int:
    return (
        1
        if content.share(PERSON) >= 0.5
        else -1
        if content.share(DAY, NUMBER, LONG, STATUS, PHONE, *UNITS) > 0.7
        else 0
    )


def _number(content: Content) -> int:
    return (
        1 if content.share(NUMBER, SHARE) >= 0.5 else -1 if content.share(LONG, SHORT, PERSON, DAY, *UNITS) > 0.7 else 0
    )


def _word(content: Content, key: str) -> int:
    if key in ("status", "stated_late") and content.share(STATUS) >= 0.5:
        return 1
    return -1 if content.share(DAY, LONG, PHONE) > 0.7 else 0


def _text(content: Content, field: Field) -> int:
    if field.key == "deadline_words":
        return 0  # Words such as 三天内 look like days, and belong here all the same.
    if field.limit >= 1000:
        return 1 if content.share(LONG) >= 0.5 else -1 if content.share(DAY, NUMBER, PHONE) > 0.8 else 0
    return -1 if content.share(DAY, LONG if field.limit <= 100 else DAY) > 0.8 else 0


def support(field: Field, content: Content) -> int:
    """Return 1 if the cells speak for the field, −1 if they speak against it, 0 if they say nothing."""
    if not content.filled:
        return 0
    match field.value:
        case Value.DAY:
            return _day(content)
        case Value.UNIT:
            return _unit_like(content, field.key)
        case Value.PERSON:
            return _person(content)
        case Value.NUMBER | Value.PERCENT:
            return _number(content)
        case Value.WORD:
            return _word(content, field.key)
        case Value.TEXT:
            return _text(content, field)
    return int(content.is_counting) if field.key == "order" else 0
