from __future__ import annotations

import math

from engine.diagnosis.network import chance_loss
from engine.spec import default_project


def test_a_text_is_guessed_at_the_logarithm_of_its_alphabet() -> None:
    assert chance_loss(default_project().network, "sequence", 69, "sequence_cross_entropy") \
        == math.log(69)
    assert math.isnan(chance_loss(default_project().network, "reconstruction", 10,
                                  "binary_cross_entropy"))
