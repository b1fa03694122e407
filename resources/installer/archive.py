"""The portable archive: unpack and double-click."""

from __future__ import annotations

import platform
import shutil
from pathlib import Path

from resources.installer.bundle import DIST, root
from resources.installer.recipe import BUILD, HERE, NAME
from resources.installer.shell import call, megabytes, say
from resources.installer.version import bundle_version


def make_archive() -> Path:
    """Pack the bundle; return the archive."""
    name = f"{NAME}-{bundle_version()}-linux-{platform.machine()}-portable"
    tree = BUILD / "portable" / name
    shutil.rmtree(tree.parent, ignore_errors=True)
    shutil.copytree(root(), tree, symlinks=True)
    shutil.copyfile(HERE / "linux" / "README.txt", tree / "README.txt")
    shutil.copyfile(BUILD / "128" / f"{NAME}.png", tree / f"{NAME}.png")
    archive = DIST / f"{name}.tar.xz"
    say("Packing the portable archive.")
    call("tar", "--create", "--xz", "--file", archive, "--directory", tree.parent, "--sort=name",
         "--owner=root:0", "--group=root:0", name, environment={"XZ_OPT": "-6 --threads=2"})
    shutil.rmtree(tree.parent)
    say(f"{archive}: {megabytes(archive):.0f} MB.")
    return archive
