"""What cures are chosen and made by: a project, its data, and what was found."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from engine.diagnosis import edits
from engine.diagnosis.baseline import baseline_of
from engine.diagnosis.design import Design
from engine.diagnosis.neighbours import is_learnable
from engine.diagnosis.remedies import NAMED
from engine.diagnosis.verdicts import Verdict
from engine.layers import ACTIVATIONS, OPTIMIZERS, ResolvedLayer
from engine.messages import Message
from engine.spec import ProjectSpec

FAR_TOO_FAST = 10.0
"""Times the usual learning rate from which it, and nothing else, is to blame."""

HASTY = 3.0
"""Times the usual learning rate up to which it is a matter of taste."""

NARROW = 16
"""Units below which a layer is narrow."""

FAINT = 0.1
"""Mean square of a function's slope around 0 below which it passes little on: a sigmoid's is 1/16.
"""

PER_INPUT = 5
"""Examples for each input below which they are easily known by heart."""

ADAPTIVE = frozenset({"adam", "adamw", "nadam"})
"""Optimizers with which a step is of the rate's size, whatever the gradient."""


@dataclass(frozen=True)
class Chart:
    """A patient with what was found.

    Attributes
    ----------
    design : Design
        Project and data.
    verdict : Verdict
        What the doctor says of its run.
    """

    design: Design
    verdict: Verdict

    @property
    def project(self) -> ProjectSpec:
        """The project that is ill."""
        return self.design.project

    @property
    def named(self) -> tuple[str, ...]:
        """Kinds of cures that the verdict's sentence recommends; none where it names nothing."""
        sentence: object = self.verdict.words.sentence
        while isinstance(sentence, Message):
            remedy = sentence.values.get("remedy")
            if isinstance(remedy, Message):
                return NAMED.get(remedy.code, ())
            # What is held though the figures have gone on is a sentence within another one.
            sentence = sentence.values.get("sentence")
        return ()

    @property
    def told(self) -> str:
        """The code of the verdict's sentence, also of one that is held."""
        sentence = self.verdict.words.sentence
        inner = sentence.values.get("sentence")
        return inner.code if isinstance(inner, Message) else sentence.code

    @property
    def fix_weighs(self) -> bool:
        """Whether what mends the verdict weighs classes."""
        fix, weights = self.verdict.fix, self.project.training.class_weights
        return fix is not None and fix.project.training.class_weights != weights

    @cached_property
    def functions(self) -> frozenset[str]:
        """Keys of the functions behind the hidden sums."""
        return frozenset(edits.function_of(self.design, p) for p in self.design.hidden)

    @property
    def flattens(self) -> bool:
        """Whether a hidden function takes from the gradient wherever it works: it has two ends."""
        return any(math.isfinite(ACTIVATIONS[key].highest) for key in self.functions)

    @property
    def fades(self) -> bool:
        """Whether a hidden function passes on a quarter of the gradient at most, as sigmoid does.

        Then initial weights that suit it are no cure by themselves.
        """
        return any(ACTIVATIONS[key].moments(1e-6).slope < FAINT for key in self.functions)

    @property
    def is_narrow(self) -> bool:
        """Whether no hidden layer of plain sums has more than a few units."""
        widths = [layer.kind.units(layer.options) for layer in self._hidden
                  if layer.kind.width_option and layer.kind.function_option]
        return bool(widths) and max(widths) < NARROW

    @property
    def _hidden(self) -> tuple[ResolvedLayer, ...]:
        return tuple(self.design.layers[position] for position in self.design.hidden)

    @property
    def is_easily_known(self) -> bool:
        """Whether so few examples of so many numbers are known by heart whatever is silenced.

        A single weighted sum parts any classes of up to two examples for a number (Cover 1965).
        """
        dataset = self.design.dataset
        return (dataset.task == "classification"
                and len(dataset.training) < PER_INPUT * dataset.n_inputs)

    @property
    def depth(self) -> int:
        """Hidden layers whose weights are drawn."""
        return len(self.design.hidden)

    @cached_property
    def share(self) -> float:
        """What a step changes of the spread of the weights, of the layer in the middle; or NaN."""
        shares = sorted(10.0 ** min(one.update_ratio, 9.0) for one in self.verdict.readings
                        if not math.isnan(one.gradient_rms) and math.isfinite(one.update_ratio))
        return shares[len(shares) // 2] if shares else math.nan

    @property
    def usual_rate(self) -> float:
        """A good first learning rate of the optimizer."""
        return OPTIMIZERS[self.project.training.optimizer.kind].learning_rate

    @property
    def is_adaptive(self) -> bool:
        """Whether steps are of the rate's size, whatever the gradient."""
        return self.project.training.optimizer.kind in ADAPTIVE

    @property
    def is_hasty(self) -> bool:
        """Whether the learning rate is above what is usual."""
        return self.project.training.learning_rate > HASTY * self.usual_rate

    @property
    def dawdles(self) -> bool:
        """Whether the learning rate is far below what is usual."""
        return self.project.training.learning_rate < self.usual_rate / FAR_TOO_FAST

    @property
    def rushes(self) -> bool:
        """Whether the learning rate alone explains what is thrown about."""
        return self.project.training.learning_rate > FAR_TOO_FAST * self.usual_rate

    @cached_property
    def starts_off(self) -> bool:
        """Whether initial weights or biases are far from what theory recommends."""
        return edits.starts_off(self.design)

    @cached_property
    def is_learnable(self) -> bool:
        """Whether like inputs have like answers, so that there is something to be learned."""
        return is_learnable(self.design.dataset, baseline_of(self.project, self.design.dataset))
