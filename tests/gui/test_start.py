"""The start: what the command line says, and what is refused before a window opens."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from engine.spec import default_project, write_project
from gui import start
from gui.program import INTERRUPTED, WindowOptions, ignore_library_settings
from gui.start import answers, lacks_screen, pyside_problem, read_options
from gui.terminal import command_line

ROOT = Path(start.__file__).parents[1]


def run_python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items()
             if key not in {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT,
                          env={**clean, **environment}, check=False, timeout=120)


def test_options_of_the_window() -> None:
    assert read_options([]) == WindowOptions()
    options = read_options(["a.json", "--screenshot", "b.png", "--size", "1366x768", "--theme",
                            "dark", "--after", "2.5", "--run"])
    assert options == WindowOptions(Path("a.json"), Path("b.png"), (1366, 768), "dark", 2.5, True)
    assert options.unattended
    assert not WindowOptions(Path("a.json")).unattended
    assert read_options(["--profile-start"]).unattended


@pytest.mark.parametrize("arguments", [
    ["--size", "big"], ["--size", "10x10"], ["--theme", "pink"], ["--colour"], ["a", "b"],
], ids=" ".join)
def test_wrong_options_are_one_sentence(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        read_options(arguments)
    assert exit_.value.code == 2
    output = capsys.readouterr()
    assert output.err.count("\n") == 1
    assert not output.out


def test_a_screen_is_looked_for_on_linux_only() -> None:
    assert lacks_screen("linux", {})
    assert lacks_screen("linux", {"DISPLAY": ""})
    assert not lacks_screen("linux", {"DISPLAY": "lab-server:10.0"})
    assert lacks_screen("linux", {"DISPLAY": ":31999"})
    assert not lacks_screen("linux", {"DISPLAY": ":31999", "QT_QPA_PLATFORM": "offscreen"})
    assert not lacks_screen("linux", {"WAYLAND_DISPLAY": "wayland-0"})
    assert not lacks_screen("linux", {"QT_QPA_PLATFORM": "offscreen"})
    assert not lacks_screen("win32", {})
    assert not lacks_screen("darwin", {})


def test_an_x_server_is_recognised() -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("\0/tmp/.X11-unix/X31998")
        server.listen()
        assert answers(":31998")
        assert answers(":31998.0")
    assert not answers(":31998")
    assert not answers("")


def test_the_broken_pyside_is_refused_where_it_breaks() -> None:
    assert "Install 'PySide6-Essentials<6.12'" in pyside_problem("6.12.0", (3, 11))
    assert not pyside_problem("6.12.0", (3, 12))
    assert not pyside_problem("6.11.3", (3, 11))


def test_the_command_line_is_reached_without_qt() -> None:
    done = run_python(
        "import sys; from gui.start import run; status = run(['--version']);"
        "assert not [m for m in sys.modules if 'PySide6' in m or 'pyqtgraph' in m];"
        "sys.exit(status)")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Backprop Lab ")


def test_until_the_first_paint_nothing_heavy_is_imported() -> None:
    done = run_python(
        "import sys, json; import gui.app; from gui.window.main_window import MainWindow;"
        "from gui.window.preferences import Settings; app = gui.app.application();"
        "window = MainWindow(Settings(None)); seen = [];"
        "window.painted.connect(lambda: (seen.extend("
        "{'numpy', 'pyqtgraph', 'numba', 'pandas', 'msgspec'} & set(sys.modules)),"
        "print(json.dumps(seen), flush=True), __import__('os')._exit(0)));"
        "window.show(); app.exec()", QT_QPA_PLATFORM="offscreen")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []


def test_the_windows_thread_never_imports_the_compiler() -> None:
    done = run_python(
        "import sys, threading; import gui.window.lab_page, gui.window.actions;"
        "import gui.document.document;"
        "import gui.workbench.workbench;"
        "assert not [m for m in sys.modules if m.split('.')[0] in ('numba', 'llvmlite')]",
        QT_QPA_PLATFORM="offscreen")
    assert done.returncode == 0, done.stderr


def test_a_machine_without_qts_libraries_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "PySide6", None)
    assert start.open_window(WindowOptions(), 0.0) == 2
    assert "resources/dev.py run" in capsys.readouterr().err


def test_the_age_of_the_process_is_plausible() -> None:
    assert 0 <= start.process_age_s() < 24 * 3600


def test_variables_for_libraries_change_nothing(tmp_path: Path) -> None:
    # The library would end the program over the first three, and compile for ever otherwise
    # because of the fourth.
    project = tmp_path / "project.json"
    write_project(default_project(), project)
    code = ("import os, sys\nfrom gui.start import run\n"
            f"sys.argv[1:] = ['train', {str(project)!r}, '--steps', '1', '--out', "
            f"{str(tmp_path)!r}, '--quiet']\n"
            "status = run()\nfrom numba.core import config\n"
            "print(status, int(config.OPT), config.DISABLE_JIT, config.NUMBA_NUM_THREADS > 0)")
    done = run_python(code, NUMBA_NUM_THREADS="-1", NUMBA_CPU_FEATURES="nonsense",
                      NUMBA_DISABLE_JIT="1", NUMBA_BOUNDSCHECK="1", NUMBA_OPT="0",
                      TQDM_NCOLS="wide")
    assert done.stdout == "0 3 0 True\n", done.stderr
    assert done.stderr == (
        "NUMBA_DISABLE_JIT: it is '1' in the environment; expected 0, since the engine is "
        "compiled. Backprop Lab goes on without it.\n"
        "NUMBA_NUM_THREADS: it is '-1' in the environment; expected a whole number from 1. "
        "Backprop Lab goes on without it.\n")


@pytest.mark.parametrize("value", ["1", "64"])
def test_what_makes_sense_to_the_compiler_is_not_worth_a_word(
    value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = {"NUMBA_NUM_THREADS": value, "NUMBA_CACHE_DIR": "/scratch", "HOME": "/"}
    ignore_library_settings(environment)
    assert environment == {"HOME": "/"}
    assert not capsys.readouterr().err


def test_a_long_variable_is_told_in_part(capsys: pytest.CaptureFixture[str]) -> None:
    ignore_library_settings({"NUMBA_OPT": "9\n" * 10_000})
    told = capsys.readouterr().err
    assert told.startswith(r"NUMBA_OPT: it is '9")
    assert len(told) < 300


def test_an_interrupt_before_a_command_has_begun_ends_it_quietly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_arguments: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(command_line, "main", interrupted)
    assert start.run(["check", "project.json"]) == INTERRUPTED
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("option", [["--screenshot", "b.png"], ["--run"], ["--profile-start"]])
@pytest.mark.parametrize("name", ["mine.csv", "missing.csv"])
def test_what_nobody_is_there_to_take_over_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: list[str], name: str
) -> None:
    told: list[str] = []
    monkeypatch.setattr(start, "complain", lambda text, attended: told.append(text))
    (tmp_path / "mine.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(SystemExit) as exit_:
        read_options([str(tmp_path / name), *option])
    assert exit_.value.code == 2
    assert f"{name}: this is no project" in told[0]
