"""The interpreter in which PyTorch, Keras and onnxruntime are installed, if there is one."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

VARIABLE = "BACKPROP_LAB_FRAMEWORKS"
"""Names the interpreter, such as ``/tmp/frames/bin/python``."""

PYTHON = os.environ.get(VARIABLE, "")

with_frameworks = pytest.mark.skipif(
    not PYTHON, reason=f"{VARIABLE} names no interpreter that has the frameworks")

LONGEST_S = 3000


def answers_of(script: Path, folder: Path, **environment: str) -> Mapping[str, Any]:
    """Run a script there on a folder; return what it says of every project, a line of JSON each."""
    # Nothing of this project is to be seen there.
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run(
        [PYTHON, str(script), str(folder)], env={**kept, **environment}, capture_output=True,
        text=True, timeout=LONGEST_S, check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    found = {line.pop("name"): line for line in lines}
    if done.returncode:
        found[""] = {"error": done.stderr[-2000:]}
    return found
