"""Record what runs come to, byte for byte, so that no change of the engine's form changes a number.

In the project's folder, on a state whose numbers are right::

    python -m tests.golden.make_same_bytes         # what has no record yet, or is another project
    python -m tests.golden.make_same_bytes --all   # everything anew

Bytes are those of one processor, Numba and NumPy; on others, the coarse figures count.

A process that compiles a kernel may run other code than one that loads it: where a function is not
inlined, the copy counts that was compiled first. So kernels are compiled by one process, and runs
are those of another.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm
import msgspec
import numba
import numpy as np
from numba.core.registry import cpu_target

from engine.compiling import LOOP, command
from engine.data.rows import ByteRows
from engine.data.sources import load
from engine.plan import ops_of
from engine.spec import ProjectSpec
from engine.training import Trainer
from engine.training.examples import prepare
from tests.golden.same_bytes_cases import STEPS, made, templates

TARGET = Path(__file__).parent / "same_bytes.json"

COLUMNS = ("loss", "validation_loss", "validation_accuracy", "learning_rate", "gradient_norm",
           "clipped_norm", "gradient_rms", "gradient_max", "gradient_zero_share",
           "gradient_nonfinite", "update_ratio")
"""What is compared of a row: columns that are added later change no record."""

SHOWN = (0, 1, 2, 4, 9, 19, 49, 99, 199)
"""Steps of which the loss is recorded as a number."""


def surroundings() -> dict[str, str]:
    """Return what bytes depend on beside the program."""
    _, processor, features = cpu_target.target_context.codegen().magic_tuple()
    return {"processor": processor,
            "features": hashlib.sha256(features.encode()).hexdigest()[:16],
            "llvm": ".".join(map(str, llvm.llvm_version_info)),
            "numba": numba.__version__, "numpy": np.__version__}


def ops_in(project: ProjectSpec) -> tuple[str, ...]:
    """Return the names of the ops that a project needs."""
    data = load(project.data)
    examples = prepare(project, data, data.validation[:1])
    return ops_of(project, examples.inputs.shape[1], examples.targets.shape[1],
                  examples.image_shape, is_weighted=examples.class_weights is not None,
                  is_bytes=isinstance(examples.inputs, ByteRows))


def compile_elsewhere(projects: Iterable[ProjectSpec]) -> None:
    """Let another process compile what is not compiled yet."""
    needed: dict[str, set[str]] = {}
    for project in projects:
        needed.setdefault(project.training.precision, {LOOP}).update(ops_in(project))
    # Such a process ends when its input does.
    started = [subprocess.Popen([*command(), precision, *sorted(names)], stdin=subprocess.PIPE,
                                stdout=subprocess.DEVNULL) for precision, names in needed.items()]
    assert [process.wait() for process in started] == [0] * len(started)


def outcome(project: ProjectSpec) -> dict[str, Any]:
    """Train with one thread; return hashes of all weights and rows, and coarse figures."""
    run = Trainer(project, load(project.data), threads=1)
    while run.step < STEPS and run.ended is None:
        assert run.run(STEPS - run.step, budget_s=1000.0) > 0
    learned = run.weights()
    digest = hashlib.sha256()
    for name in sorted(learned):
        digest.update(name.encode() + b"\0" + learned[name].tobytes())
    steps, rows, _ = run.ring.read(0)
    kept = [place for place, name in enumerate(run.ring.columns)
            if name.rpartition("/")[2] in COLUMNS]
    names = " ".join(run.ring.columns[place] for place in kept)
    history = np.ascontiguousarray(rows[:, kept])
    losses = rows[:, run.ring.columns.index("loss")]
    return {
        "weights": digest.hexdigest()[:16],
        "rows": hashlib.sha256(names.encode() + steps.tobytes() + history.tobytes())
        .hexdigest()[:16],
        "losses": [float(f"{losses[place]:.6g}") for place in SHOWN if place < len(losses)],
        "rms": {name: float(f"{np.sqrt(np.mean(np.square(array, dtype=np.float64))):.6g}")
                for name, array in learned.items()},
    }


def read() -> dict[str, Any]:
    """Return what is recorded."""
    if not TARGET.exists():
        return {"surroundings": surroundings(), "cases": {}}
    found: dict[str, Any] = json.loads(TARGET.read_text("utf-8"))
    return found


def project_of(case: dict[str, Any]) -> ProjectSpec:
    """Return the project of a recorded case."""
    return msgspec.convert(case["project"], ProjectSpec)


def nameless(project: ProjectSpec) -> ProjectSpec:
    """Return a project without what no number depends on."""
    return msgspec.structs.replace(project, name="")


def tell_outcomes(names: list[str]) -> None:
    """Write what recorded projects come to here and now, as JSON by name."""
    projects = {name: project_of(read()["cases"][name]) for name in names}
    compile_elsewhere(projects.values())
    json.dump({name: outcome(project) for name, project in projects.items()}, sys.stdout)


def main(arguments: list[str]) -> None:
    """Write the file, or with ``--tell`` only tell what the cases named behind it come to."""
    if arguments[:1] == ["--tell"]:
        tell_outcomes(arguments[1:])
        return
    table = read()
    if "--all" in arguments:
        table = {"surroundings": surroundings(), "cases": {}}
    elif table["surroundings"] != surroundings():
        sys.exit("The record was made elsewhere: see `surroundings` in it. Make everything anew "
                 "with --all, on a state whose numbers are right.")
    cases = table["cases"]
    new = {name: project for name, project in (templates() | made()).items() if name not in cases
           or nameless(project_of(cases[name])) != nameless(project)}
    compile_elsewhere(new.values())
    for name, project in new.items():
        cases[name] = {"project": msgspec.to_builtins(project), **outcome(project)}
        sys.stdout.write(f"{name}: {cases[name]['losses'][-1]:.4g}\n")
    lines = [f"{json.dumps(name)}: {json.dumps(case, separators=(',', ':'))}"
             for name, case in cases.items()]
    TARGET.write_text('{"surroundings": ' + json.dumps(table["surroundings"]) + ',\n"cases": {\n'
                      + ",\n".join(lines) + "\n}}\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
