"""Draws new weights with exported scripts, and says what came of it; has nothing of the project.

    python run_starts.py FOLDER

Every folder in it holds one export. What is drawn with each seed goes to ``fresh.npz`` beside it,
by the names that the framework has for its arrays; a line of JSON is said for each.
"""

import importlib.util
import inspect
import json
import sys
import traceback
from pathlib import Path

import numpy as np

SEEDS = (1, 2, 3, 4)


def load(path):
    spec = importlib.util.spec_from_file_location(path.parent.name.replace("-", "_"), path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def arrays_of(module, model):
    if hasattr(module, "path_of"):
        return {module.path_of(one): module.ops.convert_to_numpy(one) for one in model.weights}
    return {name: array.detach().cpu().numpy() for name, array in model.state_dict().items()}


def run(folder):
    module = load(folder / "case.py")
    examples = module.load_examples()
    given = ()
    if "inputs" in inspect.signature(module.fresh_model).parameters:
        given = (examples[0][examples[2]],)
    drawn = [arrays_of(module, module.fresh_model(seed, *given)) for seed in SEEDS]
    again = arrays_of(module, module.fresh_model(SEEDS[0], *given))
    np.savez(folder / "fresh.npz", **{
        name: np.stack([one[name] for one in drawn]) for name in drawn[0]})
    return {"repeats": all((again[name] == array).all() for name, array in drawn[0].items())}


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
