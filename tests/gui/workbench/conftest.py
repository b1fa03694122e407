"""A workbench on a fake engine, and a small data set."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from engine.data.dataset import Dataset
from engine.spec import DataSpec
from gui.document.document import Document
from gui.workbench.workbench import Workbench
from tests.gui.workbench.fake_trainer import FakeEngine


def two_clouds(spec: DataSpec, base: Path | None = None) -> Dataset:
    """Return ten points in two classes."""
    points = np.random.default_rng(spec.seed).normal(size=(10, 2))
    return Dataset(spec.source, "Two clouds", "classification", points, np.arange(10) % 2,
                   np.zeros((10, 0)), ("left", "right"), ("x1", "x2"), ("class",),
                   np.arange(5), np.arange(5, 10), points=points)


@pytest.fixture
def document(qapp: Any) -> Iterator[Document]:
    document = Document(load_data=two_clouds)
    yield document
    # Edits hold the document that holds them: collected as garbage, Qt may find them gone already.
    document.undo_stack.clear()


@pytest.fixture
def make_workbench(
    qtbot: QtBot, document: Document
) -> Iterator[Callable[..., Workbench]]:
    made: list[Workbench] = []

    def make(engine: FakeEngine) -> Workbench:
        made.append(Workbench(document, engine))
        return made[-1]

    yield make
    for workbench in made:
        workbench.shut_down()
