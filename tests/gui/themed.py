"""The application in the light theme."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from gui import theme


@pytest.fixture
def app(qapp: QApplication) -> Iterator[QApplication]:
    """Return the application; every test leaves the light theme at its ordinary size behind."""
    theme.apply(qapp, "light")
    yield qapp
    theme.set_scale(qapp, 1.0)
    theme.apply(qapp, "light")
