"""From the bytes of an image file to pixels; guarded, since anybody may have made the file.

Pillow is imported when the first image is read: no start of the program waits for it.
"""

from __future__ import annotations

import io
import re
import threading
import warnings
from collections.abc import Callable
from contextlib import nullcontext, suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.data.importers.image_options import Form
from engine.data.unreadable import UnreadableError
from engine.messages import Message, say

if TYPE_CHECKING:
    from PIL.Image import Image

_Found = TypeVar("_Found")
Pixels = NDArray[np.uint8]

SUFFIXES = (".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".bmp", ".dib", ".tif", ".tiff",
            ".gif", ".ppm", ".pgm", ".pbm", ".pnm", ".avif")
"""Of files that are read as images."""

FOREIGN = (".heic", ".heif", ".svg", ".psd", ".xcf", ".jp2", ".jxl", ".raw", ".cr2", ".nef",
           ".arw", ".dng", ".eps", ".ico", ".tga", ".exr", ".dcm")
"""Of files that hold images in ways that are not read."""

_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "DIB", "TIFF", "GIF", "PPM", "AVIF")

LARGEST_IMAGE = 128 * 2**20
"""Bytes of an image file."""

MOST_PIXELS = 36_000_000
"""Pixels that are unpacked of one image: 144 MB with transparency."""

MOST_DECLARED = 200_000_000
"""Pixels of a JPEG, of which a part only is unpacked when it is made smaller."""

_LARGE = 4_000_000
"""Images of more pixels are unpacked one after the other, whatever the number of threads."""

_LOOKED_AT, _TINGE = 64, 4
"""Pixels of a side on which colours are looked for; levels by which JPEG colours grey pixels."""

_ORIENTATION, _ON_ITS_SIDE = 0x0112, (5, 6, 7, 8)
"""Where the notes of an image tell how the camera was held, and which of the ways swap sides."""

_CUT_SHORT = re.compile(r"[Tt]runcated|not enough|[Uu]nrecognized data stream|premature")
"""What Pillow says of files that end too early."""

_one_at_a_time = threading.Lock()

_HALF = 128
_GREY = np.array([19595, 38470, 7471], np.uint32)
"""Rec. 601, in 65,536ths: what Pillow takes for the brightness of a colour."""


def quiet_pillow() -> None:
    """Have Pillow's warnings about strange files pass: what matters of them is said otherwise."""
    warnings.filterwarnings("ignore", module=r"PIL\.")


def size_of(content: bytes) -> tuple[int, int]:
    """Return height and width of an image file as it is looked at, from its beginning alone.

    Raises
    ------
    UnreadableError
        If it is no image, or declares too many pixels.
    """
    def size(image: Image) -> tuple[int, int]:
        width, height = image.size
        return (width, height) if _orientation(image) in _ON_ITS_SIDE else (height, width)

    return _opened(content, size)


def has_colour(content: bytes) -> bool:
    """Say whether any pixel of an image file is not grey.

    Raises
    ------
    UnreadableError
        If it cannot be read.
    """
    def coloured(image: Image) -> bool:
        image.draft("RGB", (_LOOKED_AT, _LOOKED_AT))
        plain = _plain(image)
        if plain.mode == "L":
            return False
        plain = plain.convert("RGB")
        plain.thumbnail((_LOOKED_AT, _LOOKED_AT))
        red, green, blue = np.moveaxis(np.asarray(plain).astype(np.int16), -1, 0)
        return bool(max(abs(red - green).max(), abs(green - blue).max()) > _TINGE)

    return _opened(content, coloured)


