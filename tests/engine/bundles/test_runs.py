"""Runs in bundles: the state of the one that was saved, and earlier ones."""

from __future__ import annotations

import dataclasses
import io
import os
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.bundles import read_bundle, read_saved, runs, write_bundle
from engine.errors import FormatError
from engine.messages import say
from engine.spec import default_project
from engine.telemetry.checkpoint import Checkpoint
from engine.telemetry.earlier_run import EarlierRun
from tests.engine.bundles import whole
from tests.engine.bundles.test_files import arrays
from tests.engine.telemetry.test_checkpoint import made

PROJECT = default_project()


def state() -> Checkpoint:
    """Return a state whose layers are those of the project."""
    before = made()
    return dataclasses.replace(
        before, places={name.replace("a/", "dense-1/").replace("n/", "dense-2/"): place
                        for name, place in before.places.items()})


def earlier(**changes: Any) -> EarlierRun:
    values: dict[str, Any] = {
        "name": "Xavier", "project": PROJECT, "task": "classification", "step": 40, "epoch": 4,
        "figures": {"loss": 0.25}, "weights": arrays(), "steps": np.array([1.0, 20.0, 40.0]),
        "epochs": np.array([0.0, 2.0, 4.0]),
        "curves": {"loss": np.array([1.0, 0.5, 0.25]),
                   "validation_loss": np.array([np.nan, 0.6, np.inf]),
                   "dense-1/gradient_rms": np.array([-1.0, -2.0, np.nan])}}
    return EarlierRun(**{**values, **changes})


def saved(path: Path) -> dict[str, bytes]:
    """Write a bundle with all that there can be; return its members."""
    write_bundle(PROJECT, {}, path, checkpoint=state(), earlier=[earlier(), earlier(name="He")])
    return whole.members(path.read_bytes())


def put(path: Path, files: dict[str, bytes]) -> None:
    path.write_bytes(whole.zipped(files))


def test_a_state_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "a.bplab"
    write_bundle(PROJECT, {}, path, checkpoint=state())
    found = read_saved(path)
    assert found.project == PROJECT
    assert (found.earlier, found.unread) == ((), ())
    assert found.checkpoint is not None
    before, after = state().to_arrays(), found.checkpoint.to_arrays()
    assert before.keys() == after.keys()
    for name, array in before.items():
        assert after[name].tobytes() == array.tobytes(), name
    assert found.weights is not None
    for name, array in read_bundle(path)[1].items():
        np.testing.assert_array_equal(array, state().array(name))
        np.testing.assert_array_equal(array, found.weights[name])


def test_parameters_stand_in_the_file_once(tmp_path: Path) -> None:
    files = saved(tmp_path / "a.bplab")
    assert list(files) == ["project.json", "weights.npz", "state.npz", "earlier-1.zip",
                           "earlier-2.zip"]
    assert not any(name.startswith("parameters/")
                   for name in whole.members(files["state.npz"]))


def test_earlier_runs_come_back(tmp_path: Path) -> None:
    saved(tmp_path / "a.bplab")
    one, other = read_saved(tmp_path / "a.bplab").earlier
    assert (one.name, other.name) == ("Xavier", "He")
    assert (one.project, one.task, one.step, one.epoch) == (PROJECT, "classification", 40, 4)
    assert one.figures == {"loss": 0.25}
    for here, there in ((one.weights, arrays()), (one.curves, earlier().curves)):
        assert here.keys() == there.keys()
        for name, array in there.items():
            np.testing.assert_array_equal(here[name], array)
    np.testing.assert_array_equal(one.steps, earlier().steps)
    np.testing.assert_array_equal(one.epochs, earlier().epochs)


def test_a_file_may_hold_earlier_runs_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.bplab"
    write_bundle(PROJECT, {}, path, earlier=[earlier(weights={}, curves={})])
    found = read_saved(path)
    assert (found.weights, found.checkpoint, len(found.earlier)) == (None, None, 1)
    assert found.earlier[0].weights == {}


def test_no_more_than_eight_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.bplab"
    write_bundle(PROJECT, {}, path, earlier=[earlier(name=str(n)) for n in range(10)])
    assert [run.name for run in read_saved(path).earlier] == list("01234567")
    put(path, {**whole.members(path.read_bytes()), "earlier-9.zip": b""})
    with pytest.raises(FormatError, match=r"earlier-9\.zip"):
        read_saved(path)


def test_files_without_runs_are_as_before(tmp_path: Path) -> None:
    write_bundle(PROJECT, arrays(), tmp_path / "a.bplab")
    assert list(whole.members((tmp_path / "a.bplab").read_bytes())) == ["project.json",
                                                                          "weights.npz"]
    found = read_saved(tmp_path / "a.bplab")
    assert (found.checkpoint, found.earlier) == (None, ())
    (tmp_path / "a.json").write_text("{}")
    assert read_saved(tmp_path / "a.json").weights is None


def test_figures_that_were_not_measured_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.bplab"
    write_bundle(PROJECT, {}, path, earlier=[earlier(figures={"loss": np.nan, "x": 1.0})])
    assert read_saved(path).earlier[0].figures == {"x": 1.0}


WRONG: dict[str, Any] = {
    "no zip": b"nothing",
    "nothing": whole.zipped({}),
    "a counter": lambda found: {**found, "counters": found["counters"] - 100},
    "not finite": lambda found: {**found, "gradients/dense-1/w": np.full((2, 3), np.nan,
                                                                        np.float32)},
    "shape": lambda found: {**found, "memory-1/dense-1/w": np.zeros((3, 2), np.float32)},
    "one too many": lambda found: {**found, "thought": np.zeros(3)},
    "parameters": lambda found: {**found, "parameters/dense-1/w": np.zeros((2, 3), np.float32)},
    "one too few": lambda found: {name: array for name, array in found.items()
                                  if name != "order"},
}


