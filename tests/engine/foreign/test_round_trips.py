"""What is exported comes back: weights of every kind of layer, from every kind of file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.export.build import build_graph
from engine.export.targets import target
from engine.foreign.files import read_weights_file
from engine.foreign.matching import FirstWeights, matched
from engine.foreign.target import targets
from tests.engine.export.interop_cases import data_of, layer_cases, project_of

CASES = {name: case for name, case in layer_cases().items() if name in {
    "conv2d 3 2 same", "conv1d 3 1 same", "transposed 3 2 same", "lstm last",
    "lstm sequence padded", "gru of random biases", "gru last in pieces", "rnn last",
    "rnn without bias",
    "batch norm of images", "layer norm", "prelu of images", "embedding padded", "paths",
    "paths of images", "dense of steps", "frozen", "max_pooling 2 2 of steps"}}

WEIGHTS = {"pytorch": ".safetensors", "keras": "_weights.npz", "onnx": ".onnx"}


def test_all_of_them_are_here() -> None:
    assert len(CASES) == 18


@pytest.mark.parametrize("key", WEIGHTS)
@pytest.mark.parametrize("name", CASES)
def test_weights_come_back(name: str, key: str, tmp_path: Path) -> None:
    case = CASES[name]
    graph = build_graph(project_of(case), data_of(case))
    written = target(key).write(graph, "net")
    path = tmp_path / f"net{WEIGHTS[key]}"
    path.write_bytes(written.files[path.name])
    found: FirstWeights = matched(read_weights_file(path), tuple(
        targets(project_of(case).network, data_of(case).n_inputs)))
    assert not found.reasons
    # Constants of a model belong to no layer.
    assert all(name.endswith("_counted_falling") for name in found.unused)
    assert found.arrays.keys() == graph.weights.keys()
    for parameter, array in graph.weights.items():
        np.testing.assert_array_equal(found.arrays[parameter], array)
