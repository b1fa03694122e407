"""Every template is sound and learns from its first steps on."""

from __future__ import annotations

import pytest

from engine.data import load
from engine.layers import diagnose
from engine.training.trainer import Trainer
from gui.templates import Template, templates

STEPS = 50


@pytest.mark.parametrize("template", templates(), ids=lambda template: template.file)
def test_a_template_is_sound_and_its_loss_falls(template: Template) -> None:
    project = template.project()
    dataset = load(project.data)
    assert diagnose(project, dataset.task, dataset.n_inputs, dataset.n_outputs,
                    is_image=dataset.image_shape is not None,
                    vocabulary=dataset.vocabulary) == ()
    trainer = Trainer(project, dataset)
    before = trainer.evaluate("training").loss
    trainer.run(STEPS, 60.0)
    assert trainer.step == STEPS
    assert trainer.evaluate("training").loss < before
