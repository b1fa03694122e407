"""What the frozen program runs. PyInstaller collects nothing through a package's __main__."""

import sys

from gui.start import run

if __name__ == "__main__":
    sys.exit(run())
