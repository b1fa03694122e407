"""A whole project as a Keras script that proves itself, then trains."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.data.rows import ByteRows
from engine.export.archive import packed_arrays
from engine.export.graph import Graph
from engine.export.keras.augment import write_augmentation
from engine.export.keras.helpers import helpers_of
from engine.export.keras.loop import Loop
from engine.export.keras.loss import LossText, classes_of, loss_text, targets_of
from engine.export.keras.model import Model
from engine.export.keras.optimizer import Rules
from engine.export.keras.starts import own_in, write_fresh
from engine.export.script import (
    APART,
    asked_rows,
    draw_text,
    input_arrays,
    loading,
    needing,
    told_by_predict,
    write_comparison,
    write_expected,
    write_limits,
    write_main,
    written,
)
from engine.export.source import Source, filled
from engine.export.steps import steps_of
from engine.export.target import Written
from engine.messages import say

KERAS_LOSS, OWN_LOSS = "LOSS", "loss_of"
"""Names of the loss: of Keras' own, made once, and of a function."""

DTYPE = "float32"
"""What Keras computes in, at least in part, whatever it is told: see ``findings``."""

SINGLE = 1e-5
"""Largest difference that rounding explains in it."""

CHANCE = {"layers.Dropout": "rate", "layers.GaussianNoise": "stddev", "Noise": "deviation"}
"""Layers that change numbers at random, with what says how much."""

GRADIENTS = '''class Gradients(keras.optimizers.Optimizer):
    """Keeps the gradients and changes nothing: so they can be had of every backend."""

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self.kept = [self.add_variable_from_reference(one, "gradient") for one in variables]

    def update_step(self, gradient, variable, learning_rate):
        self.assign(self.kept[self._get_variable_index(variable)], gradient)


def gradients_of(model, inputs, targets):
    """Return the loss of a batch and its gradients, layer by layer."""
    optimizer = Gradients(learning_rate=1.0)
    model.compile(optimizer=optimizer, loss={loss}{eagerly})
    loss = float(model.train_on_batch(inputs, targets))
    found = {{}}
    for variable, gradient in zip(model.trainable_variables, optimizer.kept):
        layer = path_of(variable).split("/")[0]
        found.setdefault(layer, []).append(ops.convert_to_numpy(gradient))
    return loss, found'''

DRAW = draw_text("gradients", '''
    sizes = {name: np.sqrt(np.mean(np.concatenate([one.ravel() for one in arrays])**2.0))
             for name, arrays in gradients.items()}''', "RMS of the gradient")

LOADED = '''    with np.load(FOLDER / "{stem}_weights.npz") as file:
        for variable in model.weights:
            variable.assign(file[path_of(variable)])
    return model'''


