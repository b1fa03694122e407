"""How a network is to be trained."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from engine.spec.augmentation import AugmentationSpec
from engine.spec.averaging import AveragingSpec
from engine.spec.schedule import ScheduleSpec, StoppingSpec

Positive = Annotated[float, msgspec.Meta(gt=0)]
NotNegative = Annotated[float, msgspec.Meta(ge=0)]
BelowOne = Annotated[float, msgspec.Meta(ge=0, lt=1)]
Precision = Literal["float32", "float64"]
ClassWeights = Literal["none", "balanced"]


class OptimizerSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The update rule; each rule reads those constants that it has.

    Attributes
    ----------
    kind : str
        Key of one of the optimizers, such as ``adam``.
    momentum : float
        Share of the last update that momentum and Nesterov keep.
    beta1, beta2 : float
        Decay of Adam's and NAdam's running mean of the gradient and of its square.
    rho : float
        Decay of RMSprop's and Adadelta's running mean of the squared gradient.
    epsilon : float
        Keeps the denominator of Adam, RMSprop and their kin away from 0.
    weight_decay : float
        AdamW's decoupled decay: every step shrinks weights by ``learning_rate * weight_decay``.
    """

    kind: str = "sgd"
    momentum: BelowOne = 0.9
    beta1: BelowOne = 0.9
    beta2: BelowOne = 0.999
    rho: BelowOne = 0.99
    epsilon: Positive = 1e-8
    weight_decay: NotNegative = 0.01


class TrainingSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Loss, optimizer and the order of examples.

    Attributes
    ----------
    loss : str
        Key of one of the losses, such as ``softmax_cross_entropy``.
    optimizer : OptimizerSpec
        The update rule with its constants.
    learning_rate : float
        Step size of the update rule.
    batch_size : int
        Examples in a mini-batch; 0 takes the whole training set (full batch), 1 is stochastic
        gradient descent in the narrow sense. The last batch of an epoch may be smaller.
    l1, l2 : float
        Penalties ``l1 * sum |w|`` and ``l2 / 2 * sum w**2`` over weights, not biases.
    precision : str
        ``float32`` or ``float64`` for every number of the network.
    seed : int
        Fixes initial weights, order of examples and dropout.
    shuffle : bool
        Draw a new order of examples in every epoch.
    steps : int
        Pause after so many steps; 0 never does.
    huber_delta : float
        Error up to which the Huber loss is quadratic.
    schedule : ScheduleSpec
        How the learning rate changes from step to step.
    stopping : StoppingSpec
        When training ends by itself.
    clip_value : float
        Largest magnitude of one gradient; 0 is no limit.
    clip_norm : float
        Largest norm of all gradients together, after `clip_value`; 0 is no limit.
    max_norm : float
        Largest norm of the weights into one unit; 0 is no limit.
    label_smoothing : float
        Share of every target that cross-entropy spreads evenly over all classes.
    class_weights : str
        ``none``: every example counts alike in the loss; ``balanced``: every class does. An example
        then weighs n / (classes x examples of its class), of n training examples, and the loss is
        the weighted mean over the batch; that of validation is weighted alike.
    augmentation : AugmentationSpec
        How every training example is changed each time that it is seen.
    averaging : AveragingSpec
        Which average of the weights is kept, and measured in their place.
    """

    loss: str = "softmax_cross_entropy"
    optimizer: OptimizerSpec = OptimizerSpec()
    learning_rate: NotNegative = 0.03
    batch_size: Annotated[int, msgspec.Meta(ge=0)] = 10
    l1: NotNegative = 0.0
    l2: NotNegative = 0.0
    precision: Precision = "float32"
    seed: Annotated[int, msgspec.Meta(ge=0, lt=2**32)] = 42
    shuffle: bool = True
    steps: Annotated[int, msgspec.Meta(ge=0)] = 0
    huber_delta: Positive = 1.0
    label_smoothing: BelowOne = 0.0
    class_weights: ClassWeights = "none"
    schedule: ScheduleSpec = ScheduleSpec()
    stopping: StoppingSpec = StoppingSpec()
    clip_value: NotNegative = 0.0
    clip_norm: NotNegative = 0.0
    max_norm: NotNegative = 0.0
    augmentation: AugmentationSpec = AugmentationSpec()
    averaging: AveragingSpec = AveragingSpec()
