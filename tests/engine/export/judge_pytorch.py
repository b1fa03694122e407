"""Runs exported PyTorch scripts in a Python that has the library; prints what came of them.

    python judge_pytorch.py FOLDER STEM...

One line of JSON for each: the largest difference that it finds itself, and that of its outputs
after some steps of training without chance, in the order in which the examples stand.
"""

from __future__ import annotations

import contextlib
import importlib.util
import inspect
import io
import json
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import torch

STEPS = 20


def loaded(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def silenced(script: ModuleType, model: Any, folder: Path, stem: str) -> Any:
    """Return a network in which chance plays no part."""
    file = np.load(folder / f"{stem}.npz")
    for name, module in model.named_modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
        if type(module).__name__ == "GaussianNoise":
            module.deviation = 0.0
        if type(module).__name__ == "Sampling":
            module.draws = iter(torch.from_numpy(file[f"draws_{name}"]))
    if hasattr(script, "augment"):
        script.augment = lambda x, *_: x  # type: ignore[attr-defined]
    return model


def judged(folder: Path, stem: str) -> dict[str, Any]:
    torch.set_num_threads(1)
    script = loaded(folder / f"{stem}.py")
    # A test of its own looks at the picture.
    script.draw_gradients = lambda *_: None  # type: ignore[attr-defined]
    examples = script.load_examples()
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        proved = script.prove(script.load_model(), *examples)
        model = silenced(script, script.load_model(), folder, stem)
        options = {"shuffle": False} if "shuffle" in inspect.signature(
            script.train).parameters else {}
        model = script.train(model, *examples, STEPS, **options)
    expected = np.load(folder / f"{stem}_after.npz")
    model.eval()
    rows = torch.from_numpy(expected["asked"])
    with torch.no_grad():
        found = model(examples[0][rows])
    return {"stem": stem, "proved": proved, "told": told.getvalue().splitlines()[:3],
            "tolerance": script.TOLERANCE, "after": script.apart(found, expected["after"])}


def main() -> None:
    folder, *stems = sys.argv[1:]
    for stem in stems:
        try:
            found = judged(Path(folder), stem)
        except Exception as error:  # noqa: BLE001 - the others are judged all the same
            found = {"stem": stem, "error": f"{error!r} {traceback.format_exc()[-1500:]}"}
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
