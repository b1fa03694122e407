from __future__ import annotations

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.layers import LOSSES, diagnose, fitted, output_layer
from engine.spec import (
    LayerSpec,
    NetworkSpec,
    ProjectSpec,
    Task,
    TrainingSpec,
    default_project,
)
from tests.engine.layers.strategies import networks, trainable

TASKS = st.sampled_from(get_args(Task))


@given(trainable(), TASKS, st.integers(2, 30))
def test_a_sound_project_fits_any_data(case: tuple[ProjectSpec, str, int], task: Task,
                                       n_outputs: int) -> None:
    project, _, _ = case
    new = fitted(project, task, n_outputs)
    assert diagnose(new, task, 3, n_outputs) == ()
    # Once is enough.
    assert fitted(new, task, n_outputs) == new


@given(networks(2), st.sampled_from([*LOSSES, "likelihood"]), TASKS)
def test_only_loss_and_last_width_change(network: NetworkSpec, loss: str, task: Task) -> None:
    project = ProjectSpec(name="Mine", network=network, training=TrainingSpec(loss=loss, seed=7))
    new = fitted(project, task, 5)
    assert replace(new.training, loss=loss) == project.training
    assert (new.name, new.data) == (project.name, project.data)
    last = output_layer(network)
    assert last is not None
    assert new.network == network.replaced(last.with_options(units=5))


def test_what_fits_is_left_as_it_is() -> None:
    project = default_project()
    assert fitted(project, "classification", 2) == project
    # One unit is as good as two.
    one = replace(project, training=replace(project.training, loss="binary_cross_entropy"))
    assert fitted(one, "classification", 2) == one


def test_a_default_width_that_fits_is_not_written_down() -> None:
    network = NetworkSpec((LayerSpec("input", "input"), LayerSpec("output", "dense")))
    project = ProjectSpec(network=network)
    assert fitted(project, "classification", 4) == project


def test_regression_brings_its_loss() -> None:
    assert fitted(default_project(), "regression", 1).training.loss == "mean_squared_error"


def test_a_network_that_only_has_an_input_gets_an_output() -> None:
    project = ProjectSpec(network=NetworkSpec((LayerSpec("input", "input"),)))
    new = fitted(project, "classification", 3)
    assert diagnose(new, "classification", 2, 3) == ()
    assert new.network.layers[-1].options["units"] == 3


def test_other_faults_stay_and_are_found() -> None:
    """Fitting does not repair what is broken for any data; `diagnose` says so afterwards."""
    empty = fitted(ProjectSpec(), "classification", 3)
    assert "first layer" in diagnose(empty, "classification", 2, 3)[0].text
    wide = fitted(default_project(), "classification", 5000)
    assert "5000 is above 4096" in diagnose(wide, "classification", 2, 5000)[0].text


def test_layers_of_an_unknown_kind_are_passed_over() -> None:
    strange = LayerSpec("a", "conv9d")
    network = NetworkSpec((LayerSpec("input", "input"), LayerSpec("b", "dense"), strange))
    new = fitted(ProjectSpec(network=network), "classification", 2)
    assert new.network.layer("b").options["units"] == 2
    assert new.network.layer("a") == strange
