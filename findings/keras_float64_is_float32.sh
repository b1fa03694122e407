#!/usr/bin/env bash
# Keras 3.15.1: with floatx and the dtype policy set to float64, some operations compute in float32.
#
# Guessed: what is told to be float64 is, with every backend, once JAX_ENABLE_X64 is set.
# Seen: with torch, products of matrices come as float32; with jax, tanh does. Layers hand them on, so
# that a network's outputs are off by 1e-7 where rounding of float64 would be 1e-16.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install "keras==3.15.1" "torch==2.13.*" "jax==0.10.2"
for backend in torch jax; do
    KERAS_BACKEND=$backend JAX_ENABLE_X64=1 "$folder/venv/bin/python" - <<'PYTHON'
import keras
import numpy as np

keras.config.set_floatx("float64")
keras.config.set_dtype_policy("float64")
x, w = np.random.default_rng(0).random((2, 50, 50))
for name, found, truth in (("matmul", keras.ops.matmul(x, w), x @ w),
                           ("tanh", keras.ops.tanh(x), np.tanh(x))):
    found = keras.ops.convert_to_numpy(found)
    print(keras.backend.backend(), name, found.dtype, np.max(np.abs(found - truth) / truth))
PYTHON
done
