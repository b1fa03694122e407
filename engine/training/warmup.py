"""Compiling what a project needs before its first step."""

from __future__ import annotations

from collections.abc import Callable

from engine.kernels import catalogue, tile
from engine.kernels.driver import run_steps
from engine.plan import ops_of
from engine.spec import ProjectSpec
from engine.training.examples import Examples


def compile_for(project: ProjectSpec, examples: Examples,
                progress: Callable[[str, float], None] | None) -> None:
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
                    examples.image_shape)
    names = [name for name in needed if not catalogue.OPS[name].is_compiled(precision)]
    report = progress or (lambda text, share: None)
    report("matrix product", 0.0)
    tile.install(precision)
    for done, name in enumerate(names):
        report(name.replace("_", " "), (done + 1) / (len(names) + 2))
        catalogue.OPS[name].address(precision)
    report("training loop", (len(names) + 1) / (len(names) + 2))
    run_steps.compile(DRIVER)
    report("ready", 1.0)


DRIVER = "int64(int64[:,::1], int64[::1], int64, int64[::1], float64[:,::1], float64[::1], " \
         "int64[::1], float64[::1], float64[:,::1], int64)"
"""Signature of the loop, so that it can be compiled before there is a network."""
