"""Places in one run: 武陟县三阳乡宋庄村 is a county, a township and a village; 镇东村 is one name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import normalize

_LONGEST, _LONGEST_HEAD, _MOST = 60, 14, 4
_WIDER_LEVELS = 3  # province, city and county
_IDLE = re.compile("[\u200b-\u200f\u2060\ufeff]+")
_SEVERAL = re.compile(r"[、,;。]")
_APART = re.compile(r"[\s/\\>|·→-]+")
_WIDER = re.compile(r"自治[区州县]|省|地区|[市县区]")
_TOWNSHIP = re.compile(r"街道办事处|街道办|街道|[镇乡]")
# Words that end like a place: 城镇建设办 is no town, 超市门口 no city.
_NO_HEAD = re.compile(r"(?:城乡|[城村乡集市]镇|[社小片景厂库校辖]区|[超城都门上]市)$")
_NO_REST = re.compile(
    r"政府|人民政府|政[务法协]|党[委政工建]|党支|办事处|办公|管委|级|直[属机单]|容|场|村民|村委|居民委|居委|街道|"
    r"(?:社区|村|镇|乡|街道|村民委员会|村委会|居民委员会|居委会)*$"
)
_PLACE = re.compile(
    r"(?:村|社区|街道|街道办|办事处|镇|乡|委员会|村委会|居委会|庄|街|屯|寨|营|堡|店|沟|湾|坊|岗|里|巷|桥|园|口|县|市|区)$"
)
_OFFICE = re.compile(r"[局院所站办厂队委部会社场校行路门侧边内旁]$|中心|学|公司|工程|项目|银行|铁路")
_SHORT = 4


def split_place(text: str) -> tuple[tuple[str, ...], ...]:
    """Return the ways to read ``text`` as places, wider before narrower, best way first and at most four of them.

    A single name gives itself alone. Only names of at least two characters before 县, 镇, 乡 or 街道 are split off, and
    the whole comes first if what is left is not like a place (三阳乡卫生院). 民主街道清里社区 can also be 民主街 and
    道清里社区: the second way has the 道 twice.
    """
    plain = _IDLE.sub("", normalize("NFKC", text)).strip()
    parts = [part for part in _APART.split(plain) if part]
    if not parts or len(plain) > _LONGEST or _SEVERAL.search(plain):
        return ((plain,),) if parts else ()
    if len(parts) > 1 and all(_ends_wide(part) for part in parts[:-1]):
        return (tuple(step for part in parts for step in _best(part)[0]), (plain,))
    return _best(plain) if len(parts) == 1 else ((plain,),)


def _ends_wide(part: str) -> bool:
    return any(part.endswith(kind) for kind in ("省", "市", "县", "区", "镇", "乡", "街道", "街道办", "街道办事处"))


def _best(text: str) -> tuple[tuple[str, ...], ...]:
    ways = sorted(dict.fromkeys(_ways(text)), key=_rank)
    return tuple(ways[:_MOST])


def _rank(way: tuple[str, ...]) -> int:
    """Return how late a way comes: the most steps to a place first, then the whole, then steps to something else."""
    return -len(way) if _is_place(way[-1]) else len(way)


def _is_place(name: str) -> bool:
    return bool(_PLACE.search(name)) or (1 < len(name) <= _SHORT and not _OFFICE.search(name))


def _ways(text: str, wider: int = _WIDER_LEVELS) -> Iterator[tuple[str, ...]]:
    for end in _head_ends(_WIDER, text) if wider else ():
        yield from ((text[:end], *rest) for rest in _ways(text[end:], wider - 1))
    for end in _head_ends(_TOWNSHIP, text):
        yield text[:end], text[end:]
        if text[:end].endswith("街道"):
            yield text[:end], "道" + text[end:]
    yield (text,)


def _head_ends(kind: re.Pattern[str], text: str) -> Iterator[int]:
    """Yield where a name of two characters and its kind may end, with a name after it."""
    for match in kind.finditer(text, 2, _LONGEST_HEAD):
        end = match.end()
        if not _NO_HEAD.search(text[:end]) and not _NO_REST.match(text[end:]):
            yield end
