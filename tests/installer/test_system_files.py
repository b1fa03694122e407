"""What the three systems read beside the program: menu entry, file type, installer, rights."""

from __future__ import annotations

import configparser
import hashlib
import plistlib
import re
import shlex
import sys
from pathlib import Path, PureWindowsPath
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from platformdirs.windows import Windows

from engine import bundles
from resources import dev
from resources.installer import __main__ as installer
from resources.installer import bundle, pictures, recipe, setup_windows, trial
from resources.installer.checksums import write_checksums
from resources.installer.deb import placed_files
from resources.installer.shell import PackagingError
from resources.installer.version import bundle_version, version_numbers
from tests.contracts.source import ROOT

ISS = recipe.HERE / "windows" / f"{recipe.NAME}.iss"
RELEASE = ROOT / ".github" / "workflows" / "release.yml"


def desktop_entry() -> configparser.SectionProxy:
    entry = configparser.RawConfigParser()
    # Keys of such files are told apart by case.
    entry.optionxform = str  # type: ignore[assignment,method-assign]
    entry.read(recipe.HERE / "linux" / "backprop-lab.desktop", encoding="utf-8")
    return entry["Desktop Entry"]


def test_the_menu_entry_starts_what_the_package_installs() -> None:
    entry = desktop_entry()
    assert shlex.split(entry["Exec"]) == [f"/opt/{recipe.NAME}/{recipe.NAME}", "%f"]
    assert entry["MimeType"] == f"{recipe.MIME_TYPE};"
    assert entry["Name"] == recipe.TITLE
    assert f"icons/hicolor/48x48/apps/{entry['Icon']}.png" in {
        target for _, target in placed_files()}


def test_the_file_type_is_that_of_saved_projects() -> None:
    space = "{http://www.freedesktop.org/standards/shared-mime-info}"
    [kind] = ElementTree.parse(recipe.HERE / "linux" / "backprop-lab.xml").getroot()
    found = {child.tag.removeprefix(space): child.attrib for child in kind}
    assert kind.get("type") == recipe.MIME_TYPE
    assert found["glob"]["pattern"] == f"*{bundles.SUFFIX}" == f"*.{recipe.SUFFIX}"
    assert f"icons/hicolor/32x32/mimetypes/{found['icon']['name']}.png" in {
        target for _, target in placed_files()}


def test_macos_lets_the_engine_compile() -> None:
    rights = plistlib.loads((recipe.HERE / "macos" / "entitlements.plist").read_bytes())
    assert rights["com.apple.security.cs.allow-jit"] is True
    assert not any("network" in right for right in rights)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("icons")
    pictures.write_icons(folder)
    return folder


def test_icons_come_in_all_sizes_and_are_not_empty(drawn: Path) -> None:
    for icon in pictures.ICONS:
        for size in pictures.SIZES:
            with Image.open(drawn / str(size) / f"{icon.name}.png") as picture:
                assert picture.size == (size, size)
                assert len(picture.convert("RGBA").getcolors(1 << 20) or ()) > 3
        with Image.open(drawn / f"{icon.file}.ico") as ico:
            assert ico.info["sizes"] == {(size, size) for size in pictures.ICO_SIZES}


def test_small_icons_are_drawn_for_their_size(drawn: Path) -> None:
    for icon in pictures.ICONS:
        with Image.open(drawn / "16" / f"{icon.name}.png") as small, Image.open(
                drawn / "256" / f"{icon.name}.png") as large:
            shrunk = np.asarray(large.convert("RGBA").resize((16, 16)), float)
            assert np.abs(np.asarray(small.convert("RGBA"), float) - shrunk).max() > 50


