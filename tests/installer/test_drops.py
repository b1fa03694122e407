"""What is left out of the bundle is nothing that the program loads."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from resources.installer import recipe
from tests.contracts.source import ROOT

LOAD = """\
import os, re, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from PySide6.QtWidgets import QApplication
app = QApplication([])
import gui.app, gui.window.lab_page, gui.window.actions, gui.window.about, gui.terminal.batch_run
import engine.selftest, engine.compiling, engine.facts
import pandas, pyqtgraph
pandas.read_csv(__import__("io").StringIO("a,b\\n1,2\\n"))
found = {module.__file__ for module in list(sys.modules.values())
         if getattr(module, "__file__", None)}
if sys.platform == "linux":
    with open("/proc/self/maps") as maps:
        found |= set(re.findall(r"/\\S+\\.so[\\w.]*", maps.read()))
print("\\n".join(sorted(found)))
"""


def imports(folder: Path) -> set[str]:
    """Return the modules that import statements in a folder name."""
    found = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def excluded(modules: set[str]) -> set[str]:
    return {module for module in modules for name in recipe.EXCLUDED
            if module == name or module.startswith(f"{name}.")}


def test_no_import_statement_names_what_is_excluded() -> None:
    found = imports(ROOT / "gui") | imports(ROOT / "engine")
    assert {"numba", "pandas", "PySide6.QtWidgets"} <= found
    assert {module.partition(".")[0] for module in excluded(found)} == recipe.OPTIONAL


def test_what_may_be_missing_is_imported_where_it_is_used_alone() -> None:
    for path in (*(ROOT / "gui").rglob("*.py"), *(ROOT / "engine").rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        first = {name for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)
                 for name in ([node.module] if isinstance(node, ast.ImportFrom) else
                              [alias.name for alias in node.names])}
        assert {name for name in first if name and name.partition(".")[0] in recipe.OPTIONAL
                } == set(), path


def test_nothing_starts_children_by_pythons_module() -> None:
    assert "pyi_rth_multiprocessing" in recipe.UNUSED_HOOKS
    found = imports(ROOT / "gui") | imports(ROOT / "engine")
    assert {module for module in found
            if module.split(".")[0] == "multiprocessing"
            or module.startswith(("concurrent.futures.Process", "tqdm.contrib"))} == set()


def test_an_excluded_module_is_seen() -> None:
    assert excluded({"ssl", "sslang", "numba.cuda.api", "numba"}) == {"ssl", "numba.cuda.api"}


def dropped(files: list[str]) -> list[str]:
    """Return those of some files that would not be in the bundle."""
    places = [file.rpartition("site-packages/")[2] for file in files if "site-packages/" in file]
    places += [f"lib-dynload/{Path(file).name}" for file in files if "lib-dynload" in file]
    return [place for place in places if recipe.is_dropped(place, sys.platform)]


@pytest.mark.skipif(sys.platform == "win32", reason="paths are written with slashes")
def test_nothing_that_the_program_loads_is_dropped() -> None:
    shown = subprocess.run([sys.executable, "-c", LOAD], capture_output=True, text=True,
                           cwd=ROOT, check=True, timeout=120).stdout.splitlines()
    assert any("libQt6Widgets" in file or "QtWidgets" in file for file in shown)
    assert dropped(shown) == []


def test_a_dropped_library_is_seen() -> None:
    assert dropped(["/v/site-packages/PySide6/Qt/qml/x.so"]) == ["PySide6/Qt/qml/x.so"]
    assert dropped(["/v/lib-dynload/_sqlite3.so"]) == ["lib-dynload/_sqlite3.so"]


def test_every_drop_says_why() -> None:
    assert all(drop.reason for drop in recipe.DROPS)
    assert all(recipe.EXCLUDED.values())


@pytest.mark.parametrize(("place", "system", "gone"), [
    ("PySide6/Qt/plugins/platforms/libqxcb.so", "linux", False),
    ("PySide6/Qt/plugins/platforms/libqoffscreen.so", "linux", False),
    ("PySide6/Qt/plugins/platforms/libqvnc.so", "linux", True),
    ("PySide6/Qt/translations/qtbase_de.qm", "linux", False),
    ("PySide6/translations/qt_help_de.qm", "win32", True),
    ("PySide6\\Qt6Network.dll", "win32", True),
    ("PySide6/Qt6Core.dll", "win32", False),
    ("libGL.so.1", "linux", True),
    ("libxcb-cursor.so.0", "linux", False),
    ("libcrypto.so.3", "linux", True),
    ("python3.11/lib-dynload/_codecs_jp.cpython-311-x86_64-linux-gnu.so", "linux", False),
    ("numpy/_core/tests/_natype.py", "darwin", True),
    ("backprop_lab-0.1.0.dist-info/direct_url.json", "win32", True),
    ("backprop_lab-0.1.0.dist-info/METADATA", "win32", False),
])
def test_places(place: str, system: str, gone: bool) -> None:
    assert recipe.is_dropped(place, system) is gone


def test_only_two_libraries_lose_their_symbols() -> None:
    names = ("libllvmlite.so", "libpython3.11.so.1.0", "libscipy_openblas64_-32a4b2a6.so",
             "libQt6Core.so.6", "libllvmlite.so.txt")
    assert [bool(re.search(recipe.STRIPPED, name)) for name in names] == [True, True, *[False] * 3]


def test_the_package_leaves_out_the_standard_library_of_cpp_and_not_qt() -> None:
    assert recipe.is_of_the_desktop("libstdc++.so.6")
    assert not recipe.is_of_the_desktop("libgomp.so.1")
    assert not recipe.is_of_the_desktop("libQt6Core.so.6")


def test_a_bundle_without_the_library_of_sounds_is_refused() -> None:
    recipe.check_sounds(["numpy/core.so", "_soundfile_data/libsndfile_x86_64.so"])
    with pytest.raises(LookupError, match="libsndfile"):
        recipe.check_sounds(["numpy/core.so", "soundfile.py"])
