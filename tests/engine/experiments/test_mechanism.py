"""What is measured where the doctor found A ill: here, what is known of which examples."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec.structs import replace as with_fields

from engine.diagnosis.case import Words
from engine.diagnosis.verdicts import Verdict
from engine.experiments.mechanism import Run, mechanism
from engine.messages import say
from engine.spec import default_project
from engine.telemetry.snapshot import Evaluation
from tests.engine.diagnosis.snapshots import network, snapshot


def run(loss: str, training: float, validation: float, balanced: float) -> Run:
    project = default_project()
    project = with_fields(project, training=with_fields(project.training, loss=loss))
    seen = replace(snapshot(network(), 100), training=Evaluation(0.1, training, 100),
                   validation=Evaluation(0.2, validation, 100, balanced))
    verdict = Verdict("overfitting", 1, Words(say("overfitting.title"), say("waiting.told")), ())
    return project, seen, verdict


@pytest.mark.parametrize(("loss", "balanced", "said"), [
    ("softmax_cross_entropy", 0.5,
     "Accuracy in training and validation is 90 % and 80 % for B, 100 % and 60 % for A."),
    ("mean_squared_error", float("nan"),
     "R² in training and validation is 0.9 and 0.8 for B, 1 and 0.6 for A."),
    ("sequence_cross_entropy", float("nan"),
     "Accuracy in training and validation is 90 % and 80 % for B, 100 % and 60 % for A."),
    ("ctc", float("nan"), "Of the characters in training and validation, 10 % and 20 % are wrong "
                          "for B, 0 % and 40 % for A.")])
def test_what_is_known_of_either_part_is_called_by_its_name(loss: str, balanced: float, said: str
                                                            ) -> None:
    found = mechanism(run(loss, 1.0, 0.6, balanced), run(loss, 0.9, 0.8, balanced))
    assert found is not None
    assert found.text == said
