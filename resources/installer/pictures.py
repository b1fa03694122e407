"""The program's icons, drawn from their SVG files in the sizes and forms of the three systems."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QImageWriter, QPainter
from PySide6.QtSvg import QSvgRenderer

from resources.installer.recipe import (
    NAME,
    PROGRAM_ICON,
    PROGRAM_ICON_SMALL,
    PROJECT_ICON,
    PROJECT_ICON_SMALL,
)

SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)
ICO_SIZES = (16, 24, 32, 48, 64, 128, 256)
ICNS_SIZE = 1024
LARGEST_SMALL = 24
"""Up to so many pixels, the small drawing is the one that can be made out."""


@dataclass(frozen=True)
class Icon:
    """A picture that stands for something on the desktop.

    Attributes
    ----------
    name : str
        As Linux looks for it.
    file : str
        What its files for Windows and macOS are called.
    large, small : Path
        Its drawings.
    """

    name: str
    file: str
    large: Path
    small: Path


ICONS = (Icon(NAME, NAME, PROGRAM_ICON, PROGRAM_ICON_SMALL),
         Icon("application-x-bplab", f"{NAME}-project", PROJECT_ICON, PROJECT_ICON_SMALL))


def draw(svg: Path, size: int) -> Image.Image:
    """Return a drawing as a square picture of so many pixels.

    Raises
    ------
    ValueError
        If the file is no SVG.
    """
    renderer = QSvgRenderer(str(svg))
    if not renderer.isValid():
        raise ValueError(f"{svg} is no SVG file")
    picture = QImage(size, size, QImage.Format.Format_ARGB32)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(picture)
    return Image.open(io.BytesIO(bytes(buffer.data().data())))


def pictures(icon: Icon) -> dict[int, Image.Image]:
    """Return an icon in every size."""
    return {size: draw(icon.small if size <= LARGEST_SMALL else icon.large, size)
            for size in sorted({*SIZES, *ICO_SIZES, ICNS_SIZE})}


def write_icons(folder: Path) -> None:
    """Write the program's icon as ``.ico``, ``.icns`` and one PNG file of each size.

    Parameters
    ----------
    folder : Path
        Where they go: ``backprop-lab.ico``, ``backprop-lab.icns``, ``16/backprop-lab.png`` and
        ``16/application-x-bplab.png``, which stands for project files, and so on.
    """
    app = QGuiApplication.instance() or QGuiApplication([NAME, "-platform", "offscreen"])
    for icon in ICONS:
        drawn = pictures(icon)
        for size in SIZES:
            target = folder / str(size) / f"{icon.name}.png"
            target.parent.mkdir(parents=True, exist_ok=True)
            drawn[size].save(target)
        largest, *smaller = [drawn[size] for size in reversed(ICO_SIZES)]
        largest.save(folder / f"{icon.file}.ico", append_images=smaller,
                     sizes=[(size, size) for size in ICO_SIZES])
        drawn[ICNS_SIZE].save(folder / f"{icon.file}.icns", append_images=[
            picture for size, picture in drawn.items() if size in SIZES])
    del app
