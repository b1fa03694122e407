"""Runs exported Keras scripts; has nothing of the project, and says a line of JSON for each.

    python run_keras.py FOLDER

Every folder in it holds one export, and ``after.npz`` with what was trained elsewhere.
"""

import importlib.util
import json
import sys
import traceback
from pathlib import Path

import numpy as np


def load(path):
    spec = importlib.util.spec_from_file_location(path.parent.name.replace("-", "_"), path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def apart(found, expected):
    return float(np.max(np.abs(found - expected) / np.maximum(np.abs(expected), 1.0)))


def run(folder):
    module = load(folder / "case.py")
    examples = module.load_examples()
    module.draw_gradients = lambda *_: None
    found = {"proof": module.prove(*examples), "tolerance": module.TOLERANCE}
    with np.load(folder / "after.npz") as file:
        asked, outputs, steps = file["asked"], file["outputs"], int(file["steps"])
    model = module.load_model()
    if hasattr(module, "without_chance"):
        model = module.without_chance(model)
    module.train(model, *examples, steps, chance=False)
    found["after"] = apart(model.predict_on_batch(examples[0][asked]), outputs)
    found["answers"] = np.shape(module.predict(model, examples[0][asked]))[0]
    return found


def main():
    for folder in sorted(Path(sys.argv[1]).iterdir()):
        try:
            found = run(folder)
        except Exception:  # noqa: BLE001 - whatever it is, it is what a test asks
            found = {"error": traceback.format_exc()[-1500:]}
        sys.stdout.write(json.dumps({"name": folder.name, **found}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
