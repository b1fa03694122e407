"""Every op, registered by importing the modules that hold them."""

from engine.kernels.ops import (  # noqa: F401
    activations,
    activations_further,
    augmentation,
    batches,
    convolution,
    dense,
    descent,
    dropout,
    embedding,
    gated,
    joins,
    layer_norm,
    limits,
    loss_ops,
    noise,
    norm,
    optimizers,
    optimizers_adaptive,
    pooling,
    prelu,
    recurrent,
    sampling,
    sequence_loss,
    simple_recurrent,
    softmax,
    statistics,
)
from engine.kernels.runtime.policy import OPS

__all__ = ["OPS"]
