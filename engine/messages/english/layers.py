"""What is wrong with layers, their options and their shapes."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry, Fault

WORDS: Mapping[str, Entry] = {
    "place.layer": "Layer {position} ({title})",
    "place.position": "Layer {position}",

    "value.of-type": "a value of type {type}",
    "value.none": "none",

    "field.one-of-these": "one of these",
    "field.one-of-them": "one of them",
    "field.text": "a text",
    "field.not-a-text": "{value} is not a text",
    "field.whole-between": "a whole number from {low:general} to {high:general}",
    "field.whole-from": "a whole number from {low:general} on",
    "field.number-between": "a number from {low:general} to {high:general}",
    "field.number-from": "a number from {low:general} on",
    "field.not-true-or-false": "{value} is not true or false",
    "field.not-a-number": "{value} is not a number",
    "field.not-whole": "{value} is not a whole number",
    "field.none-of": "{value} is none of {choices:list}",
    "field.below": "{value} is below {limit:general}",
    "field.above": "{value} is above {limit:general}",
    "field.not-finite": "{value} is not finite",
    "field.refused": "{title}: {problem}.",

    "shape.row": "{size:whole} numbers in a row",
    "shape.axes": "shape {shape:shape}",
    "rank.row": "a flat row of numbers",
    "rank.sequence": "a sequence, steps x features",
    "rank.image": "an image, height x width x channels",

    "layer.rank": Fault("{place}", "an input of {shape}", "{wanted:any}", "{remedy}"),
    "layer.flatten-before": "Add a Flatten layer before it",
    "layer.reshape-before": "Add a Reshape layer before it",
    "layer.give-every-state": "Let {layer} give every state by setting its Output to Every state",
    "layer.window": Fault(
        "{place}", "an input of {axis} along an axis", "at least {size}",
        "Choose a smaller window, or another layer before it"),
    "layer.input-fed": Fault(
        "{place}", "{count} layers before it", "none", "Make it the first layer"),
    "layer.add-shapes": Fault(
        "{place}", "inputs of shapes {shapes:shapes}", "one shape",
        "Give the layers that feed it equal widths"),
    "layer.concatenate-shapes": Fault(
        "{place}", "inputs of shapes {shapes:shapes}", "shapes that differ in the last number only",
        "Choose layers that fit"),
    "layer.inputs-exactly": Fault(
        "{place}", "{count} {count|input|inputs}", "{wanted}",
        "Choose the layers that feed this one"),
    "layer.inputs-between": Fault(
        "{place}", "{count} {count|input|inputs}", "{fewest} to {most}",
        "Choose the layers that feed this one"),
    "layer.output-units": Fault(
        "Output layer", "{units} units for {classes} classes", "{wanted:any}",
        "Change the units of the last layer"),
    "layer.reshape-size": Fault(
        "{place}", "an input of {size:whole} numbers", "{shape:shape} = {wanted:whole}",
        "Choose lengths whose product is {size:whole}, or feed it {wanted:whole} numbers"),
    "layer.sampling-odd": Fault(
        "{place}", "an input of {size} numbers",
        "an even number: as many means as logarithms of variances",
        "Give the layer before it twice as many units as the code has numbers"),
    "layer.unknown-kind": Fault(
        "{place}", "a layer of kind {kind:name}", "one of {known:list}",
        "Remove this layer or open the file with a newer Backprop Lab"),
    "layer.sources": Fault(
        "{place}", "{found}", "layers before it, each once", "Choose other inputs for this layer"),
    "layer.input-twice": "it names an input twice",
    "layer.input-behind": "its input {layer} does not stand before it",
    "layer.input-unknown": "its input {name:name} does not exist",

    "layer.not-input-first": Fault(
        "Layer 0", "it is of kind {kind:name}, but the first layer must be of kind input",
        "'input'", "Put an input layer before it"),
    "layer.id": Fault(
        "Layer {position}",
        "the id {name:name} is empty, too long, used twice, or holds a slash or what is no letter",
        "a name that no other layer has", "Give every layer an id of its own"),
    "layer.second-input": Fault(
        "Layer {position}", "it is another input layer", "one, at the start", "Remove it"),
    "layer.no-option": Fault(
        "{place}", "it has no option {option:name}", "{known:list}", "Remove it"),
    "layer.option": Fault("{place}", "{title}: {problem}", "{expected}", "Change it"),
    "layer.frozen": Fault(
        "Layer {position}", "frozen: {value} is not true or false", "one of them", "Change it"),
    "layer.penalty": Fault(
        "Layer {position}", "{title}: {value}",
        "a finite number from 0 on, or nothing for the training's own", "Change it"),
    "layer.beyond": Fault(
        "{place}", "{key}: {value} is more than {precision} holds", "at most {most:general}",
        "Make it smaller"),
    "layer.no-tokens": Fault(
        "{place}", "the data are no tokens", "a text", "Remove this layer or choose a text"),
    "layer.fed-by-numbers": Fault(
        "{place}", "it is fed by numbers that a layer computes", "the data’s tokens",
        "Let the input layer feed it"),
    "layer.vocabulary": Fault(
        "{place}", "Vocabulary: {room:whole}, but the text has {tokens:whole} different tokens",
        "{tokens:whole} at least", "Set it to {tokens}"),
    "layer.too-large": Fault(
        "{place}", "it gives {size:whole} numbers for an example", "at most {most:whole}",
        "Let it, or a layer before it, give fewer"),
    "layer.unread": Fault(
        "{place}", "no layer reads its output", "one at least",
        "Remove it, or make it an input of a later layer"),

    "output.shape": Fault(
        "{place}", "the network gives {given} for {asked}", "{wanted:any_shape}", "{remedy}"),
    "output.row": "{size} {size|number|numbers}",
    "output.array": "an array of shape {shape:shape}",
    "output.classes": "{classes} {classes|class|classes}",
    "output.classes-at-steps":
        "{classes} {classes|class|classes} at each of {steps} {steps|step|steps}",
    "output.predicted": "{count} {count|value|values} to predict",
    "output.reconstructed": "{count} {count|value|values} to reconstruct",
    "output.set-units": "Set the units of the last dense layer to {units}",
    "output.give-sequence":
        "Let every layer give a sequence of as many steps as go in, the last one a dense layer of "
        "{units} {units|unit|units}",
    "output.flatten": "Add a Flatten layer",
    "output.flatten-and-dense":
        "Add a Flatten layer and a dense layer of {units} {units|unit|units}",
}
"""Templates by code."""
