"""A photograph of any camera comes upright and small; what cannot be shown is said in words."""

import io

import pytest
from PIL import Image

from caseworker.desk import picture
from caseworker.desk.picture import SIDE_MAX, half_cells, photograph
from caseworker.model.trouble import Trouble

TURNED = 6
"""EXIF: the camera was held upright, the rows of the file run down."""


def a_photograph(media_type: str, size: tuple[int, int] = (640, 320), turned: int = 1) -> bytes:
    """Red above, blue below, as a file."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (0, size[1] // 2, *size))
    exif = Image.Exif()
    exif[0x0112] = turned
    file = io.BytesIO()
    image.save(file, media_type.removeprefix("image/"), exif=exif)
    return file.getvalue()


@pytest.mark.parametrize("media_type", ["image/png", "image/jpeg", "image/webp"])
def test_every_kind_of_photograph_is_shown(media_type: str) -> None:
    shown = photograph(a_photograph(media_type), media_type)
    assert (shown.width, shown.height) == (640, 320)
    assert max(shown.image.size) <= SIDE_MAX
    cells = half_cells(shown, 20, 10)
    (red, _green, blue), _below = cells[0][0]
    assert red > 200
    assert blue < 60


def test_a_photograph_that_was_taken_upright_is_shown_upright() -> None:
    shown = photograph(a_photograph("image/jpeg", turned=TURNED), "image/jpeg")
    assert (shown.width, shown.height) == (320, 640)
    assert shown.image.height > shown.image.width


@pytest.mark.parametrize("media_type", ["image/png", "image/jpeg", "image/webp"])
def test_a_file_of_another_kind_or_cut_off_is_said_in_words(media_type: str) -> None:
    whole = a_photograph(media_type)
    for content in (whole[:40], b"", b"<html>", whole[:20] + b"\0" * 500):
        with pytest.raises(Trouble, match="broken"):
            photograph(content, media_type)


def test_a_picture_of_too_many_points_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture, "POINTS_MAX", 640 * 320 - 1)
    with pytest.raises(Trouble, match="large"):
        photograph(a_photograph("image/jpeg"), "image/jpeg")
