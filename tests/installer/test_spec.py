"""PyInstaller's recipe as each of the three systems would carry it out."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from engine import cachedir
from resources.installer import bundle, pictures, recipe
from resources.installer.version import bundle_version, windows_version
from tests.contracts.source import ROOT

SPEC = recipe.HERE / f"{recipe.NAME}.spec"
VISUAL_C = [("shiboken6\\MSVCP140.dll", "/q/MSVCP140.dll", "BINARY"),
            ("PySide6\\msvcp140.dll", "/p/msvcp140.dll", "BINARY"),
            ("PySide6/msvcp140_1.dll", "/p/msvcp140_1.dll", "BINARY"),
            ("shiboken6/vcruntime140.dll", "/q/vcruntime140.dll", "BINARY"),
            ("VCRUNTIME140.dll", "/python/VCRUNTIME140.dll", "BINARY")]
AT_TOP = [("MSVCP140.dll", "/q/MSVCP140.dll", "BINARY"),
          ("msvcp140_1.dll", "/p/msvcp140_1.dll", "BINARY")]
SOUNDS = "_soundfile_data/libsndfile.so"
SYSTEMS = ("linux", "win32", "darwin")


class Step:
    """Stands for PyInstaller's Analysis, PYZ, EXE, COLLECT and BUNDLE: notes what it is given."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.arguments, self.options = arguments, options
        self.pure: list[tuple[str, str, str]] = [("gui.start", "gui/start.py", "PYMODULE")]
        self.scripts = [(name, f"/{name}.py", "PYSOURCE") for name in (
            "pyi_rth_pyside6", "pyi_rth_multiprocessing", "launch")]
        self.binaries = [(place, f"/lib/{place}", "BINARY") for place in (
            "PySide6/QtCore.pyd", "libcrypto.so.3", "libssl-3.dll", "numba/_devicearray.so",
            SOUNDS)]
        if sys.platform == "win32":
            self.binaries += VISUAL_C
        self.datas = [("PySide6/Qt/qml/a.qml", "/a.qml", "DATA"), ("LICENSE", "/LICENSE", "DATA")]


