"""A whole project as a NumPy script that proves itself, then trains."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.rows import ByteRows
from engine.errors import EngineError, SpecError
from engine.export.archive import packed_arrays
from engine.export.graph import Graph, GraphLayer
from engine.export.names import identifiers
from engine.export.plain import layers, rules, sequences, windows
from engine.export.plain.ops import OPS, Made
from engine.export.plain.starts import write_fresh
from engine.export.plain.training import network_text, training_text
from engine.export.rates import FACTORS, factor_text
from engine.export.script import (
    APART,
    asked_rows,
    input_arrays,
    loading,
    needing,
    write_comparison,
    write_expected,
    write_limits,
    write_main,
    written,
)
from engine.export.source import WIDTH, Source, filled
from engine.export.steps import steps_of
from engine.export.target import Written
from engine.layers import LOSSES, OPTIMIZERS, SCHEDULES
from engine.layers.augmentation import CHANGES
from engine.messages import say
from engine.microscope.preamble import HELPERS, helpers_of

LAYERS = {**layers.LAYERS, **windows.LAYERS, **sequences.LAYERS}
TAKEN = frozenset({"x", "np"})


class PlainScript:
    """The parts of a script, in their order.

    Parameters
    ----------
    graph : Graph
        The project.
    stem : str
        How the names of its files begin.

    Raises
    ------
    EngineError
        If the script cannot do what the engine does.
    """

    def __init__(self, graph: Graph, stem: str) -> None:
        self._graph, self._stem = graph, stem
        self._names = identifiers((layer.id for layer in graph.layers), TAKEN)
        self._made = [(layer, name, made) for layer in graph.layers
                      for name, made in self._objects(layer)]
        self._refuse()

    def _objects(self, layer: GraphLayer) -> list[tuple[str, Made]]:
        found = []
        for node in layer.nodes:
            if node.op not in OPS:
                raise SpecError("export.cannot", place=layer.place, target="NumPy", what=node.op)
            own = self._names[layer.id]
            # A person's names may hold quotes.
            named = replace(layer, parameters=tuple(
                replace(one, name=f"{own}/{one.own}") for one in layer.parameters))
            made = OPS[node.op](named, node)
            is_behind = made.suffix and node is not layer.nodes[0]
            found.append((f"{own}_{made.suffix}" if is_behind else own, made))
        return found

    def _refuse(self) -> None:
        """Raise EngineError for what the script does not do."""
        training = self._graph.training
        if training.loss.op not in rules.LOSSES:
            raise EngineError("export.no-loss", loss=LOSSES[training.loss.op].title,
                              target="NumPy")
        if training.optimizer.op not in rules.OPTIMIZERS:
            raise EngineError("export.no-optimizer", target="NumPy",
                              optimizer=OPTIMIZERS[training.optimizer.op].title)
        if training.schedule.op not in FACTORS:
            raise EngineError("export.no-schedule", target="NumPy",
                              schedule=SCHEDULES[training.schedule.op].title)
        if any(getattr(training.augmentation, key) for key in CHANGES):
            raise EngineError("export.no-augmentation", target="NumPy")
        if training.averaging.kind != "none":
            raise EngineError("export.no-averaging", target="NumPy")
        if training.stopping.accuracy:
            raise EngineError("export.no-score", task=self._graph.data.task, target="NumPy")

    @property
    def _reads_tokens(self) -> bool:
        return any(made.kind in ("Embedding", "NgramBag") for _, _, made in self._made)

    def arrays(self) -> Mapping[str, NDArray[Any]]:
        """Return what lies beside the script: weights, examples and what the proof needs."""
        graph = self._graph
        found: dict[str, NDArray[Any]] = {
            f"weights/{self._names[layer.id]}/{one.own}": graph.weights[one.name]
            for layer in graph.layers for one in layer.parameters}
        found |= input_arrays(graph.data, reads_tokens=self._reads_tokens)
        targets = graph.data.targets
        by_number = graph.training.loss.op in ("sequence_cross_entropy", "ctc")
        found["targets"] = targets.astype(np.int64) if by_number else targets
        found |= {"training": graph.data.training, "validation": graph.data.validation,
                  "expected_outputs": graph.proof.outputs}
        for name, draws in graph.proof.draws.items():
            found[f"draws/{self._names[name]}"] = draws
        return found

    def write(self) -> Source:
        """Return the script."""
        source = Source()
        for key, part in (("imports", self._write_imports), ("settings", self._write_settings),
                          ("layers", self._write_layers), ("model", self._write_model),
                          ("loss", self._write_loss), ("rules", self._write_rules),
                          ("training", self._write_training), ("proof", self._write_proof),
                          ("main", self._write_main)):
            source.begin(key)
            part(source)
        return source

    def _write_imports(self, source: Source) -> None:
        functions = {name for _, _, made in self._made for name in made.functions}
        source.add("import argparse")
        source.add(*(["import copy"] if self._graph.training.stopping.patience else []))
        factor = factor_text(self._graph.training.schedule)
        source.add(*(["import math"] if "math." in factor else []))
        source.add("import sys")
        source.add(*(["import time"] if self._graph.training.stopping.seconds else []))
        source.add(*(["from math import erfc"] if "gelu" in functions else []))
        source.add("from pathlib import Path", "")
        with needing(source, "numpy"):
            source.add("import numpy as np")

    def _write_settings(self, source: Source) -> None:
        graph, training = self._graph, self._graph.training
        source.add("FOLDER = Path(__file__).resolve().parent",
                   f"RANDOM = np.random.default_rng({graph.seed})",
                   f"BATCH_SIZE = {training.batch_size}",
                   f"LEARNING_RATE = {training.learning_rate!r}", f"STEPS = {steps_of(graph)}")
        write_limits(source, training)
        if training.class_weights is not None:
            source.add(filled("CLASS_WEIGHTS = np.array([", [
                repr(float(one)) for one in training.class_weights], "])"))

    def _write_layers(self, source: Source) -> None:
        kinds = {made.kind for _, _, made in self._made}
        kinds |= {other for kind in kinds for other in sequences.NEEDED.get(kind, ())}
        classes = [self._text(kind) for kind in LAYERS if kind in kinds]
        loss = self._graph.training.loss.op
        functions = self._functions(classes)
        helpers = [HELPERS[name].strip("\n") for name in helpers_of("\n".join(
            [*classes, rules.LOSSES[loss], rules.ANSWERS.get(loss, "")]))
            if name not in layers.FUNCTIONS]
        parts = [*functions, *helpers, *classes]
        for number, part in enumerate(parts):
            source.add(*([] if not number else ["", ""]), part)

    def _functions(self, classes: list[str]) -> list[str]:
        """Return activation functions, and those that the classes and the loss call."""
        wanted = {name for _, _, made in self._made for name in made.functions}
        wanted |= {other for name in wanted for other in layers.CALLED.get(name, ())}
        loss = self._graph.training.loss.op
        if any("sigmoid(" in text for text in (*classes, rules.LOSSES[loss])):
            wanted.add("sigmoid")
        slope = next((node.number("slope") for layer in self._graph.layers for node in layer.nodes
                      if node.op == "leaky_relu"), 0.0)
        given = {name for _, _, made in self._made for name in made.functions}
        texts = {name: layers.FUNCTIONS[name].replace("{slope}", repr(slope)) for name in wanted}
        # A function that others call alone needs no slope.
        return [texts[name] if name in given else texts[name].partition("\n\n\ndef")[0]
                for name in sorted(wanted, key=list(layers.FUNCTIONS).index)]

    def _text(self, kind: str) -> str:
        text = LAYERS[kind]
        for layer in self._graph.layers:
            for node in layer.nodes:
                if kind == "SimpleRNN" and "function" in node.attributes:
                    value, slope = sequences.CELLS[str(node.attributes["function"])]
                    text = text.replace("{value}", value).replace("{slope}", slope)
        return text

    def _write_model(self, source: Source) -> None:
        source.add(network_text(self._graph), "", "")
        with source.block("def load_weights():"):
            told = "has learned" if self._graph.is_trained else "starts with"
            source.add(f'"""Return the weights that the project {told}, by layer and name."""')
            with source.block(f'with np.load(FOLDER / "{self._stem}.npz") as file:'):
                source.add('return {name.removeprefix("weights/"): file[name].astype(np.float64)',
                           '        for name in file.files if name.startswith("weights/")}')
        source.add("", "")
        with source.block("def make_network(weights):"):
            source.add('"""Return the network with some weights."""', "return Network([")
            with source.indented():
                before: dict[str, str] = {}
                for layer in self._graph.layers:
                    with source.of(layer.id):
                        before[layer.id] = self._write_objects(source, layer, before)
            source.add("])")
        source.add("", "")
        with source.block("def load_network():"):
            source.add('"""Return the network with the weights of the project."""',
                       "return make_network(load_weights())")
        source.add("", "")
        write_fresh(source, self._graph, self._names)

    def _write_objects(self, source: Source, layer: GraphLayer, before: Mapping[str, str]) -> str:
        """Append what makes a layer's objects; return the name of the last one."""
        inputs = [before[name] for name in layer.inputs] or ["x"]
        last = inputs[0]
        for _, name, made in (one for one in self._made if one[0] is layer):
            told = f', [{", ".join(repr_of(one) for one in inputs)}]' if self._graph.branches \
                else ""
            line = f'("{name}", {made.text}{told}),'
            source.add(line if len(line) + 8 <= WIDTH else textwrap.fill(
                line, WIDTH - 8, subsequent_indent=" ", break_long_words=False,
                break_on_hyphens=False))
            inputs, last = [name], name
        return last

    def _write_loss(self, source: Source) -> None:
        loss = self._graph.training.loss
        text = rules.LOSSES[loss.op]
        text = text.replace("{smoothing}", rules.SMOOTHING) \
            if loss.attributes.get("label_smoothing") else text.replace("    {smoothing}\n", "")
        for name, value in loss.attributes.items():
            text = text.replace(f"{{{name}}}", repr(value))
        source.add(text, "", "")
        with source.block("def weights_of(targets):"):
            source.add('"""Return what every example counts in the mean."""',
                       f"return {self._counting(loss.op)}")
        answer = rules.ANSWERS.get(loss.op)
        source.add("", "")
        with source.block("def predict(network, inputs):"):
            source.add('"""Return what the network says of some examples."""')
            if answer:
                source.add("outputs = network.forward(inputs, training=False)",
                           f"return {answer}")
            else:
                source.add("return network.forward(inputs, training=False)")

    def _counting(self, loss: str) -> str:
        weighted = self._graph.training.class_weights is not None
        if loss == "sequence_cross_entropy":
            return "(targets >= 0) * CLASS_WEIGHTS[targets]" if weighted else \
                "(targets >= 0).astype(np.float64)"
        if not weighted:
            return "np.ones(len(targets))"
        return "CLASS_WEIGHTS[(targets[:, 0] > 0).astype(int)]" \
            if self._graph.layers[-1].shape[-1] == 1 else "CLASS_WEIGHTS[targets.argmax(axis=1)]"

    def _write_rules(self, source: Source) -> None:
        rule = self._graph.training.optimizer
        text = rules.OPTIMIZERS[rule.op]
        for name, value in rule.attributes.items():
            text = text.replace(f"{{{name}}}", repr(value))
        source.add(text)

    def _write_training(self, source: Source) -> None:
        source.add(training_text(self._graph, self._names))

    def _write_proof(self, source: Source) -> None:
        proof = self._graph.proof
        write_expected(source, proof, self._names, proof.tolerance)
        source.add("", "", APART, "", "")
        with source.block("def prove(network, inputs, targets, training, validation):"):
            source.add('"""Return the largest difference from what Backprop Lab computes."""',
                       f'file = np.load(FOLDER / "{self._stem}.npz")')
            order = "in_runs(training)" if self._graph.training.carries else "training"
            source.add(f"outputs = network.forward(inputs[{asked_rows(self._graph)}], "
                       "training=False)")
            self._write_silence(source)
            source.add(f"rows = {order}[:BATCH_SIZE]",
                       "loss = go_back(network, inputs[rows], targets[rows])",
                       "norms = {name: norm_of(layer.gradients[own] for own in layer.parameters)",
                       "         for name, layer in network.learning()}")
            write_comparison(source, "loss", 'file["expected_outputs"]')

    def _write_silence(self, source: Source) -> None:
        kinds = {made.kind for _, _, made in self._made}
        for kind, attribute in (("Dropout", "rate"), ("GaussianNoise", "deviation")):
            if kind in kinds:
                source.add("for layer in network.layers.values():",
                           f"    if isinstance(layer, {kind}):",
                           f"        layer.{attribute} = 0.0  # without chance")
        for name in self._graph.proof.draws:
            own = self._names[name]
            source.add("# The normal numbers that Backprop Lab drew.",
                       f'network.layers["{own}"].draws = iter(file["draws/{own}"])')

    def _write_main(self, source: Source) -> None:
        data = self._graph.data
        with loading(source, data, self._stem):
            inputs = 'file["inputs"] * file["scale"] + file["shift"]' \
                if isinstance(data.inputs, ByteRows) else 'file["inputs"]' \
                if self._reads_tokens else 'file["inputs"].astype(np.float64)'
            source.add(f'return ({inputs}, file["targets"], file["training"],',
                       '        file["validation"])')
        source.add("", "")
        write_main(source, self._graph, "network", "prove(load_network(), *examples)")


def repr_of(name: str) -> str:
    """Return a name as a script quotes it."""
    return f'"{name}"'


def write_numpy(graph: Graph, stem: str) -> Written:
    """Return a project as a NumPy script, with its weights and examples beside it.

    Raises
    ------
    EngineError
        If the script cannot do what the engine does.
    """
    script = PlainScript(graph, stem)
    return written(script.write(), stem, say("export.head-numpy", name=graph.name, stem=stem),
                   {f"{stem}.npz": packed_arrays(script.arrays())})
