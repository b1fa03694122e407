"""What a project can be written as."""

from __future__ import annotations

from engine.errors import EngineError
from engine.export.keras.script import write_keras
from engine.export.notebook import write_notebook
from engine.export.onnx.writer import write_onnx
from engine.export.plain.script import write_numpy
from engine.export.pytorch.script import write_pytorch
from engine.export.target import Target

_TARGETS = (
    Target("pytorch", "PyTorch script",
           "A script that proves itself, trains and predicts, with weights and examples beside it.",
           (".py", ".safetensors", ".npz"), write_pytorch),
    Target("keras", "Keras script",
           "A script for Keras 3 on any of its backends that proves itself, trains and predicts, "
           "with weights and examples beside it.",
           (".py", "_weights.npz", ".npz"), write_keras),
    Target("onnx", "ONNX model",
           "A model that onnxruntime and many other programs run, with a script that checks it.",
           (".onnx", "_check.py", "_check.npz"), write_onnx),
    Target("notebook", "Jupyter notebook",
           "The PyTorch script in cells that explain themselves.",
           (".ipynb", ".safetensors", ".npz"), write_notebook),
    Target("numpy", "NumPy script",
           "A script without any library but NumPy: layers that go forward and back by themselves.",
           (".py", ".npz"), write_numpy),
)

TARGETS = {target.key: target for target in _TARGETS}
"""Every target by key, in the order in which lists show them."""


def target(key: str) -> Target:
    """Return a target.

    Raises
    ------
    EngineError
        If there is none of this key.
    """
    if key not in TARGETS:
        raise EngineError("export.no-target", name=key, known=tuple(TARGETS))
    return TARGETS[key]
