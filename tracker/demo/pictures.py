"""Example photographs, drawn: a scene before and after, plainly marked as an example."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw

_SIZE = (1280, 960)
_KEPT = (640, 480)  # large enough to look at, small enough to make a hundred of
# Scene → (ground before, ground after, what lies about before).
_SCENES = {
    "rubbish": ("#8d8268", "#9db38a", "#5b5146"),
    "ditch": ("#6f7a5a", "#93b0c4", "#4c5a3c"),
    "pond": ("#4c534a", "#7fb2c9", "#2f3a30"),
    "road": ("#8a8a86", "#a8aaa6", "#5c5c58"),
    "shop": ("#9a8f86", "#b9b1a5", "#6c4a3f"),
    "building": ("#a39a8a", "#c2bdb0", "#77685a"),
    "ledger": ("#b8b2a2", "#d9d6ca", "#8b8470"),
    "board": ("#a9a294", "#cfd3c8", "#7c7466"),
}
SCENES = tuple(sorted(_SCENES))


def scene(name: str, *, after: bool, variant: int = 0) -> BytesIO:
    """Return a JPEG of ``name``: a street with things lying about, or the same street put in order."""
    ground_before, ground_after, thing = _SCENES[name]
    picture = Image.new("RGB", _SIZE, "#cfe0ea" if after else "#c9cdcf")
    draw = ImageDraw.Draw(picture)
    _houses(draw, variant)
    draw.rectangle((0, 560, 1280, 960), fill=ground_after if after else ground_before)
    draw.polygon([(480, 960), (600, 560), (680, 560), (800, 960)], fill="#8f9194")
    if after:
        _trees(draw, variant)
    else:
        _things(draw, thing, variant)
    draw.rectangle((0, 900, 1280, 960), fill="#20343c")
    draw.text((30, 915), "EXAMPLE - AFTER" if after else "EXAMPLE - BEFORE", fill="#ffffff", font_size=28)
    out = BytesIO()
    picture.resize(_KEPT).save(out, "JPEG", quality=80)
    out.seek(0)
    return out


def _houses(draw: ImageDraw.ImageDraw, variant: int) -> None:
    for n in range(5):
        left, top = n * 260 - 20 + variant * 7, 360 + (n * 53 + variant * 31) % 90
        draw.rectangle((left, top, left + 220, 580), fill=("#d8cfc0", "#c9beac", "#e2dacb")[(n + variant) % 3])
        draw.polygon([(left - 15, top), (left + 110, top - 70), (left + 235, top)], fill="#8a5a4a")
        draw.rectangle((left + 80, top + 90, left + 140, 580), fill="#6a5343")


def _things(draw: ImageDraw.ImageDraw, colour: str, variant: int) -> None:
    for n in range(26):
        x, y = (n * 137 + variant * 61) % 1200, 620 + (n * 71 + variant * 29) % 230
        size = 18 + (n * 13) % 46
        draw.ellipse((x, y, x + size * 1.6, y + size), fill=colour)
        draw.rectangle((x + size, y - 8, x + size + 20, y + 14), fill="#9c9484")


def _trees(draw: ImageDraw.ImageDraw, variant: int) -> None:
    for n in range(6):
        x = 40 + n * 220 + variant * 9
        draw.rectangle((x + 30, 600, x + 42, 690), fill="#6d5138")
        draw.ellipse((x, 520, x + 72, 630), fill="#5f8f52")
