"""Every word of the graph is written or refused by name, and what is written is clean Python."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load as load_safetensors

from engine.errors import EngineError
from engine.export import plain, pytorch  # noqa: F401 - the packages whose words are asked for
from engine.export.archive import safetensors
from engine.export.keras import made as keras_ops
from engine.export.names import file_stem, identifiers
from engine.export.onnx import layers as onnx_layers
from engine.export.plain import ops as plain_ops
from engine.export.plain import rules
from engine.export.pytorch.loss import TEXTS_OF
from engine.export.pytorch.model import Model
from engine.export.pytorch.module import OPS
from engine.export.pytorch.optimizer import OPTIMIZERS_OF
from engine.export.rates import FACTORS
from engine.export.target import Written
from engine.export.targets import TARGETS, target
from engine.layers import ACTIVATIONS, LOSSES, OPTIMIZERS, SCHEDULES, LayerKind, kinds
from engine.spec import LayerSpec
from tests.engine.export.exports import TEMPLATES, code_of, graph_of, made

SAMPLES = ("clipped", "joins", "images", "padded gru", "carried lstm", "sampled", "averaged",
           "own penalties", "schedule plateau", "schedule one_cycle", "mean of used rows",
           "layer called self", "n-grams once", "balanced letters", "grown images",
           "first weights")
SHAPES = {3: ((8, 8, 2),), 2: ((9, 2),), 1: ((8,),)}


def ops_of(kind: LayerKind) -> set[str]:
    """Return the words of a kind, whatever it can be fed."""
    options = kind.options(LayerSpec("a", kind.key))
    found: set[str] = set()
    for shapes in SHAPES.values():
        fed = shapes * kind.fewest_inputs
        try:
            kind.infer_shape(options, fed)
        except EngineError:
            continue
        found |= {node.op for node in kind.export(options, fed) or ()}
    return found


def test_every_kind_of_layer_and_function_has_a_word_in_pytorch_and_numpy() -> None:
    wanted = set().union(*map(ops_of, kinds())) | (set(ACTIVATIONS) - {"linear"})
    assert wanted - OPS.keys() == set()
    assert wanted - plain_ops.OPS.keys() == set()


def test_every_loss_optimizer_and_schedule_has_one() -> None:
    for words in (TEXTS_OF, rules.LOSSES):
        assert words.keys() == LOSSES.keys()
    for words in (OPTIMIZERS_OF, rules.OPTIMIZERS):
        assert words.keys() == OPTIMIZERS.keys()
    assert FACTORS.keys() == SCHEDULES.keys()


def test_what_has_no_word_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = graph_of(made()["clipped"])
    monkeypatch.delitem(OPS, "linear")
    monkeypatch.delitem(plain_ops.OPS, "linear")
    monkeypatch.delitem(keras_ops.OPS, "linear")
    monkeypatch.delitem(onnx_layers.WRITERS, "linear")
    for key, title in (("pytorch", "PyTorch"), ("notebook", "PyTorch"), ("numpy", "NumPy"),
                       ("keras", "Keras"), ("onnx", "ONNX")):
        with pytest.raises(EngineError) as refused:
            target(key).write(graph, "a")
        assert refused.value.message.code == "export.cannot"
        assert title in refused.value.sentence
        assert "Layer 1" in refused.value.sentence


def test_an_unknown_target_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(EngineError, match="pytorch, keras, onnx, notebook, numpy"):
        target("caffe")


@pytest.fixture(scope="module")
def written() -> dict[tuple[str, str], Written]:
    found = {}
    for name in SAMPLES:
        graph = graph_of(made()[name])
        for key in TARGETS:
            with contextlib.suppress(EngineError):
                found[key, name] = target(key).write(graph, file_stem(name))
    return found


@pytest.mark.needs("ruff")
def test_scripts_compile_and_are_clean(written: dict[tuple[str, str], Written], tmp_path: Path
                                       ) -> None:
    for (key, name), one in written.items():
        if one.main.endswith((".py", ".ipynb")):
            code = code_of(one)
            compile(code, name, "exec")
            (tmp_path / f"{key}_{file_stem(name)}.py").write_text(code.rstrip("\n") + "\n")
    options = ["--isolated", "--line-length", "100", "--target-version", "py310", "--select",
               "E,W,F,I,B,C4,SIM,UP,RUF,D,N", "--ignore",
               "D100,D101,D102,D103,D105,D107,D203,D205,D212,D213,D400,D401,D415,B905,RUF012,"
               "N812,N806,SIM108,E402,RUF022,RUF005,RUF002,RUF003"]
    ruff = subprocess.run([sys.executable, "-m", "ruff", "check", *options, str(tmp_path)],
                          capture_output=True, text=True, check=False)
    assert ruff.returncode == 0, ruff.stdout[-4000:]


def test_no_script_defines_what_it_does_not_use(written: dict[tuple[str, str], Written]) -> None:
    for (key, name), one in written.items():
        if not one.main.endswith((".py", ".ipynb")):
            continue
        tree = ast.parse(code_of(one))
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        used |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        defined = {node.name for node in tree.body
                   if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        assert defined - used - {"predict"} == set(), (key, name)


def test_lines_of_layers_are_those_that_name_them(written: dict[tuple[str, str], Written]) -> None:
    project = made()["joins"]
    names = identifiers(layer.id for layer in project.network)
    for key in ("pytorch", "numpy", "notebook"):
        one = written[key, "joins"]
        lines = one.files[one.main].decode().split("\n")
        assert one.lines.keys() == {layer.id for layer in project.network} - {"input"}
        for layer, spans in one.lines.items():
            for first, last in spans:
                assert any(names[layer] in line for line in lines[first - 1:last]), (key, layer)


def test_a_notebook_is_one_of_format_4_with_a_sentence_before_every_part(
        written: dict[tuple[str, str], Written]) -> None:
    one = written["notebook", "joins"]
    book = json.loads(one.files[one.main])
    assert (book["nbformat"], book["nbformat_minor"]) == (4, 5)
    kinds_of = [cell["cell_type"] for cell in book["cells"]]
    assert kinds_of[0] == "markdown"
    assert kinds_of.count("markdown") >= 9
    ids = [cell["id"] for cell in book["cells"]]
    assert len(set(ids)) == len(ids)
    assert "__file__" not in code_of(one)


@pytest.mark.parametrize("name", ["images", "padded gru", "grown images", "joins"])
def test_weights_come_back_as_they_were(name: str) -> None:
    graph = graph_of(made()[name])
    files = target("pytorch").write(graph, "a").files
    found = load_safetensors(files["a.safetensors"])
    wanted = Model(graph).arrays()
    assert found.keys() == wanted.keys()
    for key, array in wanted.items():
        np.testing.assert_array_equal(found[key], array)
    numpy_files = target("numpy").write(graph, "a").files if name != "images" else None
    if numpy_files is not None:
        with np.load(io.BytesIO(numpy_files["a.npz"])) as archive:
            names = identifiers(layer.id for layer in graph.layers)
            for layer in graph.layers:
                for one in layer.parameters:
                    np.testing.assert_array_equal(
                        archive[f"weights/{names[layer.id]}/{one.own}"], graph.weights[one.name])


def test_names_are_identifiers_that_nothing_else_has() -> None:
    names = ["dense-1", "dense_1", "class", "2nd", "x", "Größe", ""]
    found = identifiers(names)
    assert len(set(found.values())) == len(names)
    assert all(one.isidentifier() for one in found.values())
    assert found["dense-1"] == "dense_1"


@pytest.mark.parametrize(("name", "stem"), [
    ("My irises", "my_irises"), ("7 digits", "network_7_digits"), ("", "network"),
    ("class", "network_class"), ("a/b\\c", "a_b_c")])
def test_files_have_names_that_python_imports(name: str, stem: str) -> None:
    assert file_stem(name) == stem


def test_the_same_project_has_the_same_bytes() -> None:
    project = TEMPLATES["02-spiral-solved"]
    first, second = (target("notebook").write(graph_of(project), "a").files for _ in range(2))
    assert first == second


def test_the_same_weights_are_the_same_bytes() -> None:
    arrays = {name: np.arange(number, dtype=np.float32) for number, name in enumerate("zyxwv", 1)}
    written = {safetensors(arrays) for _ in range(20)}
    assert len(written) == 1
    found = load_safetensors(written.pop())
    assert found.keys() == arrays.keys()
    assert all((found[name] == array).all() for name, array in arrays.items())


@pytest.mark.parametrize(("key", "ending", "packages"), [
    ("pytorch", ".py", "torch safetensors numpy"), ("keras", ".py", "keras numpy jax"),
    ("numpy", ".py", "numpy"), ("onnx", "_check.py", "numpy onnxruntime")])
def test_a_script_says_what_to_install_where_a_package_is_missing(
        key: str, ending: str, packages: str, tmp_path: Path) -> None:
    for name, content in target(key).write(graph_of(made()["clipped"]), "a").files.items():
        (tmp_path / name).write_bytes(content)
    # With -S, Python finds nothing that was installed.
    ran = subprocess.run([sys.executable, "-I", "-S", tmp_path / f"a{ending}"],
                         capture_output=True, text=True, check=False,
                         env={**os.environ, "KERAS_BACKEND": "jax"})
    assert ran.returncode == 1
    told = rf"No module named '\w+'\. Install it: pip install {packages}\n"
    assert re.fullmatch(told, ran.stderr)
