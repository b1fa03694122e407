"""scikit-learn's contestant: ``python -m tests.bench.scikit CASE THREADS``. Dense layers only.

It computes no gradient norms, and has one logistic output where there are two classes: less work
than the others do.
"""

from __future__ import annotations

import numpy as np
import sklearn
from sklearn.neural_network import MLPClassifier

from tests.bench.cases import BETAS, EPSILON, LEARNING_RATE, Case, data_of, weights_of
from tests.bench.contestant import Side, main

ACTIVATIONS = {"sigmoid": "logistic"}


def make(case: Case, threads: int, variant: str) -> Side:
    """Return scikit-learn's side; its process's environment says how many threads."""
    inputs, labels = data_of(case)
    *hidden, _ = case.layers
    activation = hidden[0].activation
    network = MLPClassifier(
        tuple(layer.units for layer in hidden), activation=ACTIVATIONS.get(activation, activation),
        solver=case.optimizer, alpha=0.0, batch_size=case.batch, learning_rate_init=LEARNING_RATE,
        momentum=0.0, nesterovs_momentum=False, beta_1=BETAS[0], beta_2=BETAS[1], epsilon=EPSILON)
    # Its parameters are there after a first step; then they are made those of the others.
    first = inputs[:case.batch], labels[:case.batch]
    network.partial_fit(*first, classes=np.arange(case.classes))
    weights = weights_of(case)
    for layer, w, b in zip(case.layers, network.coefs_, network.intercepts_, strict=True):
        if w.shape == weights[f"{layer.id}/w"].shape:
            w[...], b[...] = weights[f"{layer.id}/w"], weights[f"{layer.id}/b"]
    network.partial_fit(*first)

    def advance(seconds: float) -> int:
        network.partial_fit(inputs, labels)
        return case.batches

    return Side(f"scikit-learn {sklearn.__version__}", float(network.loss_), None, advance)


if __name__ == "__main__":
    main(make)