class Script:
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
        If Keras cannot do what the engine does.
    """

    def __init__(self, graph: Graph, stem: str) -> None:
        self._graph, self._stem = graph, stem
        self._model = Model(graph)
        self._loss: LossText = loss_text(graph)
        self._rules = Rules(graph, self._model.names)
        is_own = not self._loss.own or graph.training.class_weights is not None
        self._loss_name = OWN_LOSS if is_own else KERAS_LOSS
        self._loop = Loop(graph, self._rules, self._loss_name)

    def write(self) -> Source:
        """Return the script."""
        body = Source()
        for key, part in (("model", self._write_model), ("data", self._write_data),
                          ("loss", self._write_loss), ("rules", self._rules.write),
                          ("training", self._write_training), ("proof", self._write_proof),
                          ("main", self._write_main)):
            body.begin(key)
            part(body)
        source = Source()
        source.begin("imports")
        settings = Source()
        settings.begin("settings")
        self._write_settings(settings)
        body.sections[:0] = settings.sections
        self._write_imports(source, "\n".join(section.text for section in body.sections))
        source.sections += body.sections
        return source

    def files(self) -> Mapping[str, bytes]:
        """Return weights and examples by the names of their files."""
        return {f"{self._stem}_weights.npz": packed_arrays(_in_single(self._model.arrays())),
                f"{self._stem}.npz": packed_arrays(self._arrays())}

    def _arrays(self) -> dict[str, np.ndarray]:
        graph = self._graph
        found = input_arrays(graph.data, reads_tokens=self._model.reads_tokens)
        if not isinstance(graph.data.inputs, ByteRows):
            found = _in_single(found)
        found |= _in_single({"targets": targets_of(graph, self._loss)})
        found |= {"training": graph.data.training, "validation": graph.data.validation,
                  "expected_outputs": graph.proof.outputs}
        for name, draws in graph.proof.draws.items():
            found[f"draws_{self._model.names[name]}"] = draws.astype(DTYPE)
        return found

    @staticmethod
    def _write_imports(source: Source, text: str) -> None:
        standard = ["argparse", *(name for name in ("math",) if f"{name}." in text), "os", "sys",
                    *(name for name in ("time", "warnings") if f"{name}." in text)]
        source.add(*(f"import {name}" for name in standard))
        source.add("from pathlib import Path", "",
                   "# Keras computes with one of these: torch, jax, tensorflow.",
                   'os.environ.setdefault("KERAS_BACKEND", "torch")', "")
        used = [name for name in ("initializers", "layers", "ops") if f"{name}." in text]
        with needing(source, "keras numpy {os.environ['KERAS_BACKEND']}"):
            source.add("import keras", "import numpy as np", f"from keras import {', '.join(used)}")

    def _write_settings(self, source: Source) -> None:
        graph, training = self._graph, self._graph.training
        source.add("FOLDER = Path(__file__).resolve().parent")
        if graph.precision != DTYPE:
            source.comment("The project computes in float64. Keras does some of it in float32 all "
                           "the same, without a word: with torch products of matrices, with jax "
                           "functions such as tanh. So all is float32.")
        source.add(f'DTYPE = "{DTYPE}"', f"SEED = {graph.seed}",
                   f"BATCH_SIZE = {training.batch_size}",
                   f"LEARNING_RATE = {training.learning_rate!r}")
        write_limits(source, training)
        source.add(f"STEPS = {steps_of(graph)}")
        if training.class_weights is not None:
            source.add(filled("CLASS_WEIGHTS = [", [
                repr(float(one)) for one in training.class_weights], "]"))
        if bag := self._model.bag:
            node = bag.nodes[0]
            source.add(f"LONGEST = {node.whole('longest')}",
                       f"VOCABULARY = {node.whole('vocabulary')}",
                       f"BUCKETS = {node.whole('buckets')}",
                       f"DISTINCT = {bool(node.attributes['distinct'])}")
        source.add("", "keras.config.set_floatx(DTYPE)")
        if self._model.is_masked:
            source.comment("Layers are told which steps count; what Keras hands on besides "
                           "may end.")
            source.add('warnings.filterwarnings("ignore", message=".*does not support masking")')

    def _write_model(self, source: Source) -> None:
        for text in (*helpers_of(self._model.helpers), *own_in(self._model.text)):
            source.add(text, "", "")
        self._model.write(source)
        source.add("", "")
        with source.block("def load_model():"):
            source.add('"""Return the network with the weights of the project."""',
                       "model = make_model()")
        source.add(LOADED.format(stem=self._stem), "", "")
        write_fresh(source, self._graph, self._model.names, self._model.kept, self._stem)

    def _write_data(self, source: Source) -> None:
        data = self._graph.data
        is_bytes = isinstance(data.inputs, ByteRows)
        as_seen = not is_bytes and not self._model.reads_tokens
        with loading(source, data, self._stem, as_seen=as_seen):
            if is_bytes:
                source.add('inputs = file["inputs"] * file["scale"] + file["shift"]',
                           "inputs = inputs.astype(DTYPE)")
            elif self._model.bag:
                source.add('inputs = ngram_rows(file["inputs"])')
            else:
                source.add('inputs = file["inputs"]')
            source.add('return (inputs, file["targets"], file["training"], '
                       'file["validation"])')

    def _write_loss(self, source: Source) -> None:
        loss = self._loss
        if self._loss_name == KERAS_LOSS:
            source.add(f"{KERAS_LOSS} = {loss.own}", "", "")
        else:
            self._write_own_loss(source)
        with source.block("def predict(model, inputs):"):
            source.add(told_by_predict(self._graph, loss.answer),
                       "outputs = model.predict(inputs, batch_size=512, verbose=0)",
                       f"return {loss.answer}" if loss.answer == "outputs" else
                       f"return ops.convert_to_numpy({loss.answer})")

    def _write_own_loss(self, source: Source) -> None:
        loss, weights = self._loss, self._graph.training.class_weights
        if loss.is_mean:
            with source.block(f"def {OWN_LOSS}(targets, outputs):"):
                source.add('"""Return the mean loss of a batch, before penalties of weights."""',
                           *loss.lines)
            source.add("", "")
            return
        with source.block("def losses_of(targets, outputs):"):
            source.add('"""Return the loss of every example."""', *loss.lines)
        source.add("", "")
        with source.block(f"def {OWN_LOSS}(targets, outputs):"):
            source.add('"""Return the mean loss of a batch, before penalties of weights."""')
            if weights is None:
                source.add("return ops.mean(losses_of(targets, outputs))")
            else:
                # Keras would divide by the number of examples.
                source.add("# Examples count as their classes do; the mean is divided by what "
                           "counts.",
                           f"classes = {classes_of(self._graph)}",
                           "weights = ops.take(ops.cast(CLASS_WEIGHTS, outputs.dtype), classes)",
                           "return ops.sum(weights * losses_of(targets, outputs)) "
                           "/ ops.sum(weights)")
        source.add("", "")

    def _write_training(self, source: Source) -> None:
        augmentation = self._graph.training.augmentation
        if augmentation != type(augmentation)():
            write_augmentation(self._graph, source)
            source.add("", "")
        self._loop.write(source)

    def _write_proof(self, source: Source) -> None:
        proof = self._graph.proof
        write_expected(source, proof, self._model.names, max(proof.tolerance, SINGLE))
        eagerly = ", run_eagerly=True" if proof.draws else ""
        gradients = GRADIENTS.format(loss=self._loss_name, eagerly=eagerly)
        for text in (gradients, APART, DRAW):
            source.add("", "", text)
        source.add("", "")
        if self._has_chance:
            self._write_without_chance(source)
        self._write_prove(source)

    @property
    def _has_chance(self) -> bool:
        return bool(self._silenced or self._graph.proof.draws)

    @property
    def _silenced(self) -> list[tuple[str, str]]:
        """Layers that drop or blur, with what says how much."""
        kinds = {one.made.kind for one in self._model.layers}
        return [(kind, name) for kind, name in CHANCE.items() if kind in kinds]

    def _write_without_chance(self, source: Source) -> None:
        draws = self._graph.proof.draws
        with source.block("def without_chance(model):"):
            source.add('"""Let nothing be dropped or blurred, and codes be those that Backprop Lab '
                       'drew."""' if draws else '"""Let nothing be dropped or blurred."""')
            if self._silenced:
                with source.block("for layer in model.layers:"):
                    for kind, name in self._silenced:
                        source.add(f"if isinstance(layer, {kind}):", f"    layer.{name} = 0.0")
            for layer in draws:
                own = self._model.names[layer]
                source.add(f'draws = np.load(FOLDER / "{self._stem}.npz")["draws_{own}"]',
                           f'model.get_layer("{own}").draws = iter(draws)')
            source.add("return model")
        source.add("", "")

    def _write_prove(self, source: Source) -> None:
        with source.block("def prove(inputs, targets, training, validation):"):
            source.add(
                '"""Return the largest difference from what Backprop Lab computes."""',
                "rows = training[:BATCH_SIZE]",
                f"model = {'without_chance(load_model())' if self._has_chance else 'load_model()'}",
                "loss, gradients = gradients_of(model, inputs[rows], targets[rows])",
                "norms = {name: np.linalg.norm(np.concatenate([one.ravel() for one in arrays],",
                "                                              dtype=np.float64))",
                "         for name, arrays in gradients.items()}",
                f'draw_gradients(gradients, FOLDER / "{self._stem}_gradients.png")',
                f"outputs = load_model().predict_on_batch(inputs[{asked_rows(self._graph)}])",
                f'expected = np.load(FOLDER / "{self._stem}.npz")["expected_outputs"]')
            write_comparison(source, "loss", "expected")

    def _write_main(self, source: Source) -> None:
        write_main(source, self._graph, "model", "prove(*examples)",
                   ("keras.utils.set_random_seed(SEED)",))


def _in_single(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return arrays, real numbers in float32."""
    return {name: array.astype(DTYPE) if array.dtype.kind == "f" else array
            for name, array in arrays.items()}


def write_keras(graph: Graph, stem: str) -> Written:
    """Return a project as a Keras script, its weights and its examples.

    Raises
    ------
    EngineError
        If Keras cannot do what the engine does.
    """
    script = Script(graph, stem)
    return written(script.write(), stem, say("export.head-keras", name=graph.name, stem=stem),
                   script.files())
