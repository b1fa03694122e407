"""Nothing is in the registry without a proof: a golden run, or a twin and a gradient check."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.layers import ACTIVATIONS, LOSSES, OPTIMIZERS, SCHEDULES, kinds
from tests.engine.training.graphs import JOINS, SINGLE
from tests.golden import depth_cases, recurrent_cases, training_cases, transcription_cases
from tests.golden.cases import CASES, DEEP
from tests.golden.generative_cases import GENERATIVE_CASES
from tests.golden.image_cases import IMAGE_CASES
from tests.golden.sparse_cases import SPARSE_CASES
from tests.golden.token_cases import TOKEN_CASES
from tests.reference import randomness

FOLDER = Path(__file__).parent
LINES = (*CASES, DEEP)

IN_NETWORKS_OF_THEIR_OWN = {
    "batch_norm": "normalised", "layer_norm": "normalised", "embedding": "tokens_bag",
    "sequence_mean": "tokens_bag", "ngram_bag": "sparse_mean_bag",
    "sampling": "variational_binary", "add": "depth", "concatenate": "depth"}
"""Kinds whose networks no list of layers describes, by the file of their golden run."""

WITHOUT_COUNTERPART = {
    "dropout": "PyTorch draws other masks; with the mask given it is a product",
    "gaussian_noise": "PyTorch has no such layer, and draws other numbers",
}
"""Kinds without a golden run, with the reason; each has a twin and its gradient is checked."""

NOTHING_TO_PROVE = {"input": "hands the data on"}


def kinds_in_lines() -> set[str]:
    """Return the kinds in golden networks that are lists of layers."""
    blocks = {"dense" if block.units else
              block.activation if block.activation in ("prelu", "softmax") else "activation"
              for case in LINES for block in case.blocks}
    return (blocks | {step.kind for case in IMAGE_CASES for step in case.layers}
            | {layer.kind for case in recurrent_cases.RECURRENT_CASES for layer in case.layers})


@pytest.mark.parametrize("key", [kind.key for kind in kinds()])
def test_kinds(key: str) -> None:
    if key in NOTHING_TO_PROVE:
        return
    if key in WITHOUT_COUNTERPART:
        assert key not in kinds_in_lines() | IN_NETWORKS_OF_THEIR_OWN.keys()
        assert callable(getattr(randomness, key))
        # Of every kind that random networks are drawn from, they check the gradient.
        assert key in SINGLE + JOINS
        return
    assert key in kinds_in_lines() or key in IN_NETWORKS_OF_THEIR_OWN


@pytest.mark.parametrize("name", sorted({
    transcription_cases.FILE.stem, *IN_NETWORKS_OF_THEIR_OWN.values(),
    *(case.file.stem for case in LINES),
    *(case.file.stem for case in (*IMAGE_CASES, *recurrent_cases.RECURRENT_CASES, *TOKEN_CASES,
                                  *GENERATIVE_CASES))}))
def test_every_file_has_gradients(name: str) -> None:
    with np.load(FOLDER / f"{name}.npz") as content:
        gradients = [key for key in content.files if "/gradient/" in key]
        assert gradients
        assert all(np.isfinite(content[key]).all() for key in gradients)


def test_no_file_is_left_over() -> None:
    read = {case.file for case in (*LINES, *IMAGE_CASES, *recurrent_cases.RECURRENT_CASES,
                                   *TOKEN_CASES, *GENERATIVE_CASES)}
    read |= {case.file for case in SPARSE_CASES}
    read |= {recurrent_cases.LONG_FILE, depth_cases.FILE, transcription_cases.FILE}
    others = {"normalised", "clipped", "scheduled", "groups", "averaging", "theory"}
    assert {path.stem for path in FOLDER.glob("*.npz")} == {path.stem for path in read} | others


@pytest.mark.parametrize("key", LOSSES)
def test_losses(key: str) -> None:
    by_step = {"sequence_cross_entropy"} if any(case.by_step for case in TOKEN_CASES) else set()
    assert key in {case.loss for case in LINES} | by_step | {transcription_cases.LOSS}


@pytest.mark.parametrize("key", OPTIMIZERS)
def test_optimizers(key: str) -> None:
    assert key in {rule for case in LINES for rule in case.optimizers}


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_activations(key: str) -> None:
    assert key in {block.activation for case in LINES for block in case.blocks}


@pytest.mark.parametrize("key", SCHEDULES)
def test_schedules(key: str) -> None:
    assert key in training_cases.SCHEDULES
    with np.load(FOLDER / "scheduled.npz") as content:
        assert any(key in name.split("/") for name in content.files)
