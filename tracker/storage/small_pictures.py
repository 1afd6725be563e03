"""Makes pictures that we made ourselves smaller: as small as they are printed, or as a cell of a table needs them.

What comes here was re-encoded when it was taken in, in a process of its own, and has its hash compared on every read.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from PIL import Image

LARGEST = 20_000  # bytes
PRINTED = (738, 689)  # pixels: 75 mm by 70 mm at 250 to the inch, the place of a photograph in a document
_LONGEST = 240  # pixels
_QUALITIES = (80, 65, 50, 35)


@dataclass(frozen=True)
class SmallPicture:
    """A JPEG of ``LARGEST`` bytes at the most, and its size in pixels."""

    content: bytes
    width: int
    height: int


def printed_picture(content: bytes) -> bytes:
    """Return a JPEG of our own no larger than it is printed in a document; a smaller one as it is."""
    with Image.open(BytesIO(content), formats=("JPEG",)) as picture:
        if picture.width <= PRINTED[0] and picture.height <= PRINTED[1]:
            return content
        picture.draft("RGB", PRINTED)
        picture.thumbnail(PRINTED, Image.Resampling.BICUBIC)
        made = BytesIO()
        picture.convert("RGB").save(made, "JPEG", quality=82)
        return made.getvalue()


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
