"""Kill the program at random moments of saving, two hundred times, and say what came of it.

    python -m tests.kills --savers 150 --windows 50 --seed 1

Ends with 1 if a file was lost, or anything was left lying about after the next start.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.kills.killing import kill_savers, kill_windows


def main() -> int:
    """Kill; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.kills",
                                     description="Kill programs that save.")
    parser.add_argument("--savers", type=int, default=150)
    parser.add_argument("--windows", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kills-") as name:
        folder = Path(name)
        text, bundle = folder / "text", folder / "bundle"
        text.mkdir()
        bundle.mkdir()
        half = options.savers // 2
        wrong = [*kill_savers(text / "net.json", half, options.seed),
                 *kill_savers(bundle / "net.bplab", options.savers - half, options.seed),
                 *kill_windows(folder / "window", options.windows, options.seed)]
    for sentence in wrong:
        sys.stdout.write(sentence + "\n")
    sys.stdout.write(f"{options.savers} programs and {options.windows} windows killed: "
                     f"{len(wrong)} faults.\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
