"""Every op, registered by importing the modules that hold them."""

from engine.kernels.ops import (  # noqa: F401
    activations,
    augmentation,
    averaging,
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
    losses,
    ngrams,
    noise,
    norm,
    optimizers,
    pooling,
    prelu,
    recurrent,
    sampling,
    sequence_loss,
    simple_recurrent,
    softmax,
    statistics,
    transcription,
    weighted_losses,
)
from engine.kernels.runtime.policy import OPS

__all__ = ["OPS"]
