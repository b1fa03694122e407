"""The program's icons, drawn from their SVG files in the sizes and forms of the three systems."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QBuffer, QIODevice, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from resources.installer.recipe import NAME, PROGRAM_ICON, PROJECT_ICON

SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)
ICO_SIZES = (16, 24, 32, 48, 64, 128, 256)
ICNS_SIZE = 1024


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
    picture.save(buffer, b"PNG")
    return Image.open(io.BytesIO(bytes(buffer.data().data())))


def write_icons(folder: Path) -> None:
    """Write the program's icon as ``.ico``, ``.icns`` and one PNG file of each size.

    Parameters
    ----------
    folder : Path
        Where they go: ``backprop-lab.ico``, ``backprop-lab.icns``, ``16/backprop-lab.png`` and
        ``16/application-x-bplab.png``, which stands for project files, and so on.
    """
    app = QGuiApplication.instance() or QGuiApplication([NAME, "-platform", "offscreen"])
    for name, svg in ((NAME, PROGRAM_ICON), ("application-x-bplab", PROJECT_ICON)):
        for size in SIZES:
            target = folder / str(size) / f"{name}.png"
            target.parent.mkdir(parents=True, exist_ok=True)
            draw(svg, size).save(target)
    large = draw(PROGRAM_ICON, ICNS_SIZE)
    large.save(folder / f"{NAME}.ico", sizes=[(size, size) for size in ICO_SIZES])
    draw(PROJECT_ICON, ICNS_SIZE).save(
        folder / f"{NAME}-project.ico", sizes=[(size, size) for size in ICO_SIZES])
    large.save(folder / f"{NAME}.icns")
    del app
