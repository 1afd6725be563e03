"""Makes small pictures that we made ourselves still smaller, to stand in the cells of a table.

What comes here was re-encoded when it was taken in, in a process of its own, and has its hash compared on every read.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from PIL import Image

LARGEST = 20_000  # bytes
_LONGEST = 240  # pixels
_QUALITIES = (80, 65, 50, 35)


@dataclass(frozen=True)
class SmallPicture:
    """A JPEG of ``LARGEST`` bytes at the most, and its size in pixels."""

    content: bytes
    width: int
    height: int


def small_picture(content: bytes) -> SmallPicture:
    """Return a JPEG of our own as small as a cell needs it."""
    with Image.open(BytesIO(content), formats=("JPEG",)) as picture:
        longest = max(picture.size)
        # Half and quarter sizes come out of the decoder, at a third of the cost.
        picture.draft(
            "RGB", (max(1, picture.width * _LONGEST // longest), max(1, picture.height * _LONGEST // longest))
        )
        picture.thumbnail((_LONGEST, _LONGEST), Image.Resampling.BICUBIC)
        shown = picture.convert("RGB")
    while True:
        for quality in _QUALITIES:
            made = BytesIO()
            shown.save(made, "JPEG", quality=quality)
            if made.tell() <= LARGEST:
                return SmallPicture(made.getvalue(), *shown.size)
        shown = shown.resize((max(1, shown.width // 2), max(1, shown.height // 2)))
