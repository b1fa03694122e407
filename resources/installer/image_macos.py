"""The disk image for macOS: the program, to be dragged into Applications."""

from __future__ import annotations

import platform
import shutil
from pathlib import Path

from resources.installer.bundle import DIST, root
from resources.installer.recipe import BUILD, HERE, NAME, TITLE
from resources.installer.shell import call, megabytes, say
from resources.installer.version import bundle_version


def make_disk_image() -> Path:
    """Sign the program for this computer and pack it; return the image.

    A signature that other computers trust needs a developer's certificate: set up outside, it is
    put on before this by codesign, and the image is notarised afterwards.
    """
    app = root()
    call("codesign", "--force", "--deep", "--sign", "-", "--options", "runtime", "--entitlements",
         HERE / "macos" / "entitlements.plist", app)
    tree = BUILD / "image"
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    # Links inside frameworks have to stay links.
    call("ditto", app, tree / app.name)
    (tree / "Applications").symlink_to("/Applications")
    image = DIST / f"{NAME}-{bundle_version()}-macos-{platform.machine()}.dmg"
    call("hdiutil", "create", "-volname", TITLE, "-srcfolder", tree, "-ov", "-format", "UDZO",
         image)
    say(f"{image}: {megabytes(image):.0f} MB.")
    return image
