"""How much a document may take of the machine: more for a longer one, and never more than a bound."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tracker.errors import TrackerError
from tracker.languages import _

PICTURE = re.compile(r'src="picture:([0-9a-f]{64})"')
MOST_LETTERS = 700_000  # of HTML, about 350 pages
MOST_PICTURES = 400
MEMORY = 2 * 1024 * 1024 * 1024  # bytes of address space
_LEAST = 20  # seconds of CPU
_LETTERS_A_SECOND, _PICTURES_A_SECOND = 2_500, 10  # a tenth of what a slow machine sets
_WALL = 1.5  # seconds on the clock for one of CPU


@dataclass(frozen=True)
class Limits:
    """What one document may take: seconds of CPU, seconds on the clock, bytes of address space."""

    cpu: int
    wall: float
    memory: int = MEMORY


class TooLongError(TrackerError):
    """The document is longer than what is set as one PDF; it was not begun."""

    status = 422


def pictures_in(html: str) -> list[str]:
    """Return the pictures that a page shows, each once, in their order."""
    return list(dict.fromkeys(PICTURE.findall(html)))


def limits_of(html: str) -> Limits:
    """Return what setting ``html`` may take; raise ``TooLongError`` with words that say what to do instead."""
    letters, pictures = len(html), len(pictures_in(html))
    if letters > MOST_LETTERS or pictures > MOST_PICTURES:
        words = _(
            "内容过多，超出一个 PDF 文件的上限（约 350 页、{n} 张照片），没有生成。请在页面上直接打印，或缩小范围后重试"
        )
        raise TooLongError(words.format(n=MOST_PICTURES))
    cpu = _LEAST + letters // _LETTERS_A_SECOND + pictures // _PICTURES_A_SECOND
    return Limits(cpu, cpu * _WALL)
