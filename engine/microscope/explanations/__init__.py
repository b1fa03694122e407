"""What explains every op: importing it registers all of them."""

from engine.microscope.explanations import (  # noqa: F401
    activations,
    chance,
    convolution,
    dense,
    descent,
    gathering,
    gru,
    layer_norms,
    losses,
    lstm,
    mixing,
    ngrams,
    normalising,
    optimizers,
    pooling,
    recurrent,
    rows,
    simple_recurrent,
    tokens,
    transcription,
)
