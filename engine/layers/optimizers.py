"""Update rules: what a step does with the gradient."""

from __future__ import annotations

from dataclasses import dataclass

from engine.layers.export import Node
from engine.spec import OptimizerSpec
from engine.spec.fields import Field

_MOMENTUM = Field("momentum", "Momentum", 0.9, "Share of the last update that is kept.", 0.0, 0.999)
_BETA1 = Field("beta1", "Beta 1", 0.9, "Decay of the running mean of the gradient.", 0.0, 0.999)
_BETA2 = Field("beta2", "Beta 2", 0.999, "Decay of the running mean of the squared gradient.",
               0.0, 0.99999)
_RHO = Field("rho", "Rho", 0.99, "Decay of the running mean of the squared gradient.", 0.0, 0.99999)
_EPSILON = Field("epsilon", "Epsilon", 1e-8, "Keeps the denominator away from 0.", 1e-16, 1.0,
                 logarithmic=True)
_WEIGHT_DECAY = Field("weight_decay", "Weight decay", 0.01,
                      "Every step shrinks weights by learning rate × decay.", 0.0, 10.0)


@dataclass(frozen=True)
class Optimizer:
    """An update rule.

    Attributes
    ----------
    key, title, formula, help : str
        Name in files and for people, formula and one sentence.
    op : str
        Op of `engine.kernels` that updates the parameters of one layer.
    constants : tuple[Field, ...]
        The fields of `engine.spec.OptimizerSpec` that it reads.
    learning_rate : float
        A good first learning rate.
    memory : tuple[int, ...]
        Which of the two memories that lie behind the gradients it uses: 0, 1.
    """

    key: str
    title: str
    formula: str
    help: str
    op: str
    constants: tuple[Field, ...]
    learning_rate: float
    memory: tuple[int, ...]

    def export(self, spec: OptimizerSpec) -> Node:
        """Return it as a node of a neutral graph, of its key, with the constants in force."""
        return Node(self.key, {one.key: getattr(spec, one.key) for one in self.constants})


_OPTIMIZERS = (
    Optimizer("sgd", "SGD", "w ← w − η g", "Gradient descent on mini-batches.",
              "update_sgd", (), 0.03, ()),
    Optimizer("momentum", "Momentum", "v ← μ v + g;  w ← w − η v",
              "Heavy ball: keeps moving in the mean direction (Polyak 1964).",
              "update_momentum", (_MOMENTUM,), 0.01, (0,)),
    Optimizer("nesterov", "Nesterov", "v ← μ v + g;  w ← w − η (g + μ v)",
              "Momentum that looks ahead (Nesterov 1983, in the form of Sutskever et al. 2013).",
              "update_nesterov", (_MOMENTUM,), 0.01, (0,)),
    Optimizer("rmsprop", "RMSprop", "s ← ρ s + (1 − ρ) g²;  w ← w − η g / (√s + ε)",
              "Divides by the running size of each gradient (Hinton 2012).",
              "update_rmsprop", (_RHO, _EPSILON), 0.001, (1,)),
    Optimizer("adam", "Adam",
              "m ← β₁ m + (1 − β₁) g;  v ← β₂ v + (1 − β₂) g²;  w ← w − η m̂ / (√v̂ + ε)",
              "Momentum and RMSprop together, with bias correction (Kingma and Ba 2015).",
              "update_adam", (_BETA1, _BETA2, _EPSILON), 0.001, (0, 1)),
    Optimizer("adamw", "AdamW", "w ← w − η λ w;  then as Adam",
              "Adam with weight decay that the gradient does not see (Loshchilov and Hutter 2019).",
              "update_adam", (_BETA1, _BETA2, _EPSILON, _WEIGHT_DECAY), 0.001, (0, 1)),
    Optimizer("adagrad", "Adagrad", "s ← s + g²;  w ← w − η g / (√s + ε)",
              "Divides by the size of all gradients so far (Duchi et al. 2011).",
              "update_adagrad", (_EPSILON,), 0.01, (1,)),
    Optimizer("adadelta", "Adadelta",
              "s ← ρ s + (1 − ρ) g²;  d = g √(v + ε) / √(s + ε);  v ← ρ v + (1 − ρ) d²;  "
              "w ← w − η d",
              "Scales each gradient to the size of its past updates (Zeiler 2012).",
              "update_adadelta", (_RHO, _EPSILON), 1.0, (0, 1)),
    Optimizer("nadam", "NAdam",
              "m, v as Adam;  w ← w − η (μₜ₊₁ m̂ + (1 − μₜ) ĝ) / (√v̂ + ε),  μₜ → β₁",
              "Adam that looks ahead as Nesterov momentum does (Dozat 2016).",
              "update_nadam", (_BETA1, _BETA2, _EPSILON), 0.002, (0, 1)),
)

OPTIMIZERS = {optimizer.key: optimizer for optimizer in _OPTIMIZERS}
"""Every optimizer by key, in the order in which lists show them."""
