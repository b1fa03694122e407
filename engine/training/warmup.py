"""Compiling what a project needs before its first step."""

from __future__ import annotations

from engine.compiling import Progress, compile_ops
from engine.data.rows import ByteRows
from engine.kernels.ops import catalogue
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
    precision = project.training.precision
    needed = ops_of(project, examples.inputs.shape[1], examples.targets.shape[1],
                    examples.image_shape, is_weighted=examples.class_weights is not None,
                    is_bytes=isinstance(examples.inputs, ByteRows))
    names = [name for name in needed if not catalogue.OPS[name].is_compiled(precision)]
    compile_ops(names, precision, progress)
