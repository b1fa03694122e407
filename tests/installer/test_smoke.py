"""Whoever tries the frozen program sees what is wrong with it: here programs are played."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from functools import partial
from pathlib import Path

import pytest

from gui.program import ERROR
from gui.terminal.command_line import main
from resources.installer import __main__ as installer
from resources.installer import bundle, smoke, trial
from resources.installer.recipe import ROOT
from resources.installer.shell import PackagingError, call

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="programs are shell scripts")


def program(folder: Path, script: str) -> Path:
    path = folder / "program"
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(("script", "arguments", "works"), [
    (f"echo '{smoke.POINT}: 900 ms'", smoke.WINDOW, True),
    ("echo 'first paint: 200 ms'", smoke.WINDOW, False),
    (f"echo '{smoke.POINT}: 900 ms'; exit 3", smoke.WINDOW, False),
    ("echo ok", smoke.SELF_TEST, True),
    ("exit 1", smoke.SELF_TEST, False),
    (f"echo '{smoke.SWEPT}'", smoke.SWEEP, True),
    ("echo '2 of 3 cells: 2 done.'", smoke.SWEEP, False),
    (f"echo '{smoke.SWEPT}'; exit 2", smoke.SWEEP, False),
])
def test_only_what_was_to_be_printed_and_exit_code_0_count(
        script: str, arguments: tuple[str, ...], works: bool, tmp_path: Path) -> None:
    played = program(tmp_path, script)
    judged = smoke.judge(smoke.USUAL, played, arguments, should_work=True)
    assert (judged == []) is works
    judged = smoke.judge(smoke.USUAL, played, arguments, should_work=False)
    assert (judged == []) is not works


def test_a_program_that_hangs_is_a_failure(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smoke, "PATIENCE_S", 0.2)
    [told] = smoke.judge(smoke.USUAL, program(tmp_path, "exec sleep 5"), smoke.SELF_TEST,
                         should_work=True)
    assert "did not end" in told


def test_surroundings_are_what_they_are_called(tmp_path: Path) -> None:
    played = program(tmp_path, 'echo "$HOME $PWD ${USER-nobody} $WORD"')
    around = smoke.Surroundings("bare", variables={"WORD": "said", "HOME": None},
                                folder="/", is_bare=True)
    assert smoke.start(around, played, ()).stdout == " / nobody said\n"


def test_a_socket_to_another_machine_is_seen(tmp_path: Path) -> None:
    log = tmp_path / "sockets"
    log.write_text("1 socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0) = 3\n1 +++ exited with 0 +++\n")
    assert smoke.foreign_sockets(log) == []
    played = program(tmp_path, "echo ok")
    around = smoke.Surroundings("watched", sockets=log)
    assert smoke.judge(around, played, smoke.SELF_TEST, should_work=True) == []
    log.write_text("1 socket(AF_INET, SOCK_DGRAM, IPPROTO_IP) = 3\n")
    [told] = smoke.judge(around, played, smoke.SELF_TEST, should_work=True)
    assert "AF_INET" in told


@pytest.mark.slow
def test_the_sweep_works_where_nothing_is_frozen(tmp_path: Path) -> None:
    from_sources = program(tmp_path, f"cd '{ROOT}' && exec '{sys.executable}' -m gui \"$@\"")
    judged = smoke.judge(smoke.USUAL, from_sources, (*smoke.SWEEP, str(tmp_path)),
                         should_work=True)
    assert judged == []
    assert (tmp_path / "01-playground-default.results").read_bytes().count(b"\n") == 3


def play_smoke(
        monkeypatch: pytest.MonkeyPatch, folder: Path, tools: str) -> list[tuple[str, str, str]]:
    """Carry smoke out as on Linux with a program that works; returns what it was started in."""
    monkeypatch.setattr(smoke, "LINUX", True)
    monkeypatch.setattr(smoke, "virtual_screen", lambda: nullcontext(":0"))
    monkeypatch.setattr(smoke, "broken_bundles", lambda: [])
    monkeypatch.setattr(smoke, "root", lambda: smoke.program().parent)
    monkeypatch.setattr(smoke, "NOBODY", ("true",))
    monkeypatch.setattr(smoke, "READ_ONLY", ("no-such-tool",))
    monkeypatch.setattr(smoke, "copy_of", lambda *_: nullcontext(folder))
    monkeypatch.setattr(smoke, "hindrance", lambda *command: {
        "no-such-tool": "no-such-tool is not installed", "mount": "you are not root"}.get(
            command[0], "") if tools == "few" else "")
    # Nothing is mounted here.
    monkeypatch.setattr(smoke, "call", lambda *_: "")
    for name in ("DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.setenv(name, "")
    started: list[tuple[str, str, str]] = []

    def judge(around: smoke.Surroundings, file: Path, arguments: tuple[str, ...], **_: object
              ) -> list[str]:
        started.append((around.title, file.name, arguments[0]))
        return []

    monkeypatch.setattr(smoke, "judge", judge)
    smoke.smoke()
    return started


def test_all_surroundings_are_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(smoke.WHOLE, "whole")
    started = play_smoke(monkeypatch, tmp_path, "all")
    assert {what for title, _, what in started if title == "as usual"} == {
        smoke.SELF_TEST[0], smoke.SWEEP[0], smoke.WINDOW[0]}
    titles = [title for title, *_ in started]
    assert {"no network", "another user", "a program that is read-only", "a full disk",
            "watched for sockets", "one core"} <= set(titles)


def test_what_cannot_be_tried_is_said_and_fails_where_all_is_wanted(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv(smoke.WHOLE, raising=False)
    titles = [title for title, *_ in play_smoke(monkeypatch, tmp_path, "few")]
    assert "another user" in titles
    assert "a full disk" not in titles
    assert capsys.readouterr().out.splitlines() == [
        "left out: a program that is read-only: no-such-tool is not installed",
        "left out: a full disk: you are not root"]
    monkeypatch.setenv(smoke.WHOLE, "whole")
    with pytest.raises(PackagingError, match=r"(?s)read-only: no-such-tool.*disk: you are not"):
        play_smoke(monkeypatch, tmp_path, "few")


def test_why_a_command_cannot_be_carried_out(tmp_path: Path) -> None:
    assert smoke.hindrance("true") == ""
    assert smoke.hindrance("no-such-program-anywhere") == (
        "no-such-program-anywhere is not installed")
    assert smoke.hindrance("sh", "-c", "echo first >&2; echo denied >&2; exit 3") == "denied"
    assert smoke.hindrance("sh", "-c", "exit 3") == "sh ends with code 3"


def test_windows_asks_the_program_for_terminals_and_tries_the_window_too(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    window, terminal = (tmp_path / name for name in ("lab.exe", "lab-console.exe"))
    monkeypatch.setattr(smoke, "program", lambda: window)
    monkeypatch.setattr(smoke, "terminal_program", lambda: terminal)
    assert {started[:2] for started in play_smoke(monkeypatch, tmp_path, "few")} >= {
        ("as usual", terminal.name), ("without a terminal", window.name)}


@pytest.mark.parametrize(("script", "works"), [("exit 0", True), ("exit 1", False)])
def test_a_program_that_can_write_nothing_is_judged_by_its_exit_code(
        script: str, works: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mute = program(tmp_path, script)
    monkeypatch.setattr(smoke, "program", lambda: mute)
    monkeypatch.setattr(smoke, "terminal_program", lambda: tmp_path / "other")
    judged = smoke.judge(smoke.USUAL, mute, smoke.WINDOW, should_work=True)
    assert (judged == []) is works


def test_a_copy_is_for_everybody_and_costs_no_room(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = tmp_path / "lab" / "file"
    original.parent.mkdir()
    original.write_text("text", "utf-8")
    with smoke.copy_of(original.parent, tmp_path) as copy:
        assert (copy / "file").samefile(original)
        assert copy.parent.stat().st_mode & 0o777 == 0o755

    def cannot(*_: object) -> None:
        raise OSError("another file system")

    monkeypatch.setattr("os.link", cannot)
    with smoke.copy_of(original.parent, tmp_path) as copy:
        assert (copy / "file").read_text("utf-8") == "text"
        assert not (copy / "file").samefile(original)


SYSTEMS = ("linux", "darwin", "win32")


def a_bundle(dist: Path) -> list[Path]:
    """Make what smoke breaks on purpose, where this system has it; returns the files."""
    files = [bundle.terminal_program(dist), *(bundle.contents(dist) / name for name in (
        "resources/icons/play.svg", "numba/_devicearray.so", "numba/other.so"))]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("", "utf-8")
    return files


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_broken_program_is_whole_but_for_what_is_broken(
        system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(smoke, "BUILD", tmp_path)
    for name in ("program", "terminal_program", "contents", "root"):
        monkeypatch.setattr(smoke, name, partial(getattr(bundle, name), tmp_path / "dist"))
    made = [file.relative_to(smoke.root()) for file in a_bundle(tmp_path / "dist")]
    missing = {}
    for title, file, arguments in smoke.broken_bundles():
        assert file.is_file()
        if arguments:
            assert main(["check", arguments[0]]) == ERROR, "What would train is not broken."
        # The program stands where it stood, and so does what it looks for.
        copy = Path(str(file).removesuffix(str(made[0])))
        missing[title] = [one.name for one in made if not (copy / one).exists()]
    assert missing == {"an exception in a slot": ["play.svg"], "no training point": [],
                       "a missing hidden import": ["_devicearray.so"]}
    assert all((smoke.root() / one).exists() for one in made)


def test_what_is_left_of_a_package_is_found(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = tmp_path / "mimeinfo.cache"
    database.write_text("text/plain=a.desktop\n")
    monkeypatch.setattr(trial, "DATABASES", (database, tmp_path / "none"))
    ours = tmp_path / "backprop-lab"
    files = [tmp_path, ours, ours / "program"]
    assert trial.remains(files) == []
    ours.mkdir()
    assert trial.remains(files) == [str(ours)]
    ours.rmdir()
    database.write_text(f"{trial.MIME_TYPE}={trial.IDENTIFIER}.desktop;\n")
    assert trial.remains(files) == [str(database)]


def test_a_failing_tool_is_told_with_what_it_has_written(tmp_path: Path) -> None:
    with pytest.raises(PackagingError, match=r"(?s)program .* failed with code 4.*no room"):
        call(program(tmp_path, "echo no room >&2; exit 4"), *["argument"] * 100)
    with pytest.raises(PackagingError, match="is not installed"):
        call("no-such-program-anywhere")


def test_steps_are_carried_out_in_order_and_the_trial_only_if_named(
        monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    done: list[str] = []
    made = {name: lambda name=name: done.append(name) for name in ("bundle", "deb", "try", "time")}
    monkeypatch.setattr(installer, "steps", lambda: made)
    assert installer.main([]) == 0
    assert installer.main(["try", "bundle"]) == 0
    assert done == ["bundle", "deb", "bundle", "try"]
    assert installer.main(["dmg"]) == 2
    assert "no step 'dmg'" in capsys.readouterr().out
