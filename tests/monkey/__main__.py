"""Let a monkey play with the real window, and say what came of it.

    python -m tests.monkey --seconds 300 --seed 1 --output FOLDER

Writes every act before it is done, so that a fault can be played again with its seed; memory and
stalls as figures and as a picture. Ends with 1 if something happened that should not have.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from tests.monkey.home import settle

if TYPE_CHECKING:
    from tests.monkey.watch import Watch

MANY = 10**9


def main() -> int:
    """Play; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.monkey",
                                     description="Let a monkey play with the real window.")
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--acts", type=int, default=MANY)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, default=None)
    options = parser.parse_args()
    folder = options.output or Path(tempfile.mkdtemp(prefix="monkey-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder = folder.resolve()
    settle(folder)
    crashes = (folder / "crash.txt").open("w", encoding="utf-8")
    faulthandler.enable(crashes)
    watch = play(folder, options.seed, options.acts, options.seconds)
    return tell(watch, folder)


def play(folder: Path, seed: int, acts: int, seconds: float) -> Watch:
    """Open the window, let the monkey play, and return what was seen."""
    from gui.imports import import_in_turns, leave_sources_unread

    import_in_turns()
    leave_sources_unread()
    from gui.app import SWITCH_INTERVAL_S, application, folder_of, open_window
    from gui.program import WindowOptions
    from gui.window.faults import Faults, write_log
    from tests.monkey.monkey import Monkey
    from tests.monkey.watch import Watch

    sys.setswitchinterval(SWITCH_INTERVAL_S)
    app = application()
    faults = Faults(write_log(folder_of("log")))
    window = open_window(app, WindowOptions(size=(1366, 768)), faults)
    watch = Watch(folder)
    watch.start()

    def begin() -> None:
        Monkey(window, watch, folder, seed, acts, seconds).play()

    window.furnished.connect(begin)
    window.show()
    app.exec()
    watch.stop()
    return watch


def tell(watch: Watch, folder: Path) -> int:
    """Write and print what was seen; return 1 if there was a fault."""
    from tests.monkey.picture import draw

    longest = sorted(watch.stalls, key=lambda stall: -stall.seconds)[:10]
    found = {"acts": watch.act, "seconds": watch.now_s, "memory": watch.memory,
             "stalls": [asdict(stall) for stall in longest], "faults": watch.faults}
    (folder / "found.json").write_text(json.dumps(found, indent=1), "utf-8")
    draw(watch, folder / "monkey.png")
    memory = [sample[2] for sample in watch.memory]
    sys.stdout.write(
        f"{watch.act:,} acts in {watch.now_s:.0f} s. Memory: {memory[-1]:.0f} MiB at the end, "
        f"{max(memory):.0f} MiB at most. Stalls: {len(watch.stalls)}, the longest "
        f"{longest[0].seconds if longest else 0.0:.2f} s. Faults: {len(watch.faults)}. {folder}\n")
    for text in watch.faults:
        sys.stdout.write(f"\n{text}\n")
    return 1 if watch.faults else 0


if __name__ == "__main__":
    sys.exit(main())
