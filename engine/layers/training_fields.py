"""What a training has beside loss, optimizer and learning rate, described as layer options are."""

from __future__ import annotations

from engine.spec import AveragingSpec
from engine.spec.fields import Choice, Field

LARGEST_SEED = 2**32 - 1

CLIP_VALUE = Field(
    "clip_value", "Clip by value", 0.0,
    "Largest magnitude c of one gradient: g ← min(max(g, −c), c).", 1e-6, 1e6, logarithmic=True)
CLIP_NORM = Field(
    "clip_norm", "Clip by norm", 0.0,
    "Largest norm c of all gradients together: g ← g × min(1, c / ‖g‖), after clipping by value.",
    1e-6, 1e6, logarithmic=True)
MAX_NORM = Field(
    "max_norm", "Max-norm", 0.0,
    "Largest norm c of the weights into one unit, after every update: w ← w × min(1, c / ‖w‖).",
    1e-6, 1e6, logarithmic=True)

STOPPING = (
    Field("epochs", "Epochs", 0, "Ends training after so many epochs.", 1, 10_000_000, "epochs",
          logarithmic=True),
    Field("seconds", "Seconds", 0.0, "Ends training after so many seconds of training.",
          0.1, 1e6, "s", logarithmic=True),
    Field("loss", "Training loss at most", 0.0,
          "Ends training when the mean loss over an epoch’s batches is at most this.",
          1e-12, 1e6, logarithmic=True),
    Field("accuracy", "Accuracy at least", 0.0,
          "Ends training when the validation accuracy is at least this share: R² for values, of "
          "texts 1 less the share of wrong characters.",
          0.01, 1.0),
    Field("patience", "Patience", 0,
          "Early stopping: ends training when the validation loss has not become smaller for so "
          "many epochs, and brings the best weights back.", 1, 1_000_000, "epochs",
          logarithmic=True),
    Field("convergence", "Convergence", 0.0,
          "Ends training when the training loss of an epoch differs from that of the epoch before "
          "by less than this share: |Lₖ − Lₖ₋₁| < c Lₖ₋₁.", 1e-9, 1.0, logarithmic=True),
)
"""The fields of `engine.spec.StoppingSpec`."""

STEPS = Field("steps", "Steps", 0, "Pauses training every so many steps, even within an epoch.",
              1, 1_000_000_000, "steps", logarithmic=True)

AVERAGING = (
    Field("kind", "Average", "none",
          "An average of all weights over the steps, kept beside those that are trained. Where "
          "there is one, validation, accuracy and predictions are those of the average; the loss "
          "of the batches, gradients and figures of layers are those of the weights themselves. "
          "Running means and variances of batch norm are averaged too.",
          choices=(Choice("none", "None"),
                   Choice("exponential", "Exponential",
                          "Every step: ā ← ā + (1 − decay) (w − ā)."),
                   Choice("equal", "Equal",
                          "Every step since the start counts alike (Polyak and Juditsky 1992; "
                          "Izmailov et al. 2018): ā ← ā + (w − ā) / (n + 1)."))),
    Field("decay", "Decay", 0.99, "Share of the average that a step leaves: 0.99 looks back over "
          "about 100 steps.", 0.0, 0.999999, shown_when=("kind", ("exponential",))),
    Field("start", "Start", 0, "Epochs that are over before the average begins.", 0, 1_000_000,
          "epochs", shown_when=("kind", ("exponential", "equal"))),
)
"""The fields of `engine.spec.AveragingSpec`."""


def averaging_fields(averaging: AveragingSpec) -> tuple[Field, ...]:
    """Return the fields of an average that have a meaning."""
    return tuple(field for field in AVERAGING
                 if field.shown_when is None or averaging.kind in field.shown_when[1])


CLASS_WEIGHTS = Field(
    "class_weights", "Class weights", "none",
    "Balanced: every class counts alike in the loss, however rare. An example weighs w = n / "
    "(classes × examples of its class), of n training examples, and L = Σ w l / Σ w over the "
    "batch. Training and validation loss are both weighted; accuracy is not.",
    choices=(Choice("none", "None"), Choice("balanced", "Balanced")))

PRECISION = Field(
    "precision", "Precision", "float32",
    "Bits of every number; 64 see gradients that 32 round to 0. Another precision begins a new "
    "run.", choices=(Choice("float32", "32 bits"), Choice("float64", "64 bits")))
SEED = Field("seed", "Seed", 42, "Fixes initial weights, order of examples and dropout. Another "
             "seed begins a new run.", 0, LARGEST_SEED)
SHUFFLE = Field("shuffle", "Shuffle every epoch", True,
                "Draws a new order of the examples in every epoch.")
