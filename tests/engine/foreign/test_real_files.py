"""Files that PyTorch, Keras and onnx have written: with their weights, ours answers as theirs."""

from __future__ import annotations

import os
import subprocess
import textwrap
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from engine.errors import FormatError
from engine.export.build import build_graph
from engine.foreign import first_weights
from engine.foreign.files import read_weights_file
from engine.foreign.matching import matched
from engine.foreign.target import targets
from tests.engine.export.frameworks import PYTHON, with_frameworks
from tests.engine.export.interop_cases import IMAGE, SERIES, Case, Layer, data_of, project_of

MAKER = Path(__file__).with_name("make_files.py")


def dense(units: int, activation: str) -> Layer:
    return "dense", {"units": units, "activation": activation}


CASES = {
    "torch_images": (IMAGE, ("conv2d", {"filters": 3, "kernel": 3, "activation": "linear"}),
                     ("batch_norm", {}), ("activation", {"function": "tanh"}),
                     ("max_pooling", {"size": 2, "stride": 2}), ("flatten", {}), dense(5, "relu")),
    "keras_images": (IMAGE, ("conv2d", {"filters": 3, "kernel": 3, "stride": 2,
                                        "activation": "tanh"}), ("flatten", {}), dense(5, "relu")),
    "onnx_plain": (dense(5, "tanh"),),
    **{f"{framework}_{name}": (SERIES, (kind, {"units": 4}))
       for framework, names in (("torch", ("rnn", "lstm", "gru")),
                                ("keras", ("simplernn", "lstm", "gru")))
       for kind, name in zip(("rnn", "lstm", "gru"), names, strict=True)},
}

SUFFIXES = {"torch": ".safetensors", "keras": ".npz", "onnx": ".onnx"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("files")
    inputs = np.asarray(data_of(Case(data="images")).inputs, np.float32)
    np.savez(made / "inputs.npz", images=inputs.reshape(-1, 7, 6, 2),
             sequences=inputs.reshape(-1, 14, 6))
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run([PYTHON, str(MAKER), str(made)], capture_output=True, text=True,
                          check=False, env={**kept, "KERAS_BACKEND": "torch"})
    assert done.returncode == 0, done.stderr[-2000:]
    return made


@with_frameworks
@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_a_network_answers_as_the_one_whose_weights_it_has(name: str, folder: Path) -> None:
    case = Case(CASES[name], "images")
    path = folder / f"{name}{SUFFIXES[name.partition('_')[0]]}"
    project = replace(project_of(case), start_from=str(path))
    found = first_weights(project, 84)
    assert found is not None
    assert not found.reasons, {name: one.text for name, one in found.reasons.items()}
    assert not found.unused
    data = data_of(case)
    graph = build_graph(project, data, start=found.arrays)
    with np.load(folder / "answers.npz") as answers:
        expected = answers[name][graph.proof.asked]
    np.testing.assert_allclose(graph.proof.outputs, expected, rtol=0, atol=2e-6)


@pytest.mark.skipif(not PYTHON, reason="BACKPROP_LAB_FRAMEWORKS names no Python with keras")
@pytest.mark.slow
@pytest.mark.parametrize("backend", ["torch", "jax"])
def test_the_line_that_a_refused_file_names_makes_one_that_is_read(
        backend: str, tmp_path: Path) -> None:
    (tmp_path / "net.weights.h5").write_bytes(b"")
    with pytest.raises(FormatError) as refused:
        read_weights_file(tmp_path / "net.weights.h5")
    line = refused.value.sentence.partition("then write: ")[2].removesuffix(".")
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    code = textwrap.dedent("""
        import sys
        import numpy
        import keras

        keras.utils.set_random_seed(1)
        model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(6, activation="tanh"),
                                  keras.layers.BatchNormalization(), keras.layers.Dense(3)])
        exec(sys.argv[1])
        print(numpy.abs(model.layers[0].kernel.numpy()).sum())
        """)
    done = subprocess.run([PYTHON, "-c", code, line], capture_output=True, text=True,
                          check=False, cwd=tmp_path, env={**kept, "KERAS_BACKEND": backend})
    assert done.returncode == 0, done.stderr[-2000:]
    case = Case((dense(6, "tanh"), ("batch_norm", {})))
    found = matched(read_weights_file(tmp_path / "weights.npz"),
                    tuple(targets(project_of(case).network, data_of(case).n_inputs)))
    assert not found.reasons
    assert np.isclose(np.abs(found.arrays["dense-1/w"]).sum(), float(done.stdout))
