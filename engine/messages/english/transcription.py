"""Words about sequences that are read into text."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry, Fault

WORDS: Mapping[str, Entry] = {
    "output.text-shape": Fault(
        "{place}",
        "the network gives {given} for texts of {characters} different {characters|character|"
        "characters}",
        "at every step one number for each character, and before them one for the blank: {width} "
        "in all", "{remedy}"),
    "output.text-sequence":
        "Let every layer give a sequence of steps, the last one a dense layer of {units} "
        "{units|unit|units}",
    "output.text-steps": Fault(
        "{place}",
        "the network gives {steps} {steps|step|steps}, in which the longest text cannot be written",
        "{needed} at least: one for each character, and one between two equal ones",
        "Let convolutions and pooling leave more steps, or leave out the longest texts"),
    "scores.text": "Wrong characters in training {training:percent}",
    "scores.texts":
        "Wrong characters in training {training:percent}, in validation {validation:percent}",
    "unread.title": "Nothing is read yet.",
    "unread.told":
        "{errors:percent} of the characters are wrong: an empty text would do as well. With this "
        "loss a network learns first to give blanks, and the characters come later: wait, raise "
        "the learning rate, or give it more units.",
    "unread.fired":
        "Rule: {errors:percent} of the characters wrong ≥ {limit:percent} at step {step:whole}.",
    "overfitting.unproven-text":
        "{scores}: what was learned does not hold for other examples. More examples or other "
        "inputs are needed.",
    "learned.fired-text":
        "Rule: at most {limit:percent} of the characters wrong on the training examples.",
    "slow.falling-text":
        "The loss is falling: {half:number,3} when the run was half as long, {now:number,3} now. "
        "{scores}.",
    "outcome.scores-text":
        "Of the characters in training and validation, {training:percent} and {validation:percent} "
        "are wrong for B, {a_training:percent} and {a_validation:percent} for A.",

    "microscope.ctc-places":
        "The places of each text, as outputs: its characters, and the blank, 0, before, between "
        "and behind them.",
    "microscope.ctc-characters": "How many characters each text has.",
    "microscope.ctc-share":
        "What each text counts for: a share of the batch, spread over its characters; 0 where "
        "there are too few steps for it.",
    "microscope.ctc-leap":
        "1 where a reading may leave out the blank before a place: at a character that differs "
        "from the one before.",
    "microscope.ctc-ends":
        "1 where a reading may end: at the last character, and at the blank behind it.",
    "microscope.ctc-start": "Every reading begins before the text, at the first blank.",
    "microscope.ctc-at-places":
        "The probability that each step gives the output of each place of the text.",
    "microscope.ctc-way":
        "Step {step:whole}, forward: to a place one comes from itself, from the place before, or "
        "past a blank; all ways to it, times its own probability.",
    "microscope.ctc-ways":
        "Step {step:whole}: all ways together. They are divided by it, lest the products become "
        "too small for the computer.",
    "microscope.ctc-text":
        "The logarithm of the probability of each text: of all its readings together.",
    "microscope.ctc-loss": "The loss: how improbable the texts are, for each of their characters.",
    "microscope.ctc-end": "After the last step, nothing more has to come.",
    "microscope.ctc-rest":
        "Step {step:whole}, backward: the ways from each place on to the end, without this step's "
        "own probability.",
    "microscope.ctc-part":
        "Step {step:whole}: the share of the readings that stand at each place: the ways to it "
        "times the ways on.",
    "microscope.ctc-parts": "The shares of all steps, put behind one another.",
    "microscope.ctc-wanted":
        "The shares of all places with the same output, added up: what the readings want of each "
        "step. They sum to 1.",
    "microscope.ctc-gradient":
        "What the network gives minus what the readings want, for each of a text's characters. "
        "Nobody has said at which step a character has to come.",
    "mistake.text-length-forgotten": "Length of the text forgotten",
    "mistake.text-length-forgotten-shows":
        "The gradient of a text of five characters is five times too large: the loss is a mean "
        "over characters, and long texts drown short ones.",
    "mistake.own-step-twice": "Own step counted twice",
    "mistake.own-step-twice-shows":
        "The ways to a place and the ways on both hold this step's own probability, and it was not "
        "divided out once: what is probable already is pushed further.",
    "mistake.way-on-forgotten": "Way on to the end forgotten",
    "mistake.way-on-forgotten-shows":
        "Only the ways that lead to a place are counted, not those that lead on from it: places "
        "from which the text cannot be finished are wanted, too.",
    "mistake.one-reading-only": "Likeliest place only",
    "mistake.one-reading-only-shows":
        "At every step all is asked of one place, as if it were known where the characters stand. "
        "The loss is a sum over all readings, and its slope is their mean.",
    "mistake.blank-forgotten": "Blank left out",
    "mistake.blank-forgotten-shows":
        "The readings' share of blanks is left out, so that the blank is pushed down at every "
        "step, although most steps say nothing.",

    "training.character": Fault(
        "{title}, example {example}, character {place}", "number {value}",
        "a whole number from 0 to {largest}, or -1 behind the end of a text",
        "Number the characters in the order of their names"),
}
