"""``python -m gui`` opens the window."""

from __future__ import annotations

import sys

from gui.start import run

if __name__ == "__main__":
    sys.exit(run())
