"""Every kind of image file, from bytes that Pillow writes."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageOps

from engine.data.importers.image_files import decode, has_colour, size_of
from engine.data.importers.image_options import Form
from engine.data.unreadable import UnreadableError
from tests.engine.data.importers.pictures import encoded, pixels

H, W = 12, 10
COLOUR = pixels(1, H, W)
GREY = pixels(1, H, W, 1)


def form(channels: int = 3, height: int = H, width: int = W, fit: str = "crop",
         background: int = 255) -> Form:
    return Form(height, width, channels, fit, background)


def saved(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    content = io.BytesIO()
    image.save(content, kind, **options)
    return content.getvalue()


@pytest.mark.parametrize(("kind", "options", "off"), [
    ("PNG", {}, 0), ("BMP", {}, 0), ("TIFF", {}, 0), ("TIFF", {"compression": "tiff_lzw"}, 0),
    ("WEBP", {"lossless": True}, 0), ("WEBP", {"quality": 95}, 60), ("PPM", {}, 0),
    ("JPEG", {"quality": 95, "subsampling": 0}, 40), ("JPEG", {"progressive": True}, 120)])
def test_colours(kind: str, options: dict[str, Any], off: int) -> None:
    found = decode(encoded(COLOUR, kind, **options), form())
    assert found.shape == (H, W, 3)
    assert np.abs(found.astype(int) - COLOUR).max() <= off
    assert np.abs(found.astype(int) - COLOUR).mean() <= off / 6
    assert has_colour(encoded(COLOUR, kind, **options))
    assert size_of(encoded(COLOUR, kind, **options)) == (H, W)


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "JPEG", "GIF"])
def test_grey(kind: str) -> None:
    content = encoded(GREY, kind)
    tolerance = 30 if kind == "JPEG" else 0
    assert np.abs(decode(content, form(1)).astype(int) - GREY).max() <= tolerance
    assert np.array_equal(decode(content, form(3)), np.repeat(decode(content, form(1)), 3, -1))
    assert not has_colour(content)


def test_grey_of_colours_is_that_of_pillow() -> None:
    wanted = np.asarray(Image.fromarray(COLOUR).convert("L"))
    assert np.array_equal(decode(encoded(COLOUR), form(1))[..., 0], wanted)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_are_scaled_and_not_cut_off(kind: str) -> None:
    values = (np.arange(H * W).reshape(H, W) * 546).astype(np.uint16)
    found = decode(saved(Image.fromarray(values), kind), form(1))
    assert np.array_equal(found[..., 0], np.rint(values / 257).astype(np.uint8))
    assert found.max() == 253


def test_other_numbers_are_scaled_or_refused() -> None:
    ramp = np.linspace(0, 1, H * W).reshape(H, W).astype(np.float32)
    assert np.array_equal(decode(saved(Image.fromarray(ramp), "TIFF"), form(1))[..., 0],
                          np.rint(ramp * 255))
    for values in (ramp * 1000, ramp * np.nan, (ramp * 1e6).astype(np.int32)):
        with pytest.raises(UnreadableError) as error:
            decode(saved(Image.fromarray(values), "TIFF"), form(1))
        assert "nothing says how bright that is" in error.value.reason.text


def test_a_palette_of_two_colours() -> None:
    image = Image.fromarray(COLOUR).quantize(2)
    assert np.array_equal(decode(saved(image), form()), np.asarray(image.convert("RGB")))
    bits = Image.fromarray(GREY[..., 0] > 127)
    assert np.array_equal(decode(saved(bits), form(1))[..., 0], np.where(GREY[..., 0] > 127, 255,
                                                                         0))


@pytest.mark.parametrize("background", [0, 255])
@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_shows_the_background(mode: str, background: int) -> None:
    if mode == "P":
        image = Image.new("P", (W, H), 1)
        image.putpalette([9, 9, 9, 200, 100, 50])
        image.putpixel((0, 0), 0)
        content = saved(image, "PNG", transparency=1)
    else:
        image = Image.new(mode, (W, H), (100,) * (len(mode) - 1) + (0,))
        image.putpixel((0, 0), (9,) * (len(mode) - 1) + (255,))
        content = saved(image)
    found = decode(content, form(3, background=background))
    assert (found[1:] == background).all()
    assert (found[0, 0] == 9).all()


def test_half_transparent_is_half() -> None:
    image = Image.new("RGBA", (W, H), (0, 0, 0, 128))
    assert abs(int(decode(saved(image), form(1, background=255))[0, 0, 0]) - 127) <= 1


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "TIFF", "PNG", "WEBP"])
def test_the_camera_was_held_somehow(kind: str, orientation: int) -> None:
    corners = np.full((64, 96, 3), 120, np.uint8)
    corners[:32, :32] = (250, 10, 10)
    corners[32:, 64:] = (10, 10, 250)
    image = Image.fromarray(corners)
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = saved(image, kind, exif=exif)
    with Image.open(io.BytesIO(content)) as opened:
        wanted = np.asarray(ImageOps.exif_transpose(opened).convert("RGB"))
    found = decode(content, form(3, *wanted.shape[:2]))
    assert size_of(content) == wanted.shape[:2]
    assert np.array_equal(found, wanted)


def test_cmyk_and_the_first_frame() -> None:
    red = Image.new("CMYK", (W, H), (0, 255, 255, 0))
    found = decode(saved(red, "JPEG", quality=95), form()).reshape(-1, 3)
    assert (np.abs(found.astype(int) - [255, 0, 0]) < 12).all()
    frames = [Image.new("RGB", (W, H), colour) for colour in ("lime", "blue")]
    content = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert (decode(content, form()).reshape(-1, 3) == [0, 255, 0]).all()


def test_the_ways_to_fit() -> None:
    wide = np.zeros((10, 30, 1), np.uint8)
    wide[:, 10:20] = 200
    content = encoded(wide)
    assert (decode(content, form(1, 10, 10, "crop")) == 200).all()
    padded = decode(content, form(1, 30, 30, "pad", 255))[..., 0]
    assert (padded[:10] == 255).all()
    assert (padded[20:] == 255).all()
    assert np.array_equal(padded[10:20], wide[..., 0])
    stretched = decode(content, form(1, 10, 3, "stretch"))[..., 0]
    assert stretched[:, 1].min() > 140
    assert stretched[:, [0, 2]].max() < 60


@pytest.mark.parametrize("fit", ["crop", "pad", "stretch"])
def test_smaller_keeps_the_brightness(fit: str) -> None:
    noise: NDArray[np.uint8] = np.random.default_rng(0).integers(0, 256, (200, 200, 1)).astype(
        np.uint8)
    found = decode(encoded(noise), form(1, 10, 10, fit))
    assert abs(float(found.mean()) - float(noise.mean())) < 3
    assert found.std() < 20
