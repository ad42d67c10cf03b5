"""A photograph made small enough for a terminal, within limits of bytes and points.

Pillow is imported here alone, and this file by the page that shows a photograph.
"""

import io
import warnings
from typing import Final

from msgspec import Struct
from PIL import Image, ImageOps

from caseworker.locale import _
from caseworker.model.evidence import FILE_BYTES_MAX
from caseworker.model.trouble import Trouble

POINTS_MAX: Final = 50_000_000
"""Points of the largest photograph that is decoded here."""

SIDE_MAX: Final = 480
"""Points of a kept picture's longer side: more than a wide terminal has half cells."""

FORMATS: Final = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}
"""Media type → the one decoder of Pillow that may read it."""

# The header alone tells the size; Pillow's own watch stands behind ours, and must not only warn.
Image.MAX_IMAGE_PIXELS = POINTS_MAX
warnings.simplefilter("error", Image.DecompressionBombWarning)


class Photograph(Struct, frozen=True):
    """A picture upright, and the size that it had."""

    width: int
    height: int
    image: Image.Image
    """RGB, at most `SIDE_MAX` points long."""


def photograph(content: bytes, media_type: str) -> Photograph:
    """Decode a photograph: slow, so call it in a thread. Raises `Trouble` where it cannot be."""
    if len(content) > FILE_BYTES_MAX:
        raise _too_large()
    try:
        with Image.open(io.BytesIO(content), formats=[FORMATS[media_type]]) as image:
            if image.width * image.height > POINTS_MAX:
                raise _too_large()
            size = image.size
            # A JPEG can be decoded at an eighth of its size.
            image.draft("RGB", (2 * SIDE_MAX, 2 * SIDE_MAX))
            image.thumbnail((SIDE_MAX, SIDE_MAX))
            upright = ImageOps.exif_transpose(image).convert("RGBA")
            turned = (upright.width > upright.height) != (image.width > image.height)
    except (Trouble, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large() from error
    except Exception as error:  # a decoder meets a stranger's bytes: it raises anything
        raise Trouble(
            _("The picture is broken, so it cannot be shown: ask its author for it again.")
        ) from error
    ground = Image.new("RGBA", upright.size, "white")
    ground.alpha_composite(upright)
    width, height = reversed(size) if turned else size
    return Photograph(width, height, ground.convert("RGB"))


Point = tuple[int, int, int]


def half_cells(picture: Photograph, columns: int, rows: int) -> list[list[tuple[Point, Point]]]:
    """Rows of cells, each with the colours (0–255) of its upper and its lower half.

    As large as the room allows, in its own proportions: half a cell is as wide as it is high.
    """
    image = picture.image
    scale = min(columns / image.width, 2 * rows / image.height)
    width = min(max(round(image.width * scale), 1), columns)
    height = min(max(round(image.height * scale / 2), 1), rows) * 2
    raw = image.resize((width, height)).tobytes()
    points: list[Point] = list(zip(raw[::3], raw[1::3], raw[2::3], strict=True))
    lines = [points[start : start + width] for start in range(0, len(points), width)]
    return [
        list(zip(upper, lower, strict=True))
        for upper, lower in zip(lines[::2], lines[1::2], strict=True)
    ]


def _too_large() -> Trouble:
    most = POINTS_MAX // 1_000_000
    return Trouble(
        _("The picture has over {most} million points: it is too large to be shown here.").format(
            most=most
        )
    )
