"""Words of tables that stand for codes of ours: kinds of units, posts, yes and no, in every language we speak."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from tracker import labels
from tracker.languages import N_
from tracker.models import Role, UnitKind
from tracker.services.importing.spoken import spoken

_YES, _NO = N_("是"), N_("否")
# What else offices call the kinds; 区 is left out, for a district may be anything.
_KINDS: dict[str, UnitKind] = {
    "镇": UnitKind.TOWNSHIP, "乡": UnitKind.TOWNSHIP, "街道办": UnitKind.STREET, "街道办事处": UnitKind.STREET,
    "行政村": UnitKind.VILLAGE, "建制村": UnitKind.VILLAGE, "村委会": UnitKind.VILLAGE, "村民委员会": UnitKind.VILLAGE,
    "城市社区": UnitKind.COMMUNITY, "居委会": UnitKind.COMMUNITY, "居民委员会": UnitKind.COMMUNITY,
    "县直部门": UnitKind.DEPARTMENT, "县直单位": UnitKind.DEPARTMENT,
}  # fmt: skip
_YES_NO = {"yes": True, "true": True, "1": True, "√": True, "✓": True, "y": True, "启用": True, "在用": True,
           "no": False, "false": False, "0": False, "×": False, "n": False, "停用": False}  # fmt: skip
_BETWEEN_CHARACTERS = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")


def person_name(words: str) -> str:
    """Return a name without the blanks that tables put into short ones: 张　三 is 张三."""
    return _BETWEEN_CHARACTERS.sub("", " ".join(words.split()))


@cache
def kind_words() -> Mapping[str, UnitKind]:
    """Return the kind of unit that each word stands for."""
    return _KINDS | {word: UnitKind(code) for word, code in spoken(labels.UNIT_KIND).items()}


@cache
def role_words() -> Mapping[str, Role]:
    """Return the role that each word stands for."""
    return {word: Role(code) for word, code in spoken(labels.ROLE).items()}


@cache
def yes_no_words() -> Mapping[str, bool]:
    """Return what each word of consent or denial says."""
    said = spoken({"yes": _YES, "no": _NO})
    return _YES_NO | {word: code == "yes" for word, code in said.items()}