def decode(content: bytes, form: Form) -> Pixels:
    """Return the pixels of an image file.

    Parameters
    ----------
    content : bytes
        The file.
    form : Form
        What the image is brought to.

    Returns
    -------
    uint8[height, width, channels]

    Raises
    ------
    UnreadableError
        If it cannot be read.
    """
    def pixels(image: Image) -> Pixels:
        orientation = _orientation(image)
        size = (form.width, form.height)
        if orientation in _ON_ITS_SIDE:
            size = size[::-1]
        if image.size != size:
            image.draft("L" if form.channels == 1 else "RGB", size)
        return _array(_turned(_fitted(_plain(image), size, form), orientation), form)

    return _opened(content, pixels)


def refitted(pixels: Pixels, form: Form) -> Pixels:
    """Return an image in a form.

    Parameters
    ----------
    pixels : uint8[h, w, 1 or 3]
        The image.
    form : Form
        What it is brought to.
    """
    from PIL import Image as Images

    image = Images.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)
    return _array(_fitted(image, (form.width, form.height), form), form)


def grey_of(pixels: Pixels) -> Pixels:
    """Return the brightness of colours, uint8[..., 1] of uint8[..., 3], as Pillow has it."""
    total = pixels.astype(np.uint32) @ _GREY
    return ((total + 0x8000) >> 16).astype(np.uint8)[..., None]


