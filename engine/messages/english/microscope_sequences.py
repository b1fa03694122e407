"""What the microscope says of recurrent layers."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry

WORDS: Mapping[str, Entry] = {
    "microscope.time-start": "The state before the first step is 0.",
    "microscope.time-taken-up": "The first step goes on from the last state of the batch before.",
    "microscope.time-kept": "The last state is kept for the next batch.",
    "microscope.time-start-cell": "The cell before the first step is 0.",
    "microscope.time-taken-up-cell":
        "The first step goes on from the last cell of the batch before.",
    "microscope.time-kept-cell": "The last cell is kept for the next batch.",
    "microscope.time-weighted-sum":
        "Step {step:whole}: every unit weighs this step's features and the state before, and adds "
        "its bias.",
    "microscope.time-weighted-sum-only":
        "Step {step:whole}: every unit weighs this step's features and the state before.",
    "microscope.time-state": "Step {step:whole}: the function makes the new state.",
    "microscope.time-input-gate":
        "Step {step:whole}: the input gate, how much of the new goes into the cell.",
    "microscope.time-forget-gate":
        "Step {step:whole}: the forget gate, how much of itself the cell keeps.",
    "microscope.time-cell-candidate": "Step {step:whole}: what is new for the cell.",
    "microscope.time-output-gate":
        "Step {step:whole}: the output gate, how much of the cell is shown.",
    "microscope.time-cell":
        "Step {step:whole}: the cell keeps a part of itself and takes in a part of the new.",
    "microscope.time-state-of-cell":
        "Step {step:whole}: the state is what the output gate shows of the cell.",
    "microscope.time-features-sum":
        "Step {step:whole}: what this step's features bring to gates and candidate.",
    "microscope.time-state-sum":
        "Step {step:whole}: what the state before brings to gates and candidate.",
    "microscope.time-reset-gate":
        "Step {step:whole}: the reset gate, how much the candidate sees of the state before.",
    "microscope.time-update-gate":
        "Step {step:whole}: the update gate, how much of the state before stays.",
    "microscope.time-candidate": "Step {step:whole}: the candidate for the new state.",
    "microscope.time-mixed":
        "Step {step:whole}: the update gate mixes the candidate with the state before.",
    "microscope.time-states": "The states of all steps, put behind one another.",
    "microscope.time-last-state": "What the layer gives is the state after the last step.",
    "microscope.time-before": "The states before each step, put behind one another.",

    "microscope.time-borders":
        "Truncation: 0 where a block of {count:whole} {count|step|steps} begins, and nothing goes "
        "further back.",
    "microscope.time-state-gradient":
        "Step {step:whole}: what the layers above ask of this state, and what comes back from the "
        "step after it.",
    "microscope.time-state-gradient-later":
        "Step {step:whole}: nothing above sees this state, so all comes back from the step after "
        "it.",
    "microscope.time-state-gradient-last":
        "Step {step:whole} is the last: only the layers above ask something of its state.",
    "microscope.time-state-gradient-cut":
        "Step {step:whole}: truncation lets nothing through from the step after it.",
    "microscope.time-argument-gradient":
        "Step {step:whole}: the error of the state times the slope of the function there.",
    "microscope.time-cell-gradient":
        "Step {step:whole}: what comes to the cell through its state, and along the cell from the "
        "step after it, times the forget gate there.",
    "microscope.time-cell-gradient-last":
        "Step {step:whole}: what comes to the cell through its state; nothing comes along the "
        "cell.",
    "microscope.time-gate-gradient":
        "Step {step:whole}: the error of {gate}, which is a factor of a product: the error of that "
        "product times the other factor.",
    "microscope.time-arguments-gradient":
        "Step {step:whole}: the errors under all gates side by side, as their weights stand, each "
        "times the slope there.",
    "microscope.time-state-sum-gradient":
        "Step {step:whole}: the same errors for what the state brought; the candidate's passes the "
        "reset gate.",
    "microscope.time-errors": "The errors of all steps, put behind one another.",
    "microscope.time-input-gradient":
        "The errors of every step go back through the same weights to its features.",
    "microscope.time-weights-gradient":
        "The same weights are used in every step: error times feature, summed over steps and "
        "batch.",
    "microscope.time-recurrent-gradient":
        "The same weights are used in every step: error times the state before, summed over steps "
        "and batch.",
    "microscope.time-biases-gradient": "The errors of a unit, summed over steps and batch.",
}
"""Templates by code."""
