#!/usr/bin/env bash
# Keras 3.15.1: the initializer Identity forgets its gain when it is cloned, or a model with it is.
#
# Guessed: an initializer says all that it is made with in get_config, as Orthogonal does with its
# gain, so that what is cloned, or saved and loaded, draws as the first one did.
# Seen: Identity says nothing. Its clones, and new weights of models that were cloned or loaded, have
# ones where the first had the gain. Printed:
#   Orthogonal: gain 2, a clone's 2
#   Identity: gain 2, a clone's 1
#   weights of a model 2.0, of its clone 1.0
# Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install "keras==3.15.1" "jax==0.10.2"
KERAS_BACKEND=jax "$folder/venv/bin/python" - <<'PYTHON'
import keras
from keras import initializers, layers

for kind, kept in ((initializers.Orthogonal, 2), (initializers.Identity, 1)):
    found = kind(gain=2).clone().gain
    print(f"{kind.__name__}: gain 2, a clone's {found:.0f}")
    assert found == kept, "this has changed"
model = keras.Sequential([
    keras.Input((3,)), layers.Dense(3, kernel_initializer=initializers.Identity(gain=2))])
first, second = (float(one.layers[0].kernel[0, 0])
                 for one in (model, keras.models.clone_model(model)))
print(f"weights of a model {first}, of its clone {second}")
assert (first, second) == (2, 1), "this has changed"
PYTHON