def of_words(values: NDArray[Any]) -> Pixels:
    """Return pixels of 16 bits as such of 8, scaled: 65,535 is 255."""
    return ((values.astype(np.uint32) + _HALF) // 257).astype(np.uint8)


@lru_cache(maxsize=1)
def _formats() -> tuple[str, ...]:
    """Return the formats that this Pillow reads; only what reads them is imported."""
    from PIL import Image, TiffImagePlugin, WebPImagePlugin  # noqa: F401 - they enter themselves

    with suppress(ImportError):
        from PIL import AvifImagePlugin  # noqa: F401 - newer than the oldest Pillow
    Image.preinit()
    return tuple(name for name in _FORMATS if name in Image.OPEN)


def _opened(content: bytes, use: Callable[[Image], _Found]) -> _Found:
    """Open an image, check what it declares, and use it."""
    from PIL import Image, UnidentifiedImageError

    if not content:
        raise UnreadableError(say("images.empty"))
    try:
        with Image.open(io.BytesIO(content), formats=_formats()) as image:
            _check_size(image)
            with _one_at_a_time if image.width * image.height > _LARGE else nullcontext():
                return use(image)
    except UnreadableError:
        raise
    except UnidentifiedImageError as error:
        raise UnreadableError(say("images.no-image")) from error
    except (Image.DecompressionBombError, MemoryError) as error:
        raise UnreadableError(say("images.huge")) from error
    except Exception as error:
        # Pillow raises whatever its readers stumble upon.
        raise UnreadableError(_why(error)) from error


def _check_size(image: Image) -> None:
    width, height = image.size
    # Of a progressive JPEG, everything is unpacked before anything can be seen.
    in_part = image.format in ("JPEG", "MPO") and not image.info.get("progressive")
    most = MOST_DECLARED if in_part else MOST_PIXELS
    if width * height > most:
        raise UnreadableError(say("images.pixels", width=width, height=height, most=most))
    if not width or not height:
        raise UnreadableError(say("images.no-pixels"))


def _why(error: Exception) -> Message:
    if isinstance(error, EOFError) or _CUT_SHORT.search(str(error)):
        return say("images.truncated")
    return say("images.damaged", reason=str(error)[:80])


def _orientation(image: Image) -> int:
    """Return how the camera was held, 1 to 8, as the notes of an image tell."""
    if image.format == "TIFF" or (image.format == "PNG" and "exif" not in image.info):
        # Pillow turns the first itself; to look for notes behind the pixels of the others would
        # unpack these.
        return 1
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - damaged notes about an image leave the image as it is
        return 1


def _turned(image: Image, orientation: int) -> Image:
    from PIL.Image import Transpose

    turns = {2: Transpose.FLIP_LEFT_RIGHT, 3: Transpose.ROTATE_180, 4: Transpose.FLIP_TOP_BOTTOM,
             5: Transpose.TRANSPOSE, 6: Transpose.ROTATE_270, 7: Transpose.TRANSVERSE,
             8: Transpose.ROTATE_90}
    turn = turns.get(orientation)
    return image if turn is None else image.transpose(turn)


def _plain(image: Image) -> Image:
    """Return an image of mode L, RGB or RGBA, whatever its file holds."""
    if image.width * image.height > MOST_PIXELS:
        raise UnreadableError(say("images.pixels", width=image.width, height=image.height,
                                  most=MOST_PIXELS))
    image.load()
    return _converted(image)


def _fitted(image: Image, size: tuple[int, int], form: Form) -> Image:
    """Return an image of mode L, RGB or RGBA in a size, width first, and in a form's colours."""
    if image.size != size:
        image = _FITS[form.fit](image, size, form.background)
    if image.mode == "RGBA":
        image = _before(image, form.background)
    mode = "L" if form.channels == 1 else "RGB"
    return image if image.mode == mode else image.convert(mode)


def _array(image: Image, form: Form) -> Pixels:
    return np.asarray(image).reshape(form.shape)


def _converted(image: Image) -> Image:
    mode = image.mode
    if mode.startswith("I") or mode == "F":
        return _of_numbers(image)
    if mode in ("LA", "PA", "La", "RGBa", "RGBX") or "transparency" in image.info:
        return image.convert("RGB" if mode == "RGBX" else "RGBA")
    if mode == "P":
        return image.convert("RGB")
    if mode == "1":
        return image.convert("L")
    if mode in ("L", "RGB", "RGBA"):
        return image
    return image.convert("RGB")


def _of_numbers(image: Image) -> Image:
    """Return an image of 16 bits in 8: Pillow itself would cut its numbers off at 255."""
    from PIL import Image as Images

    values = np.asarray(image)
    low, high = float(values.min()), float(values.max())
    if image.mode == "F" and low >= 0.0 and high <= 1.0:
        scaled = np.rint(values * 255).astype(np.uint8)
    elif low >= 0 and high <= 0xFFFF and image.mode != "F":
        scaled = of_words(values)
    else:
        raise UnreadableError(say("images.numbers", low=low, high=high))
    return Images.fromarray(scaled)


def _crop(image: Image, size: tuple[int, int], _background: int) -> Image:
    width, height = image.size
    scale = min(width / size[0], height / size[1])
    across, down = size[0] * scale, size[1] * scale
    left, top = (width - across) / 2, (height - down) / 2
    box = (left, top, min(left + across, width), min(top + down, height))
    return _resized(image, size, box)


def _pad(image: Image, size: tuple[int, int], background: int) -> Image:
    from PIL import Image as Images

    width, height = image.size
    scale = min(size[0] / width, size[1] / height)
    inner = (max(1, round(width * scale)), max(1, round(height * scale)))
    colour = (background,) * 3 + (255,) if image.mode == "RGBA" else (background,) * 3
    canvas = Images.new(image.mode, size, background if image.mode == "L" else colour)
    canvas.paste(_resized(image, inner), ((size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2))
    return canvas


def _stretch(image: Image, size: tuple[int, int], _background: int) -> Image:
    return _resized(image, size)


_FITS: dict[str, Callable[[Image, tuple[int, int], int], Image]] = {
    "crop": _crop, "pad": _pad, "stretch": _stretch}


def _resized(image: Image, size: tuple[int, int],
             box: tuple[float, float, float, float] | None = None) -> Image:
    from PIL.Image import Resampling

    return image.resize(size, Resampling.BILINEAR, box=box, reducing_gap=3.0)


def _before(image: Image, background: int) -> Image:
    """Return an image with transparency before a background."""
    from PIL import Image as Images

    behind = Images.new("RGBA", image.size, (background,) * 3 + (255,))
    return Images.alpha_composite(behind, image).convert("RGB")