def test_what_the_package_places_is_there(drawn: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resources.installer.deb.BUILD", drawn)
    assert [source for source, _ in placed_files() if not source.is_file()] == []


def inno_lines(section: str) -> list[str]:
    """Return the lines of a section of Inno Setup's script without comments."""
    text = ISS.read_text("utf-8").partition(f"[{section}]\n")[2].partition("\n[")[0]
    return [line for line in text.splitlines() if line and not line.startswith(";")]


def test_the_windows_installer_names_what_is_made(drawn: Path) -> None:
    text = ISS.read_text("utf-8")
    command = setup_windows.command("iscc")
    given = {part[2:].partition("=")[0] for part in command if part.startswith("/D")}
    given |= set(re.findall(r"^#define (\w+)", text, re.M))
    assert set(re.findall(r"\{#(\w+)\}", text)) == given
    assert command[-1] == str(ISS)
    assert ISS.is_file()
    icons = re.findall(r"\{#Icons\}\\([\w.-]+)", text)
    assert icons
    assert [name for name in icons if not (drawn / name).is_file()] == []
    packed = {f"{place}/{Path(source).name}" for source, place in recipe.data_files()}
    for name in re.findall(r"\{#Bundle\}\\_internal\\([\w.-]+)", text):
        assert f"./{name}" in packed
    assert f'#define Program "{recipe.NAME}.exe"' in text
    assert setup_windows.setup_file().name == re.sub(
        r"\{#Version\}", bundle_version(), dict(
            line.split("=", 1) for line in inno_lines("Setup"))["OutputBaseFilename"]) + ".exe"


def test_an_upgrade_on_windows_leaves_nothing_of_the_old_program(
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    [line] = inno_lines("InstallDelete")
    # What an older version had there would be loaded if this one only adds to it.
    [place] = re.findall(r'Type: filesandordirs; Name: "\{app\}\\([^\\"]+)"', line)
    assert place == bundle.contents().relative_to(bundle.root()).name == str(
        bundle.contents().relative_to(bundle.root()))


def test_the_windows_installer_has_a_version_of_numbers() -> None:
    setup = dict(line.split("=", 1) for line in inno_lines("Setup"))
    assert setup["VersionInfoVersion"] == "{#Numbers}"
    [numbers] = [part for part in setup_windows.command("iscc") if part.startswith("/DNumbers=")]
    assert re.fullmatch(r"/DNumbers=\d+(\.\d+){3}", numbers)
    assert version_numbers("1.2.0rc3") == (1, 2, 0, 3)
    assert version_numbers("1.2") == (1, 2, 0, 0)


def test_windows_opens_projects_and_keeps_them_when_the_program_goes(
        monkeypatch: pytest.MonkeyPatch) -> None:
    setup = dict(line.split("=", 1) for line in inno_lines("Setup"))
    assert setup["PrivilegesRequired"] == "lowest"
    assert setup["ChangesAssociations"] == "yes"
    registry = "\n".join(inno_lines("Registry"))
    assert rf"Software\Classes\.{recipe.SUFFIX}" in registry
    assert registry.count("uninsdelete") >= 3
    assert "HKCR" not in registry
    [removed] = re.findall(r'Name: "(.+)"', "\n".join(inno_lines("UninstallDelete")))
    monkeypatch.setattr("platformdirs.windows.get_win_folder", lambda name: "{localappdata}")
    kept = PureWindowsPath(Windows(recipe.NAME, appauthor=False).user_cache_dir)
    assert PureWindowsPath(removed) == kept


def test_the_release_makes_tries_and_adds_up_all_that_is_packed() -> None:
    text = RELEASE.read_text("utf-8")
    assert "\t" not in text
    commands = re.findall(r"dev\.py (\w+)((?: \w+)*)", text)
    assert ("package", "") in commands
    assert [step for _, steps in commands for step in steps.split()] == [
        "bundle", "smoke", "deb", "archive", "sums", "try"]
    known = (ROOT / "resources" / "dev.py").read_text("utf-8")
    for command, steps in commands:
        assert f'"{command}": {command}' in known
        assert callable(getattr(dev, command))
        assert set(steps.split()) <= {*installer.steps(), *installer.ON_REQUEST}
    for made in ("*.deb", "*.tar.xz", "*-setup.exe", "*.dmg", "SHA256SUMS-*.txt"):
        assert f"dist/{made}" in text
    for system in ("ubuntu", "windows", "macos"):
        assert re.search(rf"system: {system}-[\w.]+ ", text)


def test_linux_tries_the_program_with_rights_and_keeps_a_picture_apart() -> None:
    text = RELEASE.read_text("utf-8")
    # What is left out is then a failure.
    assert ('sudo env "PATH=$PATH" BACKPROP_LAB_SMOKE=whole python resources/dev.py package smoke'
            in text)
    assert "path: dist/trial.png" in text
    # What is attached to a release is found by its name, and the picture has another.
    [name] = re.findall(r"pattern: (\S+)\*", text)
    kept = re.findall(r" name: (\S+)[^\n]*\n +if-no-files-found", text)
    assert [one.startswith(name) for one in kept] == [False, True]
    assert trial.PICTURE == bundle.DIST / "trial.png"
    assert "strace" in dev.NEEDED["package"]


def test_the_release_is_made_with_the_python_that_everything_is_measured_with() -> None:
    assert 'python-version: "3.11"' in RELEASE.read_text("utf-8")


def test_checksums_are_those_of_all_that_was_packed(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    for name in ("b-setup.exe", "a.deb", "trial.png"):
        (tmp_path / name).write_text(name, "ascii")
    sums = write_checksums(tmp_path)
    assert sums.name == "SHA256SUMS-windows.txt"
    assert sums.read_bytes() == b"".join(
        hashlib.sha256(name).hexdigest().encode() + b"  " + name + b"\n"
        for name in (b"a.deb", b"b-setup.exe"))
    with pytest.raises(PackagingError, match="Nothing that people install"):
        write_checksums(tmp_path / "none")


def test_checksums_have_the_ends_of_lines_of_unix(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.deb").write_text("a", "ascii")
    asked: list[object] = []
    write_text = Path.write_text

    def note(self: Path, *arguments: str, **options: str) -> int:
        asked.append(options.get("newline"))
        return write_text(self, *arguments, **options)

    monkeypatch.setattr(Path, "write_text", note)
    write_checksums(tmp_path)
    assert asked == ["\n"]
