"""The version, in the forms that the systems want."""

from __future__ import annotations

import re
import tomllib

from resources.installer.recipe import ROOT, TITLE

WINDOWS_TEMPLATE = """\
VSVersionInfo(
  ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, mask=0x3F, flags=0x0, OS=0x40004,
                    fileType=0x1, subtype=0x0, date=(0, 0)),
  kids=[
    StringFileInfo([StringTable("040904B0", [
      StringStruct("CompanyName", "{title} contributors"),
      StringStruct("FileDescription", "{title}"),
      StringStruct("FileVersion", "{version}"),
      StringStruct("InternalName", "backprop-lab"),
      StringStruct("LegalCopyright", "{title} contributors, MIT licence"),
      StringStruct("OriginalFilename", "backprop-lab.exe"),
      StringStruct("ProductName", "{title}"),
      StringStruct("ProductVersion", "{version}")])]),
    VarFileInfo([VarStruct("Translation", [1033, 1200])]),
  ])
"""


def bundle_version() -> str:
    """Return the version that pyproject.toml states."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        version: str = tomllib.load(file)["project"]["version"]
    return version


def version_numbers(version: str) -> tuple[int, ...]:
    """Return a version as the four numbers that Windows compares."""
    parts = [int(part) for part in re.findall(r"\d+", version)][:4]
    return tuple(parts + [0] * (4 - len(parts)))


def windows_version() -> str:
    """Return the text of the file from which PyInstaller fills the program's properties."""
    version = bundle_version()
    return WINDOWS_TEMPLATE.format(numbers=version_numbers(version), version=version, title=TITLE)
