"""ONNX models: run by onnxruntime, they answer as our engine does."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.data import load
from engine.data.rows import ByteRows
from engine.errors import EngineError
from engine.export.build import build_graph
from engine.export.graph import Graph
from engine.export.onnx.file import IR_VERSIONS
from engine.export.onnx.layers import WRITERS
from engine.export.onnx.writer import build_model, example_inputs, write_onnx
from engine.foreign.matching import matched
from engine.foreign.onnx import read
from engine.foreign.target import targets
from engine.layers import ACTIVATIONS
from engine.spec import DataSpec, LayerSpec, ProjectSpec
from engine.spec.network import NetworkSpec
from tests.engine.export.frameworks import PYTHON, with_frameworks
from tests.engine.export.interop_cases import Case, data_of, layer_cases, loss_cases, project_of

CASES = {**layer_cases(), **loss_cases()}

REFUSED = {"bag of n-grams"}

ran = pytest.mark.needs("onnxruntime")


def graph_of(case: Case) -> Graph:
    return build_graph(project_of(case), data_of(case))


def answers(graph: Graph, content: bytes, dtype: str) -> dict[str, Any]:
    onnxruntime = pytest.importorskip("onnxruntime", reason="onnxruntime runs the models")
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    names = [one.name for one in session.get_outputs()]
    return dict(zip(names, session.run(names, {"inputs": example_inputs(graph, dtype)}),
                    strict=True))


def apart(found: Any, expected: Any) -> float:
    return float(np.max(np.abs(found - expected) / np.maximum(np.abs(expected), 1.0)))


@ran
@pytest.mark.parametrize("name", sorted(CASES.keys() - REFUSED))
def test_a_model_answers_as_our_engine_does(name: str) -> None:
    graph = graph_of(CASES[name])
    built = build_model(graph)
    found = answers(graph, built.content, built.dtype)
    tolerance = graph.proof.tolerance if built.dtype == graph.precision else 1e-5
    assert found["scores"].shape == graph.proof.outputs.shape
    assert found["scores"].dtype == built.dtype
    assert apart(found["scores"], graph.proof.outputs) <= tolerance


@ran
def test_a_difference_would_be_seen() -> None:
    graph = graph_of(CASES["lstm last padded"])
    name = "lstm-2/u"
    wrong = dataclasses.replace(graph, weights={**graph.weights, name: graph.weights[name] * 1.01})
    built = build_model(wrong)
    assert apart(answers(graph, built.content, built.dtype)["scores"], graph.proof.outputs) > 1e-4


@ran
@pytest.mark.parametrize(("name", "sums_to_one"), [
    ("loss softmax_cross_entropy of numbers", True), ("loss binary_cross_entropy of two", False)])
def test_of_classes_a_model_gives_probabilities(name: str, sums_to_one: bool) -> None:
    graph = graph_of(CASES[name])
    built = build_model(graph)
    shares = answers(graph, built.content, built.dtype)["probabilities"]
    assert ((shares > 0) & (shares < 1)).all()
    assert np.allclose(shares.sum(axis=1), 1) == sums_to_one


@ran
def test_double_precision_stays_where_onnxruntime_has_it() -> None:
    kept, given_up = build_model(graph_of(CASES["double"])), build_model(
        graph_of(CASES["double of images"]))
    assert (kept.dtype, kept.missing) == ("float64", ())
    assert (given_up.dtype, given_up.missing) == ("float32", ("Conv",))
    graph = graph_of(CASES["double of images"])
    script = write_onnx(graph, "case").files["case_check.py"].decode()
    assert "onnxruntime has no float64 kernels on a processor for Conv" in " ".join(
        script.replace("#", " ").split())


@ran
@pytest.mark.parametrize("op", sorted(set(ACTIVATIONS) - {"linear"}))
def test_kernels_of_double_precision_are_known(op: str) -> None:
    case = dataclasses.replace(CASES[f"function {op}"], training={"precision": "float64"})
    graph = graph_of(case)
    built = build_model(graph)
    found = answers(graph, built.content, built.dtype)["scores"]
    assert apart(found, graph.proof.outputs) <= (1e-10 if built.dtype == "float64" else 1e-5)


def small(source: str, *layers: LayerSpec, **data: Any) -> tuple[Graph, Any]:
    spec = DataSpec(source=source, **data)
    dataset = load(spec)
    project = ProjectSpec(data=spec, network=NetworkSpec((LayerSpec("input", "input"), *layers)))
    return build_graph(project, dataset), dataset


@ran
def test_a_table_goes_in_as_it_stands_in_the_file() -> None:
    graph, dataset = small("penguins", LayerSpec("output", "dense", {
        "units": 3, "activation": "linear"}))
    raw = example_inputs(graph, "float32")
    assert raw.dtype == np.float64
    # Penguins weigh some thousand grams.
    assert raw.max() > 2000
    np.testing.assert_allclose(dataset.scaler(raw), np.asarray(dataset.inputs)[graph.proof.asked],
                               atol=1e-6)
    built = build_model(graph)
    assert apart(answers(graph, built.content, built.dtype)["scores"],
                 graph.proof.outputs) <= 1e-5


@ran
def test_images_go_in_as_bytes() -> None:
    graph = graph_of(CASES["conv2d 3 1 same"])
    pixels = np.random.default_rng(0).integers(0, 256, (30, 84), dtype=np.uint8)
    rows = ByteRows(pixels, 0.03, -1.0)
    dataset = dataclasses.replace(data_of(CASES["conv2d 3 1 same"]), inputs=rows)
    graph = build_graph(project_of(CASES["conv2d 3 1 same"]), dataset)
    assert example_inputs(graph, "float32").dtype == np.uint8
    built = build_model(graph)
    assert apart(answers(graph, built.content, built.dtype)["scores"],
                 graph.proof.outputs) <= 1e-5


@ran
def test_the_script_beside_a_model_checks_it(tmp_path: Path) -> None:
    for name, content in write_onnx(graph_of(CASES["gru last padded"]), "case").files.items():
        (tmp_path / name).write_bytes(content)

    def checked() -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, str(tmp_path / "case_check.py")],
                              capture_output=True, text=True, check=False)
    done = checked()
    assert done.returncode == 0, done.stderr
    assert "largest difference" in done.stdout
    other = write_onnx(graph_of(CASES["gru last padded"]), "case").files["case_check.npz"]
    assert other
    kept = dict(np.load(tmp_path / "case_check.npz"))
    np.savez(tmp_path / "case_check.npz", **{**kept, "scores": kept["scores"] + 1e-3})
    assert checked().returncode == 1


@with_frameworks
@pytest.mark.slow
def test_the_formats_own_checker_finds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "case.onnx"
    for name in ("paths of images", "gru sequence padded", "transposed 4 3 same", "layer norm",
                 "bag of words added", "upsampling", "prelu of images"):
        path.write_bytes(build_model(graph_of(CASES[name])).content)
        done = subprocess.run([str(Path(PYTHON).with_name("check-model")), str(path)],
                              capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{name}: {done.stderr[-800:]}"


def test_what_onnx_cannot_say_is_refused_by_name() -> None:
    for name in REFUSED:
        with pytest.raises(EngineError) as told:
            build_model(graph_of(CASES[name]))
        assert told.value.message.code == "export.onnx-ngrams"
    assert {key for key, one in ACTIVATIONS.items() if one.forward} <= WRITERS.keys()


@pytest.mark.parametrize("name", ["dense of steps", "layer norm"])
def test_the_oldest_operators_that_do_it_are_asked_for(name: str) -> None:
    from engine.export.onnx.builder import OLDEST, Builder
    from engine.export.onnx.writer import _model

    model = _model(Builder(graph_of(CASES[name]), "float32"))
    assert model.opset == (17 if name == "layer norm" else OLDEST)
    assert model.opset in IR_VERSIONS


ROUND = ("conv2d 3 2 same", "transposed 3 2 same", "lstm last", "gru of random biases", "rnn last",
         "batch norm of images", "layer norm", "prelu of images", "embedding", "paths",
         "bag of words added", "dense of steps")


@pytest.mark.parametrize("name", ROUND)
def test_weights_come_back_from_a_model(name: str) -> None:
    case = CASES[name]
    graph = graph_of(case)
    file = read(build_model(graph).content, "case.onnx")
    found = matched(file, tuple(targets(project_of(case).network, data_of(case).n_inputs)))
    if name == "bag of words added":
        # A bag takes no arrays from outside: which row is whose, a hash of ours says.
        assert set(found.reasons) == {"ngram-bag-1"}
        return
    assert not found.reasons
    assert found.arrays.keys() == graph.weights.keys()
    for key, array in graph.weights.items():
        np.testing.assert_array_equal(found.arrays[key], array)


@pytest.mark.skipif(importlib.util.find_spec("onnxruntime") is not None,
                    reason="the test above runs models here")
@with_frameworks
def test_models_answer_in_the_other_interpreter(tmp_path: Path) -> None:
    runner = ("import json, sys, numpy as np, onnxruntime\n"
              "from pathlib import Path\n"
              "for path in sorted(Path(sys.argv[1]).glob('*.onnx')):\n"
              "    kept = np.load(path.with_name(path.stem + '_check.npz'))\n"
              "    run = onnxruntime.InferenceSession(path, providers=['CPUExecutionProvider'])\n"
              "    y = run.run(['scores'], {'inputs': kept['inputs']})[0]\n"
              "    e = kept['scores']\n"
              "    d = np.max(np.abs(y - e) / np.maximum(np.abs(e), 1))\n"
              "    print(json.dumps([path.stem, float(d)]))\n")
    for name in sorted(CASES.keys() - REFUSED):
        written = write_onnx(graph_of(CASES[name]), name.replace(" ", "-"))
        for file, content in written.files.items():
            (tmp_path / file).write_bytes(content)
    done = subprocess.run([PYTHON, "-c", runner, str(tmp_path)], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stderr[-1500:]
    found = dict(json.loads(line) for line in done.stdout.splitlines())
    assert len(found) == len(CASES) - len(REFUSED)
    assert {name: apart for name, apart in found.items() if not apart <= 1e-5} == {}
