"""Compiling what a project needs before its first step."""

from __future__ import annotations

import hashlib

from msgspec.structs import replace

from engine.compiling import Progress, compile_ops
from engine.data.rows import ByteRows
from engine.kernels.ops import catalogue
from engine.layers.weighted import AT_FIRST
from engine.plan import ops_of
from engine.spec import ProjectSpec
from engine.training.examples import Examples


def compile_for(project: ProjectSpec, examples: Examples,
                progress: Progress | None) -> None:
    """Compile the kernels of a project, or load them from the cache.

    Parameters
    ----------
    project : ProjectSpec
        The project.
    examples : Examples
        Its data.
    progress : callable, optional
        Called with what is being compiled and the share that is done.
    """
    form = _form(project, examples)
    if form in _KNOWN:
        return
    precision = project.training.precision
    needed = ops_of(project, examples.inputs.shape[1], examples.targets.shape[1],
                    examples.image_shape, is_weighted=examples.class_weights is not None,
                    is_bytes=isinstance(examples.inputs, ByteRows))
    names = [name for name in needed if not catalogue.OPS[name].is_compiled(precision)]
    compile_ops(names, precision, progress)
    _KNOWN.add(form)


_KNOWN: set[bytes] = set()
"""Forms whose ops are all there: many networks of a sweep differ in first weights alone."""


def _form(project: ProjectSpec, examples: Examples) -> bytes:
    """Return a digest of all that decides which ops a project needs."""
    layers = [(layer.kind, {key: value for key, value in layer.options.items()
                            if key not in AT_FIRST}, layer.inputs, layer.frozen, layer.l1, layer.l2,
               layer.weight_decay) for layer in project.network]
    training = replace(project.training, seed=0, learning_rate=0.0, steps=0)
    told = (layers, training, examples.inputs.shape[1], examples.targets.shape[1],
            examples.image_shape, examples.class_weights is not None,
            isinstance(examples.inputs, ByteRows))
    return hashlib.blake2b(repr(told).encode(), digest_size=16).digest()
