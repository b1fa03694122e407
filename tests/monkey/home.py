"""The folder that the monkey lives in: its settings, its files, and answers to file dialogs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).parents[2]
KINDS = (".json", ".bplab", ".bplab.json", ".csv", ".png", "")
SUITABLE = 0.8
"""How often a file is chosen that the dialog is meant for."""


def settle(folder: Path) -> None:
    """Let the program keep all that it keeps in this folder, before it is imported.

    Compiled kernels alone are taken from where they are.
    """
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    os.environ["XDG_CACHE_HOME"] = cache
    for variable, name in (("HOME", ""), ("XDG_CONFIG_HOME", "config"), ("XDG_DATA_HOME", "data"),
                           ("XDG_STATE_HOME", "state"), ("XDG_DOCUMENTS_DIR", "files")):
        (folder / name).mkdir(parents=True, exist_ok=True)
        os.environ[variable] = str(folder / name)
    files = folder / "files"
    files.mkdir(exist_ok=True)
    for path in sorted((ROOT / "resources" / "examples").glob("[0-9]*.json")):
        shutil.copy(path, files)
    for name in ("iris.csv", "penguins.csv"):
        shutil.copy(ROOT / "resources" / "datasets" / name, files)
    (files / "half.json").write_bytes((files / "06-plane.json").read_bytes()[:200])
    (files / "noise.bplab").write_bytes(bytes(range(256)) * 4)
    (files / "empty.csv").write_bytes(b"")
    (files / "notes.txt").write_text("Now is the winter of our discontent. " * 40, "utf-8")


class Answers:
    """Answers file dialogs instead of a person. GUI thread only.

    Parameters
    ----------
    folder : Path
        Where all files lie that are opened and written.
    chance : callable
        Returns what the present act draws from.
    note : callable
        Told which dialog has been answered, and how.
    """

    def __init__(self, folder: Path, chance: Callable[[], Random],
                 note: Callable[[str], None]) -> None:
        self.folder, self._chance, self._note = folder, chance, note

    def install(self) -> None:
        """Answer from now on; no address is opened outside either."""
        from PySide6.QtGui import QDesktopServices
        from PySide6.QtWidgets import QFileDialog

        dialog: Any = QFileDialog
        dialog.getOpenFileName = staticmethod(self._open)
        dialog.getOpenFileNames = staticmethod(self._open_some)
        dialog.getSaveFileName = staticmethod(self._save)
        dialog.getExistingDirectory = staticmethod(self._existing)
        services: Any = QDesktopServices
        services.openUrl = staticmethod(lambda _url: True)

    def any_file(self, kinds: str = "") -> Path:
        """Return a file of the folder, most often one of these kinds."""
        chance = self._chance()
        paths = sorted(path for path in self.folder.iterdir() if path.is_file())
        suitable = [path for path in paths if path.suffix and f"*{path.suffix}" in kinds]
        return chance.choice(suitable if suitable and chance.random() < SUITABLE else paths)

    def new_file(self) -> Path:
        """Return where something may be saved: one of a few dozen names, so that some are there."""
        chance = self._chance()
        return self.folder / f"saved-{chance.randrange(12)}{chance.choice(KINDS)}"

    def _is_refused(self, title: str) -> bool:
        if self._chance().random() < 0.15:
            self._note(f"  {title}: cancelled")
            return True
        return False

    def _open(self, _parent: Any = None, caption: str = "", _dir: str = "", filter: str = "",
              *_more: Any, **_named: Any) -> tuple[str, str]:
        if self._is_refused(caption):
            return "", ""
        path = self.any_file(filter)
        self._note(f"  {caption}: {path.name}")
        return str(path), filter.split(";;")[0]

    def _open_some(self, _parent: Any = None, caption: str = "", _dir: str = "",
                   filter: str = "", *_more: Any, **_named: Any) -> tuple[list[str], str]:
        if self._is_refused(caption):
            return [], ""
        paths = sorted({str(self.any_file(filter))
                        for _ in range(self._chance().choice((1, 1, 1, 3)))})
        self._note(f"  {caption}: {', '.join(Path(path).name for path in paths)}")
        return paths, filter.split(";;")[0]

    def _save(self, _parent: Any = None, caption: str = "", suggestion: str = "",
              filter: str = "", *_more: Any, **_named: Any) -> tuple[str, str]:
        if self._is_refused(caption):
            return "", ""
        kind = self._chance().choice(filter.split(";;"))
        endings = [part.strip("() ") for part in kind.replace("(", " ").split() if "*." in part]
        path = self.new_file()
        if endings and self._chance().random() < SUITABLE:
            path = path.with_name(path.name.split(".")[0] + endings[0].lstrip("*"))
        self._note(f"  {caption}: {path.name} as {kind}")
        return str(path), kind

    def _existing(self, _parent: Any = None, caption: str = "", *_more: Any,
                  **_named: Any) -> str:
        if self._is_refused(caption):
            return ""
        self._note(f"  {caption}: the folder")
        return str(self.folder)
