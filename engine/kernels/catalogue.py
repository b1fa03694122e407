"""Every op, registered by importing the modules that hold them."""

from engine.kernels import (  # noqa: F401
    activations,
    batches,
    dense,
    dropout,
    joins,
    losses,
    optimizers,
    statistics,
)
from engine.kernels.policy import OPS

__all__ = ["OPS"]
