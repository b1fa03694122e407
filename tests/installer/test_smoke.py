"""Whoever tries the frozen program sees what is wrong with it: here programs are played."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import pytest

from resources.installer import __main__ as installer
from resources.installer import bundle, smoke, trial
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
])
def test_only_a_training_point_and_exit_code_0_count(
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


SYSTEMS = ("linux", "darwin", "win32")


def a_bundle(dist: Path) -> list[Path]:
    """Make what smoke breaks on purpose, where this system has it; returns the files."""
    files = [bundle.program(dist), *(bundle.contents(dist) / name for name in (
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
    for name in ("program", "contents", "root"):
        monkeypatch.setattr(smoke, name, partial(getattr(bundle, name), tmp_path / "dist"))
    made = [file.relative_to(smoke.root()) for file in a_bundle(tmp_path / "dist")]
    missing = {}
    for title, file, _ in smoke.broken_bundles():
        assert file.is_file()
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
    made = {name: lambda name=name: done.append(name) for name in ("bundle", "deb", "try")}
    monkeypatch.setattr(installer, "steps", lambda: made)
    assert installer.main([]) == 0
    assert installer.main(["try", "bundle"]) == 0
    assert done == ["bundle", "deb", "bundle", "try"]
    assert installer.main(["dmg"]) == 2
    assert "no step 'dmg'" in capsys.readouterr().out
