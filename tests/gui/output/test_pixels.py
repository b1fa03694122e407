"""Arrays become pictures, tile by tile."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from gui import theme
from gui.output.pixels import ends_of, grey, grey_image, image_of, mosaic, signed
from gui.output.tiles import tiling


def test_grey_runs_from_end_to_end() -> None:
    shades = grey(np.array([-9.0, 0.0, 1.0, 2.0, 9.0, np.nan, np.inf]), (0.0, 2.0))
    assert shades.tolist() == [0, 0, 128, 255, 255, 0, 255]


def test_grey_of_one_value_alone_is_black() -> None:
    assert grey(np.full(3, 7.0), (7.0, 7.0)).tolist() == [0, 0, 0]


def test_ends_pass_over_what_is_not_finite() -> None:
    assert ends_of(np.array([np.nan, 3.0, -1.0, np.inf])) == (-1.0, 3.0)
    assert ends_of(np.array([np.nan])) == (0.0, 1.0)


def test_signed_is_orange_neutral_blue(app: QApplication) -> None:
    shades = signed(np.array([-2.0, 2.0, 99.0, np.nan]), 2.0)
    names = [QColor(*shade).name() for shade in shades.tolist()]
    tokens = theme.LIGHT
    assert names[:3] == [tokens.negative, tokens.positive, tokens.positive]
    neutral = QColor(tokens.neutral)
    # The lookup has an even number of rows, so that its middle lies between two of them.
    assert max(abs(a - b) for a, b in zip(shades[3].tolist(), neutral.getRgb()[:3],
                                          strict=True)) <= 2


def test_image_has_its_pixels_where_they_belong() -> None:
    image = grey_image(np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]), (0.0, 1.0))
    assert (image.width(), image.height()) == (3, 2)
    assert image.pixelColor(1, 0).name() == "#ffffff"
    assert image.pixelColor(2, 1).name() == "#000000"


def test_mosaic_puts_tiles_in_rows_with_clear_gaps() -> None:
    tiles = np.zeros((3, 1, 2, 3), np.uint8)
    tiles[:, 0, 0], tiles[:, 0, 1] = 10, 20
    tiles[2] = 99
    picture = mosaic(tiles, 2, (2, 4), 1)
    assert picture.shape == (2 * 3 - 1, 2 * 5 - 1, 4)
    assert picture[0, :4, 0].tolist() == [10, 10, 20, 20]
    assert picture[0, :, 3].tolist() == [255] * 4 + [0] + [255] * 4
    assert picture[3, 0, 0] == 99
    assert not picture[3:, 5:, 3].any(), "there is no fourth tile"
    assert image_of(picture).pixelColor(4, 0).alpha() == 0


def test_tiles_are_as_large_as_they_fit() -> None:
    layout = tiling(6, (10, 10), (304.0, 202.0), 2)
    assert (layout.columns, layout.rows) == (3, 2)
    assert 3 * layout.width + 2 * 2 <= 304
    assert 2 * layout.height + 2 <= 202
    assert layout.height == 100


def test_tiles_in_no_room_are_a_pixel_per_number() -> None:
    layout = tiling(9, (10, 10), (25.0, 5.0), 2)
    assert (layout.columns, layout.height, layout.width) == (2, 10, 10)


def test_place_leads_to_its_tile() -> None:
    layout = tiling(6, (10, 10), (304.0, 202.0), 2)
    assert layout.tile_at(150.0, 150.0) == 4
    assert layout.tile_at(-1.0, 5.0) == layout.tile_at(310.0, 5.0) == -1
