"""Set-up on a fresh machine, with the machine played by this test."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from resources import dev

DPKG = ("ii \tlibegl1\t\n"
        "ii \tlibglib2.0-0t64\tlibglib2.0-0 (= 2.80.0-1), libglib\n"
        "rc \tlibgl1\t\n")


class Machine:
    """Stands for `subprocess`, notes every command and answers as told."""

    PIPE, STDOUT, DEVNULL = subprocess.PIPE, subprocess.STDOUT, subprocess.DEVNULL

    def __init__(self) -> None:
        self.commands: list[str] = []
        self.environments: dict[str, dict[str, str]] = {}
        self.codes: dict[str, int] = {}

    def run(self, command: list[str], env: dict[str, str] | None = None, **_: Any
            ) -> subprocess.CompletedProcess[str]:
        line = " ".join(command)
        self.commands.append(line)
        self.environments[line] = env or {}
        code = next((code for part, code in self.codes.items() if part in line), 0)
        return subprocess.CompletedProcess(command, code, stdout=DPKG)

    def ran(self, part: str) -> list[str]:
        return [line for line in self.commands if part in line]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Machine:
    machine = Machine()
    monkeypatch.setattr(dev, "subprocess", machine)
    monkeypatch.setattr(dev.os, "geteuid", lambda: 0)
    monkeypatch.setattr(dev.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(dev, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(dev, "PYTHON", tmp_path / ".venv/bin/python")
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    monkeypatch.setattr(dev.sys, "platform", "linux")
    (tmp_path / ".venv").mkdir()
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    return machine


def test_removed_packages_are_missing_and_renamed_ones_are_not(machine: Machine) -> None:
    assert dev.missing_packages(["libegl1", "libglib2.0-0", "libgl1", "xvfb"]) == ["libgl1", "xvfb"]


def test_root_installs_what_is_missing_and_nothing_else(machine: Machine) -> None:
    assert dev.install_packages(["libegl1", "libgl1"])
    [install] = machine.ran("apt-get install")
    assert install.startswith("env DEBIAN_FRONTEND=noninteractive apt-get install --yes")
    assert install.endswith(" libgl1")


def test_nothing_is_touched_when_all_is_there(machine: Machine) -> None:
    assert dev.install_packages(["libegl1"])
    assert not machine.ran("apt-get")


def test_other_systems_are_left_alone(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev.shutil, "which", lambda name: None)
    assert dev.install_packages(["libgl1"])
    assert not machine.commands


def test_without_rights_the_command_is_named(
        machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(dev.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(dev.sys, "stdin", io.StringIO())
    machine.codes["sudo -n true"] = 1
    assert not dev.install_packages(["libgl1"])
    assert not machine.ran("apt-get")
    assert "sudo apt-get install --no-install-recommends libgl1\n" in capsys.readouterr().out


def test_passwordless_sudo_is_used(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev.os, "geteuid", lambda: 1000)
    assert dev.install_packages(["libgl1"])
    assert machine.ran("apt-get install")[0].startswith("/usr/bin/sudo env")


def test_unreachable_lists_do_not_stop_an_installation(machine: Machine) -> None:
    machine.codes["apt-get update"] = 100
    assert dev.install_packages(["libgl1"])


def test_failed_installation_shows_what_was_said(
        machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    machine.codes["apt-get install"] = 100
    assert not dev.install_packages(["libgl1"])
    assert "This failed: apt-get install" in capsys.readouterr().out


def test_environment_is_made_once(machine: Machine) -> None:
    dev.make_environment()
    assert machine.ran("-m venv")
    machine.commands.clear()
    dev.PYTHON.parent.mkdir()
    dev.PYTHON.touch()
    dev.make_environment()
    assert not machine.ran("-m venv")


def test_broken_environment_is_made_anew(machine: Machine) -> None:
    dev.PYTHON.parent.mkdir()
    dev.PYTHON.touch()
    machine.codes["import pip"] = 1
    dev.make_environment()
    assert machine.ran("-m venv --clear")


def test_python_without_ensurepip_gets_its_package_with_the_others(
        machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([None, object()])
    monkeypatch.setattr(dev.importlib.util, "find_spec", lambda name: next(answers))
    dev.set_up("run")
    [install] = machine.ran("apt-get install")
    assert install.endswith(f"python{sys.version_info[0]}.{sys.version_info[1]}-venv")
    assert machine.ran("-m venv")


def test_environment_without_ensurepip_is_refused(
        machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(dev.SetUpError, match="venv package"):
        dev.make_environment()
    assert not machine.ran("-m venv")


@pytest.fixture
def failing_apt(machine: Machine) -> Machine:
    machine.codes["apt-get install"] = 100
    return machine


def test_program_starts_without_system_packages(
        failing_apt: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    dev.set_up("run")
    assert failing_apt.ran("pip install")
    assert "Going on without them" in capsys.readouterr().out


def test_tests_do_not_start_without_system_packages(failing_apt: Machine) -> None:
    with pytest.raises(dev.SetUpError):
        dev.set_up("test")
    assert not failing_apt.ran("pip install")


def test_project_is_installed_again_only_when_its_needs_change(machine: Machine) -> None:
    dev.install_project("test")
    assert machine.ran("pip install")[0].endswith(f"--editable {dev.ROOT}[test]")
    machine.commands.clear()
    dev.install_project("test")
    assert not machine.commands
    (dev.ROOT / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    dev.install_project("test")
    assert machine.ran("pip install")


def test_failed_installation_is_tried_again(machine: Machine) -> None:
    machine.codes["pip install"] = 1
    with pytest.raises(dev.SetUpError):
        dev.install_project("run")
    machine.codes.clear()
    machine.commands.clear()
    dev.install_project("run")
    assert machine.ran("pip install")


def test_unsupported_python_goes_on_with_a_supported_one(
        machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev.sys, "version_info", (3, 10, 0))
    monkeypatch.setattr(dev.sys, "argv", ["dev.py", "run", "spiral.json"])
    with pytest.raises(SystemExit) as stopped:
        dev.use_right_python()
    assert stopped.value.code == 0
    assert machine.commands == [f"/usr/bin/python3.13 {dev.__file__} run spiral.json"]


def test_unsupported_python_alone_is_explained(
        machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev.sys, "version_info", (3, 10, 0))
    monkeypatch.setattr(dev.shutil, "which", lambda name: None)
    with pytest.raises(dev.SetUpError, match=r"3\.11, 3\.12 or 3\.13, and this is 3\.10"):
        dev.use_right_python()


def test_program_gets_its_arguments(machine: Machine) -> None:
    assert dev.run(["train", "spiral.json"]) == 0
    assert machine.commands[-1].endswith("-P -m gui train spiral.json")


@pytest.mark.parametrize(("plain", "screen", "code"), [
    (0, 0, 0), (1, 0, 1), (0, 1, 1), (0, 5, 0), (5, 0, 0), (5, 5, 5), (5, 2, 2)])
def test_both_runs_of_the_tests_count(
        machine: Machine, plain: int, screen: int, code: int) -> None:
    machine.codes = {"--screen": screen, "-m pytest": plain}
    assert dev.test(["tests/x"]) == code
    last = machine.ran("-m pytest")
    assert len(last) == 2
    assert last[1].startswith("xvfb-run")


def test_the_engine_is_compiled_before_tests_go_side_by_side(machine: Machine) -> None:
    dev.test([])
    places = [next(place for place, line in enumerate(machine.commands) if part in line)
              for part in ("pip install", "compile --quiet --precision float32",
                           "compile --quiet --precision float64", "pytest --numprocesses=auto")]
    assert places == sorted(places)
    assert "--numprocesses" not in machine.ran("--screen")[0]


def test_bytecode_is_kept_whatever_the_environment_says(
        machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    dev.test([])
    found = [machine.environments[line].get("PYTHONDONTWRITEBYTECODE")
             for part in ("-m gui compile", "-m pytest") for line in machine.ran(part)]
    assert found == [""] * 4


def test_what_was_left_out_runs_with_all_tools(machine: Machine) -> None:
    dev.test(["--whole"])
    assert machine.ran("pip install")[0].endswith("[dev]")
    assert [("--whole" in line) for line in machine.ran("-m pytest")] == [True, True]
    assert [("faulthandler" in line) for line in machine.ran("-m pytest")] == [True, True]
    machine.commands.clear()
    dev.test([])
    assert machine.ran("pip install")[0].endswith("[test]")
    assert [("--whole" in line) for line in machine.ran("-m pytest")] == [False, False]


def test_one_failed_check_fails_all(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.check([]) == 0
    machine.codes["-m mypy"] = 1
    assert dev.check([]) == 1
    assert len(machine.ran("tests/contracts")) == 2
    assert "Failed: Types (mypy)." in capsys.readouterr().out


@pytest.mark.parametrize(("arguments", "code"), [([], 2), (["dance"], 2), (["--help"], 0)])
def test_help_is_shown(arguments: list[str], code: int, monkeypatch: pytest.MonkeyPatch,
                       capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(dev.sys, "argv", ["dev.py", *arguments])
    assert dev.main() == code
    assert "python3 resources/dev.py run" in capsys.readouterr().out
