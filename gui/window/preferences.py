"""What a person has chosen and finds again at the next start."""

from __future__ import annotations

import math
import stat
from pathlib import Path
from typing import cast

from PySide6.QtCore import QByteArray, QSettings

from gui import theme
from gui.workbench.pace import Speed

LARGEST_FILE = 2**20
"""Bytes: settings take a thousand."""

SCHEMES = ("system", "light", "dark")


def may_hold_settings(path: Path) -> bool:
    """Say whether a file is one that Qt can read at once, or is not there yet."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return True
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(found.st_mode) and found.st_size <= LARGEST_FILE


class Settings:
    """Theme, size, speed, place, last instrument, registers and folders, in a user's file.

    Parameters
    ----------
    path : Path | None
        The file; None keeps nothing and begins with the defaults.
    experiments : Path | None
        The folder of experiments and their results; None keeps none.

    Attributes
    ----------
    experiments : Path | None
        That folder.
    """

    def __init__(self, path: Path | None, experiments: Path | None = None) -> None:
        self.experiments = experiments
        self._store = (QSettings(str(path), QSettings.Format.IniFormat)
                       if path is not None and may_hold_settings(path) else None)

    @property
    def theme(self) -> theme.Scheme:
        """``system``, ``light`` or ``dark``."""
        value = str(self._get("theme", "system"))
        return cast(theme.Scheme, value if value in SCHEMES else "system")

    @theme.setter
    def theme(self, scheme: theme.Scheme) -> None:
        self._set("theme", scheme)

    @property
    def scale(self) -> float:
        """Interface size; 1 is 13 px text."""
        try:
            factor = float(str(self._get("scale", "1")))
        except ValueError:
            return 1.0
        # Of NaN, no limit would keep the text of every window.
        return factor if math.isfinite(factor) else 1.0

    @scale.setter
    def scale(self, factor: float) -> None:
        self._set("scale", repr(factor))

    @property
    def speed(self) -> Speed:
        """How fast runs may go."""
        try:
            return Speed(str(self._get("speed", Speed.VISIBLE.value)))
        except ValueError:
            return Speed.VISIBLE

    @speed.setter
    def speed(self, speed: Speed) -> None:
        self._set("speed", speed.value)

    @property
    def geometry(self) -> QByteArray:
        """The window's place and size as Qt writes it; empty at the first start."""
        value = self._get("geometry", QByteArray())
        return value if isinstance(value, QByteArray) else QByteArray()

    @geometry.setter
    def geometry(self, geometry: QByteArray) -> None:
        self._set("geometry", geometry)

    @property
    def instrument(self) -> str:
        """Key of the instrument that was chosen from the menu of more; empty if none was."""
        return str(self._get("instrument", ""))

    @instrument.setter
    def instrument(self, key: str) -> None:
        self._set("instrument", key)

    @property
    def hidden_registers(self) -> frozenset[str]:
        """Of words, formulae and NumPy, those in which the microscope writes no line."""
        return frozenset(filter(None, str(self._get("hidden-registers", "")).split(" ")))

    @hidden_registers.setter
    def hidden_registers(self, keys: frozenset[str]) -> None:
        self._set("hidden-registers", " ".join(sorted(keys)))

    @property
    def folder(self) -> str:
        """The folder of the file that was chosen last; empty if none was."""
        return str(self._get("folder", ""))

    @folder.setter
    def folder(self, folder: str) -> None:
        self._set("folder", folder)

    def keep_folder(self, folder: str) -> None:
        """Remember the folder of the file that was chosen last."""
        self.folder = folder

    @property
    def cluster(self) -> str:
        """Where the scheduler of a room's computers listens; empty if none was named."""
        return str(self._get("cluster", ""))

    @cluster.setter
    def cluster(self, address: str) -> None:
        self._set("cluster", address)

    @property
    def certificates(self) -> Path | None:
        """The folder of a room's certificates; None if none was named."""
        folder = str(self._get("certificates", ""))
        return Path(folder) if folder else None

    @certificates.setter
    def certificates(self, folder: Path | None) -> None:
        self._set("certificates", "" if folder is None else str(folder))

    def _get(self, key: str, default: object) -> object:
        return default if self._store is None else self._store.value(key, default)

    def _set(self, key: str, value: object) -> None:
        if self._store is not None:
            self._store.setValue(key, value)
