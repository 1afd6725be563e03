"""Names as people write them: units with and without their kind, and persons with titles and telephone numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from unicodedata import normalize

from tracker.reading.places import split_place

__all__ = ["people_names", "split_place", "unit_key", "without_kind"]

_BRACKETS = re.compile(r"\([^()]{0,80}\)|\[[^\[\]]{0,80}\]|【[^【】]{0,80}】|〔[^〔〕]{0,80}〕")
_IDLE = re.compile("[\\s\u200b-\u200f\u2060\ufeff]+")
_EDGES = " 、，。；：,.;:-/"
_PARTY = ("党支部委员会", "党支部", "党总支部", "党总支", "党工委", "党委")
_OFFICES = ("街道办事处", "街道办", "镇人民政府", "镇政府", "乡人民政府", "乡政府", "人民政府", "政府")
_COMMITTEES = ("村民委员会", "村委会", "村委", "居民委员会", "居委会", "居委")
_KINDS = ("街道", "社区", "镇", "乡", "村")
_BETWEEN_NAMES = re.compile(r"[、,;/|\n\r\t]+|(?<![A-Za-z]) +| +(?![A-Za-z])")
_PADDED = re.compile(r"(?<![^\s、,;/:])([\u3400-\u9fff])[ \u3000]+([\u3400-\u9fff])(?![^\s、,;/:(])")
_NOBODY, _LONGEST = frozenset({"无", "暂无", "待定"}), 30
_LABEL = re.compile(r"[^\s:、,;]{1,8}:")
_NUMBER = re.compile(r"\+?\d[\d -]{3,}")
_TITLE = (
    r"(?:(?:第一|代理|常务|副|总|党总?支部?|党委|纪委|村|镇|乡|县|社区|支部|组织|宣传|网格|驻村|片区|包村|村主)*"
    r"(?:书记|主任|镇长|乡长|县长|区长|局长|科长|股长|组长|站长|所长|队长|院长|校长|部长|村长|网格长|网格员|委员|干事|干部|主席|经理|会计|"
    r"负责人|责任人|联系人|领导|同志|老师))"
)
_TITLE_ALONE, _TITLE_BEFORE, _TITLE_AFTER = (
    re.compile(pattern)
    for pattern in (_TITLE, rf"{_TITLE}(?=[\u3400-\u9fff·]{{2,}}$)", rf"(?<=[\u3400-\u9fff]{{2}}){_TITLE}$")
)
_AND_OTHERS = re.compile(r"等(?:\d*|[一二三四五六七八九十两]*)人?$")


def unit_key(name: str) -> str:
    """Return the form in which two spellings of a name are one: half width, lower case, no blanks, no brackets."""
    plain = _IDLE.sub("", normalize("NFKC", name)).casefold()
    return (_BRACKETS.sub("", plain) or plain).strip(_EDGES)


def without_kind(name: str) -> str:
    """Return the key of a name without the words for its kind: 三里社区居民委员会, 三里社区 and 三里 are 三里.

    At least two characters stay (柳村). Different units can meet in one such key: it proposes and never decides.
    """
    key = _dropped(unit_key(name).removeprefix("中共"), _PARTY)
    office = _dropped(key, _OFFICES)
    if office != key:
        return office
    committee = _dropped(key, _COMMITTEES)
    plain = _dropped(committee, _KINDS)
    return _dropped(plain, ("村",)) if committee.endswith("社区") else plain


def _dropped(name: str, endings: Sequence[str]) -> str:
    """Return ``name`` without its ending; a single character before it keeps its kind: 柳镇政府 is 柳镇."""
    ending = next((ending for ending in endings if name.endswith(ending)), "")
    head = name.removesuffix(ending)
    kind = next((kind for kind in _KINDS if ending.startswith(kind)), ending)
    return head if len(head) > 1 else name if not head else head + kind


def people_names(text: str) -> tuple[str, ...]:
    """Return the names in a cell, each once, in their order, without titles, labels, numbers and 等.

    王书记 stays; what is longer than 30 characters is no name.
    """
    plain = _NUMBER.sub(" ", _BRACKETS.sub(" ", normalize("NFKC", text)))
    joined = _PADDED.sub(r"\1\2", _LABEL.sub(" ", plain))
    names = (_person(part.strip(_EDGES)) for part in _BETWEEN_NAMES.split(joined))
    return tuple(dict.fromkeys(name for name in names if name))


def _person(part: str) -> str:
    if part in _NOBODY or len(part) > _LONGEST or part.isdigit() or _TITLE_ALONE.fullmatch(part):
        return ""
    bare = _AND_OTHERS.sub("", part)
    return _TITLE_AFTER.sub("", _TITLE_BEFORE.sub("", bare, count=1) if _TITLE_BEFORE.match(bare) else bare)
