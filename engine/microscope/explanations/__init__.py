"""What explains every op: importing it registers all of them."""

from engine.microscope.explanations import (  # noqa: F401
    activations,
    convolution,
    dense,
    descent,
    gathering,
    losses,
    mixing,
    normalising,
    optimizers,
    pooling,
    recurrent,
)
