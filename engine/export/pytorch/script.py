"""A whole project as a PyTorch script that proves itself, then trains."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from contextlib import nullcontext

import numpy as np

from engine.data.rows import ByteRows
from engine.export.archive import packed_arrays, safetensors
from engine.export.graph import Graph
from engine.export.pytorch.augment import write_augmentation
from engine.export.pytorch.helpers import helpers_of
from engine.export.pytorch.loop import Loop
from engine.export.pytorch.loss import CLASSES, LossText, loss_text, targets_of
from engine.export.pytorch.model import Model
from engine.export.pytorch.optimizer import Rules
from engine.export.pytorch.starts import Starts
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
from engine.export.source import WIDTH, Source, filled
from engine.export.steps import steps_of
from engine.export.target import Written
from engine.messages import say

PACKAGES = "torch safetensors numpy"
"""What a script needs."""

MOST_SHOWN = 200
"""Outputs that are written into the script; more lie beside it."""

NORMS = '''def gradient_norms(model):
    """Return the norm of every layer's gradient, all that it learns taken together."""
    norms = {}
    for name, layer in model.named_children():
        gradients = [one.grad.flatten() for one in layer.parameters() if one.grad is not None]
        if gradients:
            norms[name] = torch.cat(gradients).double().norm().item()
    return norms'''

DRAW = draw_text("model", '''
    sizes = {}
    for name, layer in model.named_children():
        gradients = [one.grad.flatten() for one in layer.parameters()
                     if one.grad is not None and one.dim() > 1]
        if gradients:
            sizes[name] = torch.cat(gradients).double().square().mean().sqrt().item()''',
                 "RMS of dL/dW")


class Script:
    """The parts of a script, in their order.

    Parameters
    ----------
    graph : Graph
        The project.
    stem : str
        How the names of its files begin.
    says_needs : bool
        Whether it says what is to be installed, where that is missing.

    Raises
    ------
    EngineError
        If PyTorch cannot do what the engine does.
    """

    def __init__(self, graph: Graph, stem: str, *, says_needs: bool = True) -> None:
        self._graph, self._stem, self._says_needs = graph, stem, says_needs
        self._model = Model(graph)
        self._starts = Starts(graph, self._model)
        self._loss: LossText = loss_text(graph)
        self._rules = Rules(graph, self._model)
        self._loop = Loop(graph, self._model, self._rules, self._loss)
        self._body = Source()
        self.source = Source()

    def write(self) -> Source:
        """Return the script without what a file needs and a notebook does not."""
        body = self._body
        for key, part in (("model", self._write_model), ("data", self._write_data),
                          ("loss", self._write_loss), ("rules", self._rules.write),
                          ("training", self._write_training), ("proof", self._write_proof)):
            body.begin(key)
            part(body)
        self.source.begin("imports")
        self._write_imports()
        self.source.begin("settings")
        self._write_settings()
        self.source.sections += body.sections
        return self.source

    def arrays(self) -> dict[str, np.ndarray]:
        """Return what lies beside the script: examples, and what the proof needs of them."""
        graph = self._graph
        found = input_arrays(graph.data, reads_tokens=self._model.reads_tokens)
        found["targets"] = targets_of(graph, self._loss.targets)
        found |= {"training": graph.data.training, "validation": graph.data.validation}
        if self._is_large:
            found["expected_outputs"] = graph.proof.outputs
        for name, draws in graph.proof.draws.items():
            found[f"draws_{self._model.names[name]}"] = draws
        return found

    def files(self) -> Mapping[str, bytes]:
        """Return weights and examples by the names of their files."""
        return {f"{self._stem}.safetensors": safetensors(self._model.arrays()),
                f"{self._stem}.npz": packed_arrays(self.arrays())}

    @property
    def _is_large(self) -> bool:
        return self._graph.proof.outputs.size > MOST_SHOWN

    def _write_imports(self) -> None:
        text = "\n".join(section.text for section in self._body.sections)
        source = self.source
        called = {"copy": "copy.deepcopy(", "math": "math.cos(", "time": "time.perf_counter("}
        source.add(*(f"import {name}" for name in ("argparse", "copy", "math", "sys", "time")
                     if called.get(name, "") in text))
        if "OrderedDict(" in text:
            source.add("from collections import OrderedDict")
        source.add("from pathlib import Path", "")
        with needing(source, PACKAGES) if self._says_needs else nullcontext():
            source.add("import numpy as np", "import torch")
            if re.search(r"\bF\.", text):
                source.add("import torch.nn.functional as F")
            source.add("from safetensors.torch import load_file", "from torch import nn")
            averaging = [name for name in ("AveragedModel", "get_ema_multi_avg_fn")
                         if name in text]
            if averaging:
                source.add(f"from torch.optim.swa_utils import {', '.join(averaging)}")

    def _write_settings(self) -> None:
        graph, source, training = self._graph, self.source, self._graph.training
        source.add("FOLDER = Path(__file__).resolve().parent",
                   'DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")',
                   f"DTYPE = torch.{graph.precision}", "torch.set_default_dtype(DTYPE)",
                   f"SEED = {graph.seed}",
                   f"BATCH_SIZE = {training.batch_size}",
                   f"LEARNING_RATE = {training.learning_rate!r}")
        write_limits(source, training)
        source.add(f"STEPS = {steps_of(graph)}")
        if training.class_weights is not None:
            source.add(filled("CLASS_WEIGHTS = torch.tensor([", [
                repr(float(one)) for one in training.class_weights], "], dtype=torch.float64)"))
        if any("Conv" in one.module.make or "Recurrent" in one.module.make
               for one in self._model.modules):
            source.add(
                "", "# Convolutions and recurrent layers of some graphics cards round to 10 bits.",
                "torch.backends.cudnn.allow_tf32 = False")

    def _write_model(self, source: Source) -> None:
        for text in helpers_of(self._model.helpers):
            source.add(text, "", "")
        self._model.write(source)
        source.add("", "")
        with source.block("def load_model():"):
            source.add(f'"""Return the network with the weights {self._weights_are}."""',
                       "model = make_model()",
                       f'model.load_state_dict(load_file(FOLDER / "{self._stem}.safetensors"))')
            for name in self._model.frozen:
                source.add(f"model.{name}.requires_grad_(False)")
            source.add("return model.to(DEVICE, DTYPE)")
        source.add("", "")
        self._starts.write(source)

    @property
    def _weights_are(self) -> str:
        return "that the project has learned" if self._graph.is_trained else \
            "that the project starts with"

    def _write_data(self, source: Source) -> None:
        data = self._graph.data
        is_bytes = isinstance(data.inputs, ByteRows)
        as_seen = not is_bytes and not self._model.reads_tokens
        with loading(source, data, self._stem, as_seen=as_seen):
            if is_bytes:
                source.add('inputs = file["inputs"] * file["scale"] + file["shift"]')
            else:
                source.add('inputs = file["inputs"]')
            source.add('targets, training, validation = (',
                       '    torch.from_numpy(file[name]).to(DEVICE)',
                       '    for name in ("targets", "training", "validation"))')
        kind = "torch.int64" if self._model.reads_tokens else "DTYPE"
        with source.indented():
            source.add(f"return torch.from_numpy(inputs).to(DEVICE, {kind}), targets, training, "
                       "validation")

    def _write_loss(self, source: Source) -> None:
        graph, loss = self._graph, self._loss
        penalty = self._loop.has_penalty
        weighted = graph.training.class_weights is not None and bool(loss.single)
        with source.block(f"def {self._loop.loss_call}outputs, targets):"):
            source.add('"""Return the mean loss of a batch, before penalties of weights."""')
            *before, mean = self._weighted() if weighted else loss.mean
            source.add(*before)
            if penalty:
                source.add("# The second term keeps the codes near normal numbers.",
                           "penalty = sum(one.penalty for one in model.modules() "
                           "if isinstance(one, Sampling))")
            source.add(f"return {mean} + penalty" if penalty else f"return {mean}")
        source.add("", "", "@torch.no_grad()")
        with source.block("def predict(model, inputs):"):
            source.add(told_by_predict(graph, loss.answer), "model.eval()",
                       "outputs = model(inputs)", f"return {loss.answer}")

    def _weighted(self) -> tuple[str, ...]:
        width = self._graph.layers[-1].shape[-1]
        classes = "targets" if self._loss.targets == CLASSES else \
            "(targets[:, 0] > 0).long()" if width == 1 else "targets.argmax(dim=1)"
        return ("# Examples count as their classes do; the mean is divided by what counts.",
                f"weights = CLASS_WEIGHTS.to(outputs)[{classes}]",
                f"losses = {self._loss.single}",
                "(weights * losses).sum() / weights.sum()")

    def _write_training(self, source: Source) -> None:
        augmentation = self._graph.training.augmentation
        if augmentation != type(augmentation)():
            write_augmentation(self._graph, source)
            source.add("", "")
        self._loop.write(source)

    def _write_proof(self, source: Source) -> None:
        proof = self._graph.proof
        write_expected(source, proof, self._model.names, proof.tolerance)
        if not self._is_large:
            source.add(_nested("EXPECTED_OUTPUTS", proof.outputs))
        source.add("", "", NORMS, "", "", APART, "", "", DRAW, "", "")
        self._write_prove(source)

    def _write_prove(self, source: Source) -> None:
        graph = self._graph
        order = "in_runs(training)" if graph.training.carries else "training"
        with source.block("def prove(model, inputs, targets, training, validation):"):
            source.add('"""Return the largest difference from what Backprop Lab computes."""')
            if self._is_large or graph.proof.draws:
                source.add(f'file = np.load(FOLDER / "{self._stem}.npz")')
            # First, as batch norm keeps up its mean and variance while training.
            source.add("model.eval()")
            with source.block("with torch.no_grad():"):
                source.add(f"outputs = model(inputs[{asked_rows(graph)}]).cpu()")
            self._write_silence(source)
            source.add(f"rows = {order}[:BATCH_SIZE]",
                       f"loss = {self._loop.loss_call}model(inputs[rows]), targets[rows])",
                       "loss.backward()", "norms = gradient_norms(model)",
                       f'draw_gradients(model, FOLDER / "{self._stem}_gradients.png")')
            expected = 'file["expected_outputs"]' if self._is_large else "EXPECTED_OUTPUTS"
            write_comparison(source, "loss.item()", expected)

    def _write_silence(self, source: Source) -> None:
        source.add("model.train()")
        source.add(*(f"model.{name}.eval()  # frozen" for name in self._model.frozen_norms))
        chance = [name for name, made in (("nn.Dropout", "nn.Dropout("),
                                          ("GaussianNoise", "GaussianNoise("))
                  if any(one.module.make.startswith(made) for one in self._model.modules)]
        if chance:
            kinds = chance[0] if len(chance) == 1 else f"({', '.join(chance)})"
            source.add("# Without chance: nothing is dropped or blurred.",
                       "for module in model.modules():",
                       f"    if isinstance(module, {kinds}):", "        module.eval()")
        for name in self._graph.proof.draws:
            own = self._model.names[name]
            source.add("# The normal numbers that Backprop Lab drew.",
                       f'model.{own}.draws = iter(torch.from_numpy(file["draws_{own}"])'
                       ".to(DEVICE))")

    def write_main(self, source: Source) -> None:
        """Append what a script does when it is run."""
        source.begin("main")
        write_main(source, self._graph, "model", "prove(load_model(), *examples)",
                   ("torch.manual_seed(SEED)",))


def _nested(name: str, outputs: np.ndarray) -> str:
    rows = [f"    {np.array(row).tolist()}," for row in outputs]
    return "\n".join([f"{name} = [", *(
        line for row in rows for line in textwrap.wrap(
            row, WIDTH, subsequent_indent="     ", break_long_words=False,
            break_on_hyphens=False)), "]"])


def write_pytorch(graph: Graph, stem: str) -> Written:
    """Return a project as a PyTorch script, its weights and its examples.

    Raises
    ------
    EngineError
        If PyTorch cannot do what the engine does.
    """
    script = Script(graph, stem)
    source = script.write()
    script.write_main(source)
    return written(source, stem, say("export.head-pytorch", name=graph.name, stem=stem),
                   script.files())
