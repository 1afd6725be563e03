"""The words of division files: headings, kinds, and what a committee's name leaves when it is shortened."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

DIGITS = 12
_WORDS = Path(__file__).resolve().parent.parent / "data" / "division_words.csv"


@cache
def known_words(group: str) -> Mapping[str, str]:
    """Return word → value of one group of ``division_words.csv``, in the order of the file."""
    with _WORDS.open(encoding="utf-8", newline="") as file:
        return {row["word"]: row["value"] for row in csv.DictReader(file) if row["group"] == group}


def short_name(full_name: str) -> str:
    """Return the name people use for a unit: ``建设社区居民委员会`` is ``建设社区``, ``北街村民委员会`` ``北街村``."""
    for suffix, kept in known_words("short_name").items():
        stem = full_name.removesuffix(suffix)
        if stem != full_name and stem:
            return stem if stem.endswith(kept) else stem + kept
    return full_name


def stem(town_name: str) -> str:
    """Return the name of a township without what it is: ``三阳乡`` and ``三阳镇`` are both ``三阳``."""
    for suffix in known_words("town_name"):
        if town_name.endswith(suffix) and town_name != suffix:
            return town_name.removesuffix(suffix)
    return town_name


def normal_code(code: str) -> str:
    """Return a division code as 12 digits: ``410823001`` is ``410823001000``."""
    return code.ljust(DIGITS, "0")
