"""Opens a file in the real window and saves it again and again, until it is killed.

    python -m tests.kills.window FOLDER

Says ``found`` and what the program before it has left: the number that the file holds, and the
names of all other files that are there; then ``saved`` with every number.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from tests.monkey.home import settle

if TYPE_CHECKING:
    from gui.window.main_window import MainWindow

NAME = "net.bplab"


def main() -> None:
    """Open the window."""
    folder = Path(sys.argv[1]).resolve()
    settle(folder)
    from gui.imports import import_in_turns, leave_sources_unread

    import_in_turns()
    leave_sources_unread()
    from gui.app import application, folder_of, open_window
    from gui.program import WindowOptions
    from gui.window.faults import Faults, write_log
    from gui.workbench.state import State

    # Whatever goes wrong ends it, so that nobody waits.
    sys.excepthook = end
    app = application()
    path = folder / "work" / NAME
    options = WindowOptions(project=path if path.exists() else None)
    faults = Faults(write_log(folder_of("log")))
    window = open_window(app, options, faults)
    window.start_failed.connect(lambda error: end(type(error), error, error.__traceback__))

    def begin() -> None:
        assert window.lab is not None
        tell(left(window, folder))
        window.lab.workbench.state_changed.connect(go_on)
        go_on()

    def go_on(_state: object = None) -> None:
        assert window.lab is not None
        if window.lab.workbench.state in (State.READY, State.PAUSED):
            window.lab.workbench.state_changed.disconnect(go_on)
            while True:
                save(window, path)

    window.furnished.connect(begin)
    window.show()
    app.exec()


def left(window: MainWindow, folder: Path) -> dict[str, object]:
    """Return what was found; unsaved work that is offered is discarded, as a person may do."""
    from gui.window.lost_work import LostWork

    assert window.lab is not None
    offered = window.findChild(LostWork)
    assert isinstance(offered, LostWork)
    while offered._leftovers:
        offered._take_first().discard()
    places = (folder / "work", folder / "data")
    document = window.lab.document
    return {"number": number_of(window) if document.path is not None else None,
            "refused": document.path is None and (folder / "work" / NAME).exists(),
            "litter": sorted(path.name for place in places for path in place.rglob("*")
                             if path.is_file() and path.name != NAME)}


def number_of(window: MainWindow) -> int:
    """Return the number that a project holds."""
    assert window.lab is not None
    return round(window.lab.document.project.training.learning_rate * 1e6)


def save(window: MainWindow, path: Path) -> None:
    """Change the project and save it with its weights."""
    assert window.lab is not None
    document, number = window.lab.document, number_of(window) + 1
    document.set_training(learning_rate=number * 1e-6)
    if window.lab.files.save_to(path, with_weights=True):
        sys.stdout.write(f"saved {number}\n")
        sys.stdout.flush()


def end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Say what has gone wrong, and end the program."""
    traceback.print_exception(kind, error, trace)
    os._exit(1)


def tell(found: dict[str, object]) -> None:
    """Say what was found."""
    sys.stdout.write(f"found {json.dumps(found)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
