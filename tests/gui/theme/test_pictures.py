"""Icons, status shapes and colour scales."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QAction, QColor, QIcon, QImage, QPainter
from PySide6.QtWidgets import QApplication

from gui import theme
from gui.theme.icons import FOLDER

OF_THEIR_OWN = ("control", "backprop-lab")
"""Beginnings of the names of drawings that have their own colours."""

ICONS = sorted(path.stem for path in FOLDER.glob("*.svg")
               if not path.stem.startswith(OF_THEIR_OWN))


def drawn(code: str, severity: int) -> QImage:
    image = QImage(32, 32, QImage.Format.Format_ARGB32)
    image.fill(QColor(theme.current().surface))
    painter = QPainter(image)
    theme.status_glyph(painter, QRectF(0, 0, 32, 32), code, severity)
    painter.end()
    return image


def tint(icon: QIcon, mode: QIcon.Mode = QIcon.Mode.Normal) -> set[str]:
    image = icon.pixmap(QSize(64, 64), mode).toImage()
    pixels = (image.pixelColor(x, y) for x in range(64) for y in range(64))
    return {pixel.name() for pixel in pixels if pixel.alpha() == 255}


@pytest.mark.parametrize("name", ICONS)
def test_every_icon_takes_the_colour_asked_for(app: QApplication, name: str) -> None:
    assert tint(theme.icon(name, "#ff0000")) == {"#ff0000"}
    assert tint(theme.icon(name), QIcon.Mode.Disabled) == {theme.current().text_disabled}


def test_there_are_icons_and_their_licence() -> None:
    assert len(ICONS) >= 20
    assert "ISC" in (FOLDER / "LICENSE.md").read_text(encoding="utf-8")


def test_an_icon_is_drawn_in_the_size_that_is_looked_at_once(app: QApplication) -> None:
    icon = theme.icon("play", "#00ff00")
    for side in (16, 23, 64):
        assert icon.pixmap(QSize(side, side)).size() == QSize(side, side)
        assert icon.pixmap(QSize(side, side)).cacheKey() == \
            icon.pixmap(QSize(side, side)).cacheKey()
    # Qt asks for a copy of what draws it when an icon is changed.
    changed = QIcon(icon)
    changed.addPixmap(icon.pixmap(QSize(16, 16)))
    assert tint(icon) == {"#00ff00"}


def test_unknown_icon_is_an_error(app: QApplication) -> None:
    with pytest.raises(FileNotFoundError):
        theme.icon("no-such-icon")


def test_icon_of_an_action_follows_the_theme(app: QApplication) -> None:
    action = QAction()
    theme.follow_theme(action, "play", "accent")
    assert tint(action.icon()) == {theme.LIGHT.accent}
    theme.apply(app, "dark")
    assert tint(action.icon()) == {theme.DARK.accent}
    del action
    theme.apply(app, "light")


def test_every_status_has_a_shape_of_its_own(app: QApplication) -> None:
    ground = QColor(theme.current().surface)

    def shape(code: str) -> bytes:
        image = drawn(code, 2)
        return bytes(image.pixelColor(x, y) != ground for y in range(32) for x in range(32))

    shapes = {code: shape(code) for code in theme.STATUS_CODES}
    assert all(any(shape) for shape in shapes.values())
    assert len(set(shapes.values())) == len(shapes)


@pytest.mark.parametrize("code", ["vanishing", "exploding", "saturated", "dead", "nonfinite"])
def test_grave_is_filled_and_mild_is_an_outline(app: QApplication, code: str) -> None:
    ground = QColor(theme.current().surface).name()

    def ink(severity: int) -> int:
        image = drawn(code, severity)
        return sum(image.pixelColor(x, y).name() != ground for y in range(32) for x in range(32))

    def solid(severity: int) -> int:
        image, colour = drawn(code, severity), theme.status_colour(code)
        return sum(image.pixelColor(x, y).name() == colour for y in range(32) for x in range(32))

    assert ink(2) >= ink(1)
    assert solid(2) > 1.2 * solid(1)


def test_status_colours(app: QApplication) -> None:
    assert theme.status_colour("overfitting", 1) == theme.LIGHT.warning
    assert drawn("overfitting", 1) != drawn("waiting", 1)
    assert theme.status_colour("vanishing") == theme.LIGHT.vanishing
    assert theme.status_colour("healthy", 0) == theme.LIGHT.good
    assert theme.status_colour("no such code") == theme.LIGHT.text_muted


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("n", [1, 2, 10, 100])
def test_depth_colours_are_distinct_and_readable(
    app: QApplication, scheme: theme.Scheme, n: int
) -> None:
    theme.apply(app, scheme)
    colours = [colour.name() for colour in theme.depth_colours(n)]
    assert len(set(colours)) == n
    assert all(theme.contrast(c, theme.current().surface) >= 1.5 for c in colours)


def test_signed_map_runs_from_orange_over_neutral_to_blue(app: QApplication) -> None:
    table = theme.signed_map()
    assert table.shape == (256, 3)
    assert table.dtype == np.uint8
    assert QColor(*table[0].tolist()).name() == theme.LIGHT.negative
    assert QColor(*table[255].tolist()).name() == theme.LIGHT.positive
    neutral = QColor(theme.LIGHT.neutral).getRgb()
    assert np.abs(table[127].astype(int) - np.array(neutral)[:3]).max() <= 2


def test_classes_beyond_ten_are_still_distinct(app: QApplication) -> None:
    assert len({colour.name() for colour in theme.class_colours(20)}) == 20


def test_an_icon_without_room_is_nothing(app: QApplication) -> None:
    # Qt asks for one of a control that is squeezed; a painter on it would complain.
    assert theme.icon("play").pixmap(QSize(16, 0)).isNull()
