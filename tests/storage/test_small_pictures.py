"""Pictures for the cells of a table: small in bytes whatever they show, and of their own shape."""

from __future__ import annotations

from io import BytesIO
from random import Random

import pytest
from PIL import Image

from tracker.storage.small_pictures import LARGEST, small_picture


@pytest.mark.parametrize(
    ("size", "expected"),
    [((480, 360), (240, 180)), ((360, 480), (180, 240)), ((480, 1), (240, 1)), ((64, 48), (64, 48)), ((1, 1), (1, 1))],
)
def test_a_picture_keeps_its_shape_and_is_never_enlarged(size: tuple[int, int], expected: tuple[int, int]) -> None:
    noise, made = Random(1).randbytes(size[0] * size[1] * 3), BytesIO()  # noqa: S311
    Image.frombytes("RGB", size, noise).save(made, "JPEG", quality=95)
    found = small_picture(made.getvalue())
    assert (found.width, found.height) == expected
    assert len(found.content) <= LARGEST
    with Image.open(BytesIO(found.content)) as picture:
        assert (picture.format, picture.size) == ("JPEG", expected)
