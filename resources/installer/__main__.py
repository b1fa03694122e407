"""Make what people install: ``python -m resources.installer [STEP ...]``.

Without one, every step is carried out but those of `ON_REQUEST`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from resources.installer.shell import PackagingError, say

ON_REQUEST = ("try", "time")
"""Steps that are carried out only if they are named: the first changes this system, and the second
is a report."""


def steps() -> dict[str, Callable[[], object]]:
    """Return what can be made on this system, in the order in which it is made."""
    from resources.installer.bundle import make_bundle
    from resources.installer.checksums import write_checksums
    from resources.installer.smoke import smoke

    made: dict[str, Callable[[], object]] = {"bundle": make_bundle, "smoke": smoke}
    if sys.platform == "linux":
        from resources.installer.archive import make_archive
        from resources.installer.deb import make_deb
        from resources.installer.timing import time_starts
        from resources.installer.trial import try_package

        made |= {"deb": make_deb, "archive": make_archive, "try": try_package,
                 "time": time_starts}
    elif sys.platform == "win32":
        from resources.installer.setup_windows import make_setup

        made["setup"] = make_setup
    else:
        from resources.installer.image_macos import make_disk_image

        made["image"] = make_disk_image
    return made | {"sums": write_checksums}


def main(wanted: list[str]) -> int:
    """Carry steps out; return the exit code."""
    known = steps()
    if unknown := [step for step in wanted if step not in known]:
        say(f"There is no step {unknown[0]!r} on this system; there are {', '.join(known)}.")
        return 2
    try:
        for step in known:
            if step in wanted or (not wanted and step not in ON_REQUEST):
                known[step]()
    except PackagingError as error:
        say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
