"""What explains every op: importing it registers all of them."""

from engine.microscope.explanations import (  # noqa: F401
    activations,
    dense,
    descent,
    gathering,
    gru,
    images,
    losses,
    lstm,
    mixing,
    normalising,
    recurrent,
    simple_recurrent,
)