@pytest.mark.parametrize("name", WRONG)
def test_a_broken_state_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.bplab"
    files, wrong = saved(path), WRONG[name]
    if not isinstance(wrong, bytes):
        wrong = whole.npz(wrong(whole.arrays_in(files["state.npz"])))
    put(path, {**files, "state.npz": wrong})
    with pytest.raises(FormatError) as caught:
        read_saved(path)
    assert caught.value.place == "a.bplab"
    # The project itself, and what it has learned, can still be read.
    assert read_bundle(path)[0] == PROJECT


def test_a_state_of_other_weights_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.bplab"
    files = saved(path)
    write_bundle(PROJECT, arrays(), path)
    put(path, {**whole.members(path.read_bytes()), "state.npz": files["state.npz"]})
    with pytest.raises(FormatError, match="dense"):
        read_saved(path)


def test_a_state_that_could_not_be_read_again_is_not_written(tmp_path: Path) -> None:
    regions = np.array(state().regions)
    regions[2, 0] = np.inf
    with pytest.raises(FormatError, match=r"memory-1/dense-1/w holds a number that is not finite"):
        write_bundle(PROJECT, {}, tmp_path / "a.bplab",
                     checkpoint=dataclasses.replace(state(), regions=regions))
    assert not os.listdir(tmp_path)


def parts(**changes: bytes) -> bytes:
    """Return the archive of an earlier run, members of it replaced."""
    found = whole.members(runs.packed_run(earlier()).content())
    return whole.zipped({**found, **{
        name.replace("_", "."): content for name, content in changes.items()}})


def told(**changes: Any) -> bytes:
    found = msgspec.json.decode(whole.members(runs.packed_run(earlier()).content())["run.json"])
    return msgspec.json.encode({**found, **changes})


def curves(**changes: NDArray[Any]) -> bytes:
    found = whole.arrays_in(whole.members(runs.packed_run(earlier()).content())["curves.npz"])
    return whole.npz({**found, **changes})


def compressed() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("run.json", b"\0" * 2**22)
    return buffer.getvalue()


BROKEN: dict[str, bytes] = {
    "no zip": b"nothing", "nothing inside": whole.zipped({}), "compressed": compressed(),
    "one more": parts(more=b""), "no project": parts(project_json=b"{"),
    "another layer": parts(weights_npz=whole.npz({"dense-9/w": np.zeros(2)})),
    "no run": parts(run_json=b"[]"), "no JSON": parts(run_json=b"\xff"),
    "no name": parts(run_json=told(name="")), "a long name": parts(run_json=told(name="x" * 201)),
    "a step below 0": parts(run_json=told(step=-1)), "no step": parts(run_json=told(step="1")),
    "more epochs than steps": parts(run_json=told(epoch=41)),
    "an unknown field": parts(run_json=told(colour="red")),
    "no curves": parts(curves_npz=whole.npz({})),
    "steps that fall": parts(curves_npz=curves(steps=np.array([3.0, 2.0, 1.0]))),
    "no number": parts(curves_npz=curves(epochs=np.array([np.nan, 2.0, 3.0]))),
    "integers": parts(curves_npz=curves(steps=np.arange(3))),
    "another length": parts(curves_npz=curves(**{"curve/loss": np.zeros(2)})),
    "two axes": parts(curves_npz=curves(steps=np.zeros((3, 1)))),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_earlier_run_is_told_and_left_out(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.bplab"
    put(path, {**saved(path), "earlier-1.zip": BROKEN[name]})
    found = read_saved(path)
    assert [run.name for run in found.earlier] == ["He"]
    assert found.checkpoint is not None
    [sentence] = found.unread
    assert sentence.text.startswith("The earlier run in earlier-1.zip is left out: ")
    assert len(sentence.text) < 500


@pytest.mark.parametrize("changes", [
    {"name": ""}, {"step": -1}, {"steps": np.zeros(3, np.float32)}, {"epochs": np.zeros(2)},
    {"curves": {"a\0b": np.zeros(3)}}, {"curves": {"a": np.zeros(3, np.complex128)}},
    {"weights": {"dense-9/w": np.zeros(2)}}])
def test_an_earlier_run_that_could_not_be_read_again_is_not_written(
        changes: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"a\.bplab"):
        write_bundle(PROJECT, {}, tmp_path / "a.bplab", earlier=[earlier(**changes)])
    assert not os.listdir(tmp_path)


def test_figures_have_to_be_finite() -> None:
    assert earlier().problem() is None
    assert earlier(figures={"loss": np.inf}).problem() == say("earlier.figure", name="loss")


@given(st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 255)), min_size=1, max_size=8))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damage_anywhere_gives_a_sentence_or_what_was_there(
        tmp_path: Path, damage: list[tuple[int, int]]) -> None:
    path = tmp_path / "a.bplab"
    saved(path)
    content = bytearray(path.read_bytes())
    for place, byte in damage:
        content[place % len(content)] = byte
    path.write_bytes(content)
    try:
        found = read_saved(path)
    except FormatError:
        return
    assert len(found.earlier) + len(found.unread) <= 2
    for run in found.earlier:
        assert run.name in ("Xavier", "He")
    if found.checkpoint is not None:
        for name, array in state().to_arrays().items():
            np.testing.assert_array_equal(found.checkpoint.to_arrays()[name], array)


@given(st.binary(max_size=300))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_give_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.bplab"
    files = saved(path)
    put(path, {**files, "earlier-2.zip": content})
    assert len(read_saved(path).unread) == 1
    put(path, {**files, "state.npz": content})
    with pytest.raises(FormatError):
        read_saved(path)
