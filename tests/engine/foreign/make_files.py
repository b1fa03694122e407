"""Makes files of weights with the real libraries, and says what their networks answer.

    python make_files.py FOLDER

``inputs.npz`` in the folder holds images, (n, 7, 6, 2), and sequences, (n, 14, 6).
"""

import sys
from pathlib import Path

import keras
import numpy as np
import onnx
import torch
from keras import layers
from onnx import helper, numpy_helper
from safetensors.torch import save_file
from torch import nn


def torch_networks(folder, images, sequences):
    torch.manual_seed(3)
    first = torch.from_numpy(images).permute(0, 3, 1, 2)
    network = nn.Sequential(
        nn.Conv2d(2, 3, 3, padding=1), nn.BatchNorm2d(3), nn.Tanh(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(27, 5), nn.ReLU(), nn.Linear(5, 3))
    network.train()
    for _ in range(3):
        network(first)
    network.eval()
    save_file(network.state_dict(), folder / "torch_images.safetensors")
    yield "torch_images", network(first)
    for kind in ("RNN", "LSTM", "GRU"):
        walk, head = getattr(nn, kind)(6, 4, batch_first=True), nn.Linear(4, 3)
        state = {f"walk.{key}": value for key, value in walk.state_dict().items()}
        state |= {f"head.{key}": value for key, value in head.state_dict().items()}
        save_file(state, folder / f"torch_{kind.lower()}.safetensors")
        yield f"torch_{kind.lower()}", head(walk(torch.from_numpy(sequences))[0][:, -1])


def keras_networks(folder, images, sequences):
    keras.utils.set_random_seed(4)
    network = keras.Sequential([
        keras.Input((7, 6, 2)), layers.Conv2D(3, 3, strides=2, padding="same", activation="tanh"),
        layers.Flatten(), layers.Dense(5, activation="relu"), layers.Dense(3)])
    yield "keras_images", saved(network, folder / "keras_images.npz").predict(images, verbose=0)
    for kind in ("SimpleRNN", "LSTM", "GRU"):
        network = keras.Sequential([
            keras.Input((14, 6)), getattr(layers, kind)(4, bias_initializer="random_normal"),
            layers.Dense(3)])
        name = f"keras_{kind.lower()}"
        yield name, saved(network, folder / f"{name}.npz").predict(sequences, verbose=0)


def saved(network, path):
    np.savez(path, **{one.path: one.numpy() for one in network.weights})
    return network


def onnx_network(folder, images):
    rng = np.random.default_rng(5)
    arrays = {"hidden.weight": rng.standard_normal((5, 84)) / 9, "hidden.bias": np.ones(5),
              "last": rng.standard_normal((5, 3)), "offset": np.arange(3.0)}
    arrays = {name: array.astype(np.float32) for name, array in arrays.items()}
    nodes = [helper.make_node("Gemm", ["x", "hidden.weight", "hidden.bias"], ["z"], transB=1),
             helper.make_node("Tanh", ["z"], ["a"]),
             helper.make_node("MatMul", ["a", "last"], ["m"]),
             helper.make_node("Add", ["m", "offset"], ["y"])]
    graph = helper.make_graph(
        nodes, "net", [helper.make_tensor_value_info("x", 1, [None, 84])],
        [helper.make_tensor_value_info("y", 1, [None, 3])],
        [numpy_helper.from_array(array, name) for name, array in arrays.items()])
    onnx.save(helper.make_model(graph), folder / "onnx_plain.onnx")
    hidden = np.tanh(images.reshape(-1, 84) @ arrays["hidden.weight"].T + arrays["hidden.bias"])
    yield "onnx_plain", hidden @ arrays["last"] + arrays["offset"]


def main():
    folder = Path(sys.argv[1])
    with np.load(folder / "inputs.npz") as file:
        images, sequences = file["images"], file["sequences"]
    found = {}
    for made in (torch_networks(folder, images, sequences),
                 keras_networks(folder, images, sequences), onnx_network(folder, images)):
        for name, answers in made:
            found[name] = getattr(answers, "detach", lambda answers=answers: answers)()
    np.savez(folder / "answers.npz", **{name: np.asarray(one) for name, one in found.items()})


if __name__ == "__main__":
    main()