def carry_out(system: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Step]:
    monkeypatch.setattr(recipe, "BUILD", folder)
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(sys, "path", [*sys.path])
    hooks = ModuleType("PyInstaller.utils.hooks")
    hooks.__dict__["copy_metadata"] = lambda name: [(f"{name}.dist-info", f"{name}.dist-info")]
    for name in ("PyInstaller", "PyInstaller.utils"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, "PyInstaller.utils.hooks", hooks)
    made: dict[str, Step] = {}

    def maker(kind: str) -> Any:
        def make(*arguments: Any, **options: Any) -> Step:
            step = Step(*arguments, **options)
            made[kind if kind not in made else f"{kind} 2"] = step
            return step

        return make

    names = {kind: maker(kind) for kind in ("Analysis", "PYZ", "EXE", "COLLECT", "BUNDLE")}
    exec(compile(SPEC.read_text("utf-8"), str(SPEC), "exec"),
         {**names, "SPECPATH": str(recipe.HERE)})
    return made


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_program_starts_where_pyinstaller_finds_all_of_it(
        system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = carry_out(system, tmp_path, monkeypatch)
    [launch] = made["Analysis"].arguments[0]
    # Through a package's __main__, PyInstaller collects nothing.
    assert "from gui.start import run" in Path(launch).read_text("utf-8")
    assert made["Analysis"].options["pathex"] == [str(ROOT)]
    assert "numba._devicearray" in made["Analysis"].options["hiddenimports"]
    for step in (made["EXE"], made["COLLECT"]):
        assert step.options["upx"] is step.options["strip"] is False
    assert made["EXE"].options["console"] is False
    assert [entry[0] for entry in made["EXE"].arguments[1]] == ["pyi_rth_pyside6", "launch"]


@pytest.mark.parametrize("system", SYSTEMS)
def test_what_is_dropped_is_neither_packed_nor_named(
        system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = carry_out(system, tmp_path, monkeypatch)
    binaries, datas = made["COLLECT"].arguments[-2:]
    runtime = [*VISUAL_C, *AT_TOP] if system == "win32" else []
    assert [entry[0] for entry in binaries] == [
        "PySide6/QtCore.pyd", "numba/_devicearray.so", SOUNDS,
        *(entry[0] for entry in runtime)]
    assert [entry[0] for entry in datas] == ["LICENSE"]
    assert (tmp_path / recipe.CONTENTS).read_text("utf-8").splitlines() == [
        "gui/start.py", "/pyi_rth_pyside6.py", "/launch.py", "/lib/PySide6/QtCore.pyd",
        "/lib/numba/_devicearray.so", f"/lib/{SOUNDS}",
        *(entry[1] for entry in runtime), "/LICENSE"]


def test_windows_finds_the_library_of_cpp_without_qt(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = carry_out("win32", tmp_path, monkeypatch)["COLLECT"].arguments[-2]
    # Once each, whatever the case of its letters: Windows has one file of that name.
    assert [entry for entry in packed if not re.search(r"[\\/]", entry[0])] == [
        VISUAL_C[-1], *AT_TOP]
    assert recipe.visual_c_at_top(packed) == []
    with pytest.raises(LookupError, match=r"msvcp140\.dll"):
        recipe.visual_c_at_top([VISUAL_C[-1]])


@pytest.mark.parametrize("system", SYSTEMS)
def test_windows_has_a_second_program_that_writes_to_terminals(
        system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = carry_out(system, tmp_path, monkeypatch)
    window, packed = made["EXE"], made["COLLECT"].arguments[:-2]
    assert bundle.program().stem == window.options["name"]
    if system != "win32":
        assert packed == (window,)
        assert bundle.terminal_program() == bundle.program()
        return
    terminal = made["EXE 2"]
    assert packed == (window, terminal)
    assert terminal.arguments == window.arguments
    assert terminal.options == {**window.options, "console": True, "name": recipe.CONSOLE}
    assert bundle.terminal_program() == bundle.program().with_name(f"{recipe.CONSOLE}.exe")


def test_each_system_gets_its_own_icon_and_facts(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    linux, windows, macos = (carry_out(system, tmp_path, monkeypatch) for system in SYSTEMS)
    assert linux["EXE"].options["icon"] is linux["EXE"].options["version"] is None
    assert windows["EXE"].options["icon"] == str(tmp_path / f"{recipe.NAME}.ico")
    assert windows["EXE"].options["version"] == str(tmp_path / "version.txt")
    entitlements = Path(macos["EXE"].options["entitlements_file"])
    assert entitlements.is_file()
    assert "BUNDLE" not in linux
    assert "BUNDLE" not in windows


def test_macos_opens_projects_with_the_program(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = carry_out("darwin", tmp_path, monkeypatch)["BUNDLE"].options
    assert options["bundle_identifier"] == recipe.IDENTIFIER
    assert options["version"] == bundle_version()
    facts = options["info_plist"]
    [declared], [opened] = facts["UTExportedTypeDeclarations"], facts["CFBundleDocumentTypes"]
    assert opened["LSItemContentTypes"] == [declared["UTTypeIdentifier"]]
    assert declared["UTTypeTagSpecification"] == {
        "public.filename-extension": [recipe.SUFFIX], "public.mime-type": recipe.MIME_TYPE}


def test_macos_shows_projects_with_their_icon(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = carry_out("darwin", tmp_path, monkeypatch)
    facts = made["BUNDLE"].options["info_plist"]
    [declared], [opened] = facts["UTExportedTypeDeclarations"], facts["CFBundleDocumentTypes"]
    icon = opened["CFBundleTypeIconFile"]
    assert declared["UTTypeIconFile"] == icon
    assert (str(tmp_path / icon), ".") in made["Analysis"].options["datas"]
    assert icon in {f"{one.file}.icns" for one in pictures.ICONS}
    assert icon not in str(carry_out("linux", tmp_path, monkeypatch)["Analysis"].options["datas"])


@pytest.mark.parametrize("system", SYSTEMS)
def test_data_that_are_added_are_found_and_not_taken_for_code(
        system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", system)
    inside = bundle.contents(tmp_path)
    inside.mkdir(parents=True)
    (bundle.root(tmp_path) / "Contents" / "Resources").mkdir(parents=True, exist_ok=True)
    # Packing again finds what was there.
    for _ in range(2):
        bundle.place_of_data("some.txt", tmp_path).write_text(system, "utf-8")
        assert (inside / "some.txt").read_text("utf-8") == system
    assert (inside / "some.txt").is_symlink() is (system == "darwin")
    bundle.place_of_data("folder", tmp_path).mkdir()
    assert (inside / "folder").is_dir()


def test_windows_reads_the_version_of_the_project() -> None:
    def structure(*arguments: Any, **options: Any) -> Any:
        return (*arguments, *options.values())

    names = ("VSVersionInfo", "FixedFileInfo", "StringFileInfo", "StringTable", "StringStruct",
             "VarFileInfo", "VarStruct")
    fixed, (strings, _) = eval(windows_version(), dict.fromkeys(names, structure))
    version = bundle_version()
    stated = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text("utf-8"), re.M)
    assert stated is not None
    assert version == stated[1]
    assert ".".join(map(str, fixed[0])).startswith(version)
    [(_, structures)] = strings[0]
    texts = dict(structures)
    assert texts["FileVersion"] == texts["ProductVersion"] == version
    assert texts["OriginalFilename"] == f"{recipe.NAME}.exe"


def test_the_frozen_program_reads_its_build_id_and_kernels_where_they_are_packed() -> None:
    places = {Path(source).name: place for source, place in recipe.data_files()}
    assert Path(places[recipe.BUILD_ID], recipe.BUILD_ID) == cachedir.BUILD_ID.relative_to(ROOT)
    assert cachedir.SHIPPED.parent == ROOT


def test_all_data_are_there() -> None:
    made_later = {recipe.BUILD_ID, recipe.MACOS_PROJECT_ICON}
    sources = [Path(source) for source, _ in recipe.data_files()]
    assert [source for source in sources
            if source.name not in made_later and not source.exists()] == []
    assert {path.name for path in (ROOT / "resources").iterdir() if path.is_dir()} - {
        "installer", "pictures", "__pycache__"} == set(recipe.DATA)
