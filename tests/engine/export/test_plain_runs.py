"""NumPy scripts run, and prove themselves: they need nothing but this Python."""

from __future__ import annotations

import importlib.util
import inspect
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from engine.errors import EngineError
from engine.export.names import file_stem
from engine.spec import ProjectSpec
from tests.engine.export.exports import CHAOTIC, STEPS, TEMPLATES, doubled, made, write

SLOW = ("20-reviews-bag-of-words", "21-reviews-gru", "25-reviews-n-grams", "27-vowel-strings")
"""Templates that take long: tens of seconds for some steps."""


REFUSED = {"29-digits-whitened": "export.no-augmentation", "images": "export.no-augmentation",
           "averaged": "export.no-averaging", "one by one": "export.no-averaging",
           "average of all steps": "export.no-averaging",
           "every rule of stopping": "export.no-averaging"}
"""What NumPy scripts leave to other libraries."""


@pytest.mark.parametrize("name", REFUSED)
def test_what_numpy_leaves_to_others_is_refused_by_name(name: str, tmp_path: Path) -> None:
    with pytest.raises(EngineError) as refused:
        write({**TEMPLATES, **made()}[name], "numpy", tmp_path, "a")
    assert refused.value.message.code == REFUSED[name]


def loaded(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def check(project: ProjectSpec, folder: Path, name: str) -> None:
    """Run a script: what it proves, and its outputs after some steps of training."""
    stem = file_stem(name)
    graph, _ = write(project, "numpy", folder, stem)
    script = loaded(folder / f"{stem}.py")
    examples = script.load_examples()
    proved = script.prove(script.load_network(), *examples)
    assert proved <= script.TOLERANCE
    network = script.load_network()
    for own, layer in network.layers.items():
        if type(layer).__name__ == "Dropout":
            layer.rate = 0.0
        if type(layer).__name__ == "GaussianNoise":
            layer.deviation = 0.0
        if type(layer).__name__ == "Sampling":
            with np.load(folder / f"{stem}.npz") as file:
                layer.draws = iter(file[f"draws/{own}"])
    options = {"shuffle": False} if "shuffle" in inspect.signature(script.train).parameters else {}
    if graph.training.augmentation.noise:
        script.RANDOM = _Silent(script.RANDOM)
    network = script.train(network, *examples, STEPS, **options)
    found = network.forward(examples[0][graph.proof.asked], training=False)
    # What rounding does to float32 grows from step to step; float64 shows whether it is the same.
    allowed = script.TOLERANCE * (1 if graph.precision == "float64" else 1000)
    assert name in CHAOTIC or script.apart(found, graph.proof.after) <= allowed


class _Silent:
    """Random numbers without noise."""

    def __init__(self, random: np.random.Generator) -> None:
        self.permutation = random.permutation

    def standard_normal(self, shape: tuple[int, ...]) -> np.ndarray:
        return np.zeros(shape)


@pytest.mark.parametrize("name", [name for name in made() if name not in REFUSED])
def test_a_small_project_is_the_same_in_numpy(name: str, tmp_path: Path) -> None:
    check(doubled(made()[name]), tmp_path, name)


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.whole)
                                  if name in SLOW else name for name in TEMPLATES
                                  if name not in REFUSED])
def test_a_template_is_the_same_in_numpy(name: str, tmp_path: Path) -> None:
    check(doubled(TEMPLATES[name]), tmp_path, name)


def test_in_its_own_precision_it_is_the_same_to_rounding(tmp_path: Path) -> None:
    check(TEMPLATES["08-iris"], tmp_path, "iris")


def test_the_script_runs_alone_and_ends_with_an_error_where_it_differs(tmp_path: Path) -> None:
    write(made()["clipped"], "numpy", tmp_path, "net")
    script = tmp_path / "net.py"
    quiet = {**os.environ, "PYTHONPATH": ""}
    ran = subprocess.run([sys.executable, "-I", script, "--steps", "40"], capture_output=True,
                         text=True, check=False, cwd=tmp_path, env=quiet)
    assert ran.returncode == 0, ran.stderr
    assert "Largest difference" in ran.stdout
    script.write_text(script.read_text().replace("x @ self", "0.999 * x @ self"))
    ran = subprocess.run([sys.executable, "-I", script], capture_output=True, text=True,
                         check=False, cwd=tmp_path, env=quiet)
    assert ran.returncode == 1
