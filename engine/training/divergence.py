"""Finding out where a number first went out of range."""

from __future__ import annotations

import numpy as np

from engine.errors import DivergedError
from engine.kernels.runtime import layout
from engine.layers import Value, place
from engine.plan import Plan


def explain(plan: Plan, step: int) -> DivergedError:
    """Return an error that names the first layer with a number that is not finite.

    Parameters
    ----------
    plan : Plan
        The network as the loop left it, before the update of ``step``.
    step : int
        The step that failed.
    """
    batch = int(plan.shared.control[layout.BATCH])
    for position, layer in enumerate(plan.layers):
        if not _finite(plan, layer.output.data, layer.output, batch):
            return DivergedError("diverged.activation", place=place(position, layer.spec),
                                 layer_id=layer.spec.id, step=step)
    for position, layer in reversed(list(enumerate(plan.layers))):
        gradients = plan.arena[layer.first + plan.parameters:][:layer.size]
        if not np.isfinite(gradients).all():
            return DivergedError("diverged.gradient", place=place(position, layer.spec),
                                 layer_id=layer.spec.id, step=step)
    return DivergedError("diverged.loss", step=step)


def _finite(plan: Plan, offset: int, value: Value, batch: int) -> bool:
    return bool(np.isfinite(plan.arena[offset:offset + value.size * batch]).all())
