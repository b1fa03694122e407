"""A network that has learned what comes next goes on writing by itself."""

from __future__ import annotations

import time
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from engine.data.dataset import Dataset
from engine.plan import Plan
from engine.training.observe import predict

LONGEST = 400
"""Tokens after which a text begins anew."""


class Writer:
    """Adds token after token to a window of the validation text, as the network expects them.

    Parameters
    ----------
    dataset : Dataset
        A text that is to be continued.
    seed : int
        Fixes what is drawn, for the same networks.
    temperature : float
        Probabilities are raised to ``1 / temperature``: below 1 it dares less.

    Attributes
    ----------
    prompt : str
        The window.
    """

    def __init__(self, dataset: Dataset, seed: int, temperature: float = 0.8) -> None:
        self._dataset = dataset
        self._temperature = temperature
        self._random = np.random.default_rng([seed, len(dataset.inputs)])
        rows = dataset.validation if len(dataset.validation) else dataset.training
        self._begin = dataset.inputs[rows[0]].astype(np.int64)
        self.prompt = self._read(self._begin)
        self._tokens: list[int] = []

    @property
    def text(self) -> str:
        """The prompt, and what has been written so far."""
        return self._read([*self._begin, *self._tokens])

    def _read(self, tokens: Iterable[int]) -> str:
        names = self._dataset.tokens or ()
        return self._dataset.joint.join(names[token] for token in tokens)

    def write(self, plan: Plan, loss: str, count: int, budget_s: float = float("inf")) -> None:
        """Add tokens.

        Parameters
        ----------
        plan : Plan
            The network between two steps; left as it is.
        loss : str
            The loss that it is trained with.
        count : int
            Most tokens to add.
        budget_s : float
            Seconds after which no other one is begun.
        """
        begin = time.perf_counter()
        for _ in range(count):
            if len(self._tokens) >= LONGEST:
                self._tokens.clear()
            window = np.concatenate([self._begin, self._tokens])[-len(self._begin):]
            shares = predict(plan, window[None, :], self._dataset.task, loss)[0, -1]
            self._tokens.append(self._draw(shares))
            if time.perf_counter() - begin > budget_s:
                return

    def _draw(self, shares: NDArray[np.float64]) -> int:
        with np.errstate(divide="ignore", invalid="ignore"):
            weights = np.log(shares) / self._temperature
            weights = np.exp(weights - np.max(weights))
        total = weights.sum()
        # A network that has diverged expects nothing at all.
        chances = weights / total if np.isfinite(total) else np.full(len(shares), 1 / len(shares))
        return int(self._random.choice(len(shares), p=chances))
