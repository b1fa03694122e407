"""The script that stands beside an ONNX model and holds it against what our engine computes."""

from __future__ import annotations

from engine.export.graph import Graph
from engine.export.script import needing
from engine.export.source import Source

SINGLE = 1e-5
"""Largest difference that rounding explains in float32."""

_CHECK = '''\
folder = Path(__file__).parent
kept = np.load(folder / "{stem}_check.npz")
session = onnxruntime.InferenceSession(folder / "{stem}.onnx", providers=["CPUExecutionProvider"])
(scores,) = session.run(["scores"], {{"inputs": kept["inputs"]}})

expected = kept["scores"]
difference = np.max(np.abs(scores - expected) / np.maximum(np.abs(expected), 1.0))
print(f"Scores of {{len(expected)}} examples: largest difference {{difference:.2e}}")
if not difference <= {tolerance}:
    sys.exit("The model does not compute what Backprop Lab does.")'''


def check_script(graph: Graph, stem: str, dtype: str, missing: tuple[str, ...]) -> bytes:
    """Return the text of the script.

    Parameters
    ----------
    graph : Graph
        What the model was made of.
    stem : str
        What the names of the files begin with.
    dtype : str
        Type of the model's numbers.
    missing : tuple[str, ...]
        Operators for which it is another one than the project's.
    """
    source = Source()
    source.begin("about")
    source.add(f'"""Runs {stem}.onnx on some examples and compares it with Backprop Lab.',
               "", "It needs NumPy and onnxruntime.", '"""')
    source.begin("imports")
    source.add("import sys", "from pathlib import Path", "")
    with needing(source, "numpy onnxruntime"):
        source.add("import numpy as np", "import onnxruntime")
    source.begin("check")
    if missing:
        source.comment(
            "The network was trained in float64. The model computes in float32, since onnxruntime "
            f"has no float64 kernels on a processor for {', '.join(missing)}.")
    tolerance = graph.proof.tolerance if dtype == graph.precision else SINGLE
    source.add(_CHECK.format(stem=stem, tolerance=tolerance))
    return source.joined().text.encode()
