"""Exported scripts in the real PyTorch, in an environment that BACKPROP_LAB_FRAMEWORKS names."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from engine.export.names import file_stem
from engine.spec import AugmentationSpec, ProjectSpec
from tests.engine.export.exports import (
    CHAOTIC,
    FRAMEWORKS,
    TEMPLATES,
    code_of,
    doubled,
    made,
    transcribing,
    write,
)

pytestmark = pytest.mark.skipif(
    not FRAMEWORKS, reason="BACKPROP_LAB_FRAMEWORKS names no Python with PyTorch")
JUDGE = Path(__file__).with_name("judge_pytorch.py")
FREE = 3000
"""What rounding in float32 may have grown to after some steps, in units of the tolerance."""


def judge(folder: Path, stems: Iterable[str]) -> list[dict[str, Any]]:
    ran = subprocess.run([FRAMEWORKS, str(JUDGE), str(folder), *stems],
                         capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-3000:]
    return [json.loads(line) for line in ran.stdout.splitlines()]


def judged(projects: Mapping[str, ProjectSpec], folder: Path) -> list[str]:
    """Return a line for every project that is another one in PyTorch."""
    stems = []
    for name, project in projects.items():
        stems.append(file_stem(name))
        write(project, "pytorch", folder, stems[-1])
    wrong = []
    for found in judge(folder, stems):
        is_exact = found.get("tolerance", 0) < 1e-7
        allowed = found.get("tolerance", 0) * (1 if is_exact else FREE)
        is_chaotic = any(file_stem(name) == found["stem"] for name in CHAOTIC)
        if "error" in found or not (found["proved"] <= found["tolerance"]
                                    and (is_chaotic or found["after"] <= allowed)):
            wrong.append(json.dumps(found))
    return wrong


@pytest.mark.slow
def test_small_projects_are_the_same_in_pytorch(tmp_path: Path) -> None:
    projects = {name: doubled(project)
                for name, project in {**made(), **transcribing()}.items()}
    wrong = judged(projects, tmp_path)
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
def test_templates_are_the_same_in_pytorch_in_their_own_precision(tmp_path: Path) -> None:
    wrong = judged(TEMPLATES, tmp_path)
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
def test_templates_are_the_same_in_float64(tmp_path: Path) -> None:
    wrong = judged({name: doubled(project) for name, project in TEMPLATES.items()}, tmp_path)
    assert not wrong, "\n".join(wrong)


def test_a_script_runs_alone_draws_and_ends_with_an_error_where_it_differs(tmp_path: Path) -> None:
    write(made()["clipped"], "pytorch", tmp_path, "net")
    ran = subprocess.run([FRAMEWORKS, tmp_path / "net.py", "--steps", "30"], capture_output=True,
                         text=True, check=False, cwd="/")
    assert ran.returncode == 0, ran.stderr
    assert "Largest difference" in ran.stdout
    assert (tmp_path / "net_gradients.png").stat().st_size > 5000
    script = tmp_path / "net.py"
    script.write_text(script.read_text().replace("nn.Tanh()", "nn.Sigmoid()"))
    ran = subprocess.run([FRAMEWORKS, script, "--steps", "0"], capture_output=True, text=True,
                         check=False)
    assert ran.returncode == 1
    assert "gradients: differs" in ran.stdout


CHANGED = """
import importlib.util
import sys

spec = importlib.util.spec_from_file_location("net", sys.argv[1])
net = importlib.util.module_from_spec(spec)
spec.loader.exec_module(net)
torch = net.torch
x = torch.rand(400, 64) + 1
rows = torch.arange(400)
images = x.reshape(400, 8, 8)
"""

FLIPPED = """
seen = [net.augment(x, rows, epoch).reshape(400, 8, 8) for epoch in (0, 1)]
mirrored = images.flip(2)
for epoch in seen:
    same = (epoch - images).abs().amax((1, 2)) < 1e-5
    turned = (epoch - mirrored).abs().amax((1, 2)) < 1e-5
    assert (same ^ turned).all()
    assert 140 < same.sum() < 260, same.sum()
assert ((seen[0] - seen[1].flip(2)).abs().max() < 1e-5) == ALTERNATE
"""

MOVED = """
seen = net.augment(x, rows, 0).reshape(400, 8, 8)
inside = (seen[:, None, :, :] - 0).reshape(400, -1)
whole = torch.cdist(inside[:, :, None], x[:, :, None]).amin(2) < 1e-5
# Every pixel is one of the image, or 0 where nothing is reflected.
assert (whole | (inside == 0)).all()
assert (inside == 0).any() != REFLECTED
still = (seen - images).abs().amax((1, 2)) < 1e-5
assert 0 < still.sum() < 100
"""


TURNED = """
away = (torch.arange(8) - 3.5).square()
distance = (away[:, None] + away[None, :]).sqrt()
round_ = torch.exp(-distance / 3).expand(400, 8, 8).reshape(400, 64)
inside = (distance < 3.2).flatten()
turned = net.augment(round_, rows, 0)
# What is round stays so, to the interpolation, and nothing else does.
assert (turned - round_)[:, inside].abs().max() < 0.08
assert (net.augment(x, rows, 0) - x)[:, inside].abs().max() > 0.5
"""


@pytest.mark.parametrize(("changes", "asked"), [
    ({"flip": True}, FLIPPED.replace("ALTERNATE", "False")),
    ({"alternate": True}, FLIPPED.replace("ALTERNATE", "True")),
    ({"shift": 0.3}, MOVED.replace("REFLECTED", "False")),
    ({"shift": 0.3, "reflect": True}, MOVED.replace("REFLECTED", "True")),
    ({"cutout": 0.5}, "cut = net.augment(x, rows, 0) == 0\nassert (cut.sum(1) == 16).all()"),
    ({"brightness": 0.2}, "light = net.augment(x, rows, 0) - x\n"
     "assert (light.std(1) < 1e-5).all() and 0.15 < light.abs().max() <= 0.2 + 1e-6"),
    ({"noise": 0.5}, "assert abs((net.augment(x, rows, 0) - x).std() - 0.5) < 0.01"),
    ({"rotation": 90.0}, TURNED),
], ids=lambda value: "-".join(value) if isinstance(value, dict) else "")
def test_examples_are_changed_as_the_project_asks(
        changes: dict[str, Any], asked: str, tmp_path: Path) -> None:
    base = made()["images"]
    project = replace(base, training=replace(base.training,
                                             augmentation=AugmentationSpec(**changes)))
    write(project, "pytorch", tmp_path, "net")
    ran = subprocess.run([FRAMEWORKS, "-c", CHANGED + asked, tmp_path / "net.py"],
                         capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_the_cells_of_a_notebook_run_one_after_the_other(tmp_path: Path) -> None:
    _, written = write(made()["clipped"], "notebook", tmp_path, "net")
    code = code_of(written).replace("from IPython.display import Image", "Image = str")
    (tmp_path / "cells.py").write_text(code.replace(", STEPS)", ", 30)"))
    ran = subprocess.run([FRAMEWORKS, "cells.py"], capture_output=True, text=True, check=False,
                         cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert "Largest difference" in ran.stdout
