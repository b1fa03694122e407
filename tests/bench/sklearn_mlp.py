"""scikit-learn's contestant, dense layers only: ``python -m tests.bench.sklearn_mlp CASE THREADS``.

It cannot tell gradient norms, so it is spared computing them.
"""

from __future__ import annotations

import time
import warnings

import numpy as np
import sklearn
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from tests.bench.cases import LEARNING_RATE
from tests.bench.contestant import begin, data_of, serve

ACTIVATIONS = {"tanh": "tanh", "sigmoid": "logistic", "relu": "relu"}


def main() -> None:
    """Serve rounds of one case."""
    case, _ = begin()
    warnings.simplefilter("ignore", ConvergenceWarning)
    inputs, labels = data_of(case)
    x = inputs.astype(np.float32)
    hidden = case.layers[:-1]
    model = MLPClassifier(
        tuple(layer.units for layer in hidden), activation=ACTIVATIONS[hidden[0].activation],
        solver=case.optimizer, alpha=0.0, batch_size=case.batch, learning_rate_init=LEARNING_RATE,
        momentum=0.0, max_iter=1, warm_start=True)
    steps_of_a_pass = -(-case.examples // case.batch)

    def run(seconds: float) -> int:
        steps, end = 0, time.perf_counter() + seconds
        while steps == 0 or time.perf_counter() < end:
            model.fit(x, labels)
            steps += steps_of_a_pass
        return steps

    serve(f"scikit-learn {sklearn.__version__}", run)


if __name__ == "__main__":
    main()
