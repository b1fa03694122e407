"""Scripts draw new weights by the laws that the project names, whatever the library."""

from __future__ import annotations

import dataclasses
import importlib.util
import itertools
import math
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.export.build import build_graph
from engine.export.graph import Graph
from engine.export.keras import starts as keras_starts
from engine.export.keras.model import Model as KerasModel
from engine.export.plain import starts as plain_starts
from engine.export.pytorch import starts as pytorch_starts
from engine.export.pytorch.model import Model as TorchModel
from engine.export.targets import target
from engine.layers import INITIALISERS
from engine.layers.initialisers import DRAWN_CHOICES, SCALED_CHOICES
from engine.spec import LayerSpec, Option
from tests.engine.export.frameworks import answers_of, with_frameworks
from tests.engine.export.interop_cases import Case, data_of, project_of

RUNNER = Path(__file__).with_name("run_starts.py")

SEEDS = (1, 2, 3, 4)

GAIN, SPREAD, AGAIN, BIAS, FORGET = 1.5, 0.3, 0.2, 0.25, 2.0

SIGMAS = 5.0
"""How many standard errors a mean or a deviation may be off: one of two million draws is more."""

FANS = {"dense-wide": (64, 48), "conv2d": (18, 27 * 8), "transposed": (27 * 16, 20 * 16),
        "conv1d": (18, 90), "rnn": (30, 12), "lstm": (12, 12), "gru": (12, 12),
        "embedding": (400, 16), "bag": (300, 16)}
"""Fan in and fan out of layers, counted by hand; of gates those of one of them."""

GATES = {"rnn": 1, "lstm": 4, "gru": 3}

Array = NDArray[np.float64]


def drawn(kind: str, **options: Option) -> dict[str, Option]:
    """Return the options of a layer whose weights are drawn by a scheme, as far as it can."""
    scheme = str(options["weights"])
    allowed = {"dense": INITIALISERS, "conv2d": INITIALISERS, "conv1d": INITIALISERS,
               "conv2d_transpose": [one.key for one in SCALED_CHOICES]}
    if scheme not in allowed.get(kind, [one.key for one in DRAWN_CHOICES]):
        options["weights"] = "orthogonal"
    found: dict[str, Option] = {"spread": SPREAD, "gain": GAIN, **options}
    if kind not in ("embedding", "ngram_bag"):
        found["initial_bias"] = BIAS
    if kind in GATES:
        found |= {"recurrent_weights": options["weights"], "recurrent_spread": AGAIN}
    if kind == "lstm":
        found["forget_bias"] = FORGET
    return found


def layer(name: str, kind: str, scheme: str, **options: Option) -> LayerSpec:
    return LayerSpec(name, kind, drawn(kind, weights=scheme, **options))


def cases() -> dict[str, Case]:
    """Return projects that have every kind with weights, drawn by every scheme."""
    found = {}
    for scheme in INITIALISERS:
        last = LayerSpec("output", "dense", {"units": 3, "activation": "linear"})
        found[f"images {scheme}"] = Case(data="images", whole=(
            LayerSpec("image", "reshape", {"form": "image", "height": 7, "width": 6,
                                           "channels": 2}),
            layer("conv2d", "conv2d", scheme, filters=24, kernel=3),
            layer("transposed", "conv2d_transpose", scheme, filters=20, kernel=4),
            LayerSpec("mean", "global_average_pooling"),
            layer("dense", "dense", scheme, units=64),
            LayerSpec("prelu", "prelu", {"slope": 0.125}),
            layer("dense-wide", "dense", scheme, units=48), last))
        found[f"series {scheme}"] = Case(data="images", whole=(
            LayerSpec("series", "reshape", {"form": "sequence", "steps": 14, "features": 6}),
            layer("conv1d", "conv1d", scheme, filters=30, kernel=3),
            *(layer(kind, kind, scheme, units=12, output="sequence") for kind in GATES),
            LayerSpec("mean", "global_average_pooling"), last))
        found[f"tokens {scheme}"] = Case(data="tokens", whole=(
            layer("embedding", "embedding", scheme, vocabulary=400, units=16, padding=True),
            LayerSpec("mean", "sequence_mean"), last))
        found[f"bag {scheme}"] = Case(data="tokens", whole=(
            layer("bag", "ngram_bag", scheme, vocabulary=9, longest=2, buckets=291, units=16,
                  sparse=False), last))
    return found


CASES = cases()


def fans_of(name: str) -> tuple[int, int]:
    return {**FANS, "conv2d": (9 * 2, 9 * 24), "transposed": (16 * 24, 16 * 20),
            "conv1d": (3 * 6, 3 * 30), "dense": (20, 64)}[name]


@dataclasses.dataclass(frozen=True)
class Law:
    """What a scheme is said to draw: its help, in numbers."""

    kind: str
    size: float = 0.0


def law(scheme: str, name: str, own: str) -> Law:
    """Return the law of weights, from the formulas that the schemes' help gives."""
    units = 12
    i, o = (units, units) if own == "u" else fans_of(name)
    gain, spread = (1.0, AGAIN) if own == "u" else (GAIN, SPREAD)
    is_table, is_walk = name in ("embedding", "bag"), name in GATES
    if scheme == "keras" and is_walk:
        # The gates of a recurrent layer are drawn as one matrix, orthogonal for the state.
        o *= GATES[name]
    around = units if is_walk else o if name == "transposed" else i
    laws = {
        "xavier_uniform": Law("uniform", math.sqrt(6 / (i + o))),
        "xavier_normal": Law("normal", math.sqrt(2 / (i + o))),
        "he_uniform": Law("uniform", math.sqrt(6 / i)),
        "he_normal": Law("normal", math.sqrt(2 / i)),
        "lecun_uniform": Law("uniform", math.sqrt(3 / i)),
        "lecun_normal": Law("normal", math.sqrt(1 / i)),
        "orthogonal": Law("orthogonal", 1.0),
        "normal": Law("normal", spread), "uniform": Law("uniform", spread),
        "zeros": Law("equal", 0.0), "constant": Law("equal", spread / gain),
        "identity": Law("identity", 1.0), "playground": Law("uniform", 0.5),
        "pytorch": Law("normal", 1.0) if is_table else Law("uniform", 1 / math.sqrt(around)),
        "keras": Law("uniform", 0.05) if is_table else Law("orthogonal", 1.0) if own == "u" else
        Law("uniform", math.sqrt(6 / (i + o))),
    }
    found = laws[scheme]
    return dataclasses.replace(found, size=found.size * gain)


def check_weights(found: Array, wanted: Law, gates: int, where: str) -> None:
    """Assert that weights of several seeds, float64[seeds, ..., columns], follow a law."""
    if wanted.kind == "equal":
        assert np.allclose(found, wanted.size, atol=1e-7), where
        return
    parts = np.split(found, gates, axis=-1)
    if wanted.kind in ("orthogonal", "identity"):
        for part in (one for of_seed in zip(*parts, strict=True) for one in of_seed):
            check_matrix(part, wanted, where)
    if wanted.kind == "identity":
        return
    for one, other in itertools.pairwise(parts):
        assert not np.allclose(one, other, atol=1e-3), f"{where}: gates are alike"
    assert not np.allclose(found[0], found[1], atol=1e-3), f"{where}: seeds are alike"
    if wanted.kind != "orthogonal":
        check_numbers(found.ravel(), wanted, where)


def check_numbers(x: Array, wanted: Law, where: str) -> None:
    """Assert that numbers have the mean, the deviation and the bounds of a law."""
    is_uniform, n = wanted.kind == "uniform", x.size
    deviation = wanted.size / math.sqrt(3) if is_uniform else wanted.size
    # The variance of x²: by the fourth moment, 9/5 σ⁴ and 3 σ⁴.
    error = math.sqrt((0.8 if is_uniform else 2.0) / n) / 2
    assert n > 500, where
    assert abs(x.mean()) < SIGMAS * deviation / math.sqrt(n), f"{where}: mean {x.mean()}"
    assert abs(np.sqrt(np.mean(x**2)) / deviation - 1) < SIGMAS * error, (
        f"{where}: deviation {x.std()}, expected {deviation}")
    largest = np.abs(x).max()
    if is_uniform:
        assert 0.97 * wanted.size < largest <= wanted.size * (1 + 1e-6), f"{where}: {largest}"
    else:
        # A normal number is beyond 2.5 σ once in 80; one that is cut off, never.
        assert largest > 2.5 * deviation, f"{where}: {largest}"


def check_matrix(part: Array, wanted: Law, where: str) -> None:
    matrix = part.reshape(-1, part.shape[-1])
    if wanted.kind == "identity":
        places = np.zeros(part.shape)
        middle = tuple(axis // 2 for axis in part.shape[:-2])
        np.fill_diagonal(places[middle], wanted.size)
        assert np.allclose(part, places, atol=1e-6), where
        return
    product = matrix.T @ matrix if len(matrix) >= matrix.shape[1] else matrix @ matrix.T
    assert np.allclose(product, wanted.size**2 * np.eye(len(product)), atol=1e-4), where


def check_table(found: Array, wanted: Law, where: str) -> None:
    """Assert the same of a table in which row 0 stands for no token."""
    assert (found[:, 0] == 0).all(), f"{where}: padding"
    if wanted.kind == "orthogonal":
        # But for the row that is 0, the columns are as long as they were.
        lengths = (found**2).sum(axis=1) / wanted.size**2
        assert ((lengths > 0.9) & (lengths <= 1 + 1e-4)).all(), where
    elif wanted.kind == "identity":
        expected = wanted.size * np.eye(*found.shape[1:])
        expected[0] = 0
        assert np.allclose(found, expected, atol=1e-6), where
    else:
        check_weights(found[:, 1:], wanted, 1, where)


def check_sums(x: Array, count: int, limit: float, where: str) -> None:
    """Assert that numbers are sums of so many uniform ones between minus and plus a limit."""
    deviation = limit * math.sqrt(count / 3)
    # The fourth moment of one is 9/5 σ⁴, of the sum of two 12/5 σ⁴.
    error = math.sqrt((0.8 if count == 1 else 1.4) / x.size) / 2
    assert np.abs(x).max() <= count * limit * (1 + 1e-6), where
    assert abs(x.mean()) < SIGMAS * deviation / math.sqrt(x.size), where
    assert abs(np.sqrt(np.mean(x**2)) / deviation - 1) < SIGMAS * error, where


def check_biases(found: Array, scheme: str, name: str, own: str) -> None:
    """Assert how biases of several seeds begin, float64[seeds, units]."""
    if scheme == "pytorch":
        limit = 1 / math.sqrt(12 if name in GATES else fans_of(name)[name == "transposed"])
        start = 0.0 if own == "c" else BIAS
        # Sums of two biases come first; of a GRU's candidate, the two stay apart.
        summed = found.shape[1] - 12 * (name == "gru") if name in GATES and own == "b" else 0
        for one, count in ((found[:, :summed], 2), (found[:, summed:], 1)):
            if one.size:
                check_sums(one.ravel() - start, count, limit, f"biases of {name}")
        return
    start = 0.1 if scheme == "playground" else BIAS
    expected = np.full(found.shape[1], 0.0 if own == "c" else start)
    if name == "lstm":
        expected[12:24] = FORGET
    assert np.allclose(found, expected, atol=1e-7), (name, own)


def check(graph: Graph, found: Mapping[str, Array], scheme: str) -> set[str]:
    """Assert that all arrays of several seeds follow their laws; return what was looked at."""
    looked_at = set()
    for one in graph.layers:
        if one.id == "output":
            continue
        for parameter in one.parameters:
            array, own = np.asarray(found[parameter.name], np.float64), parameter.own
            where = f"{scheme} of {parameter.name}"
            if own == "slope":
                assert np.allclose(array, 0.125), where
            elif own in ("b", "c"):
                check_biases(array, scheme, one.id, own)
            else:
                wanted = law(scheme, one.id, own)
                if one.id in ("embedding", "bag"):
                    check_table(array, wanted, where)
                else:
                    gates = 1 if scheme == "keras" else GATES.get(one.id, 1)
                    check_weights(array, wanted, gates, where)
            looked_at.add(f"{one.id}/{own}")
    return looked_at


def ours(graph: Graph, model: type, fresh: Mapping[str, Array]) -> dict[str, Array]:
    """Return arrays of a framework in our layout, by our names: what the writer does, undone."""
    begin, numbered = 1, {}
    for name, array in graph.weights.items():
        numbered[name] = np.arange(begin, begin + array.size, dtype=np.float64).reshape(array.shape)
        begin += array.size
    seeds = len(next(iter(fresh.values())))
    flat = np.zeros((seeds, begin))
    written = model(dataclasses.replace(graph, weights=numbered)).arrays()
    for name, numbers in written.items():
        places = numbers.astype(np.int64).ravel()
        array = np.asarray(fresh[name], np.float64).reshape(seeds, -1)
        flat[:, places[places > 0]] += array[:, places > 0]
        if name.endswith("bias_hh_l0"):
            # PyTorch adds up two biases, of which ours is the sum.
            first = written[name.replace("bias_hh", "bias_ih")].astype(np.int64).ravel()
            flat[:, first[places == 0]] += array[:, places == 0]
    return {name: flat[:, numbers.astype(np.int64)] for name, numbers in numbered.items()}


def graph_of(name: str) -> Graph:
    return build_graph(project_of(CASES[name]), data_of(CASES[name]))


def put(graph: Graph, key: str, folder: Path) -> None:
    folder.mkdir()
    for name, content in target(key).write(graph, "case").files.items():
        (folder / name).write_bytes(content)


DRAWN = tuple(key for key, one in INITIALISERS.items() if not one.needs_data)


def test_every_initialiser_has_a_word_in_every_library() -> None:
    for words in (pytorch_starts.SCHEMES, keras_starts.SCHEMES, plain_starts.SCHEMES):
        assert words.keys() == INITIALISERS.keys()


@with_frameworks
@pytest.mark.slow
@pytest.mark.parametrize(("key", "backend"), [
    ("pytorch", "torch"), ("keras", "torch"), ("keras", "jax")])
def test_new_weights_follow_the_laws_of_the_schemes(key: str, backend: str, tmp_path: Path
                                                    ) -> None:
    graphs = {name: graph_of(name) for name in CASES if name.split()[1] in DRAWN}
    for name, graph in graphs.items():
        put(graph, key, tmp_path / name.replace(" ", "-"))
    answers = answers_of(RUNNER, tmp_path, KERAS_BACKEND=backend)
    assert [found for found in answers.values() if found != {"repeats": True}] == []
    looked_at = set()
    for name, graph in graphs.items():
        with np.load(tmp_path / name.replace(" ", "-") / "fresh.npz") as file:
            found = ours(graph, TorchModel if key == "pytorch" else KerasModel, dict(file))
        looked_at |= check(graph, found, name.split()[1])
    assert looked_at == set(all_of())


def all_of() -> Iterator[str]:
    """Yield the parameters that are to be looked at."""
    for name in ("conv2d", "transposed", "dense", "dense-wide", "conv1d"):
        yield from (f"{name}/w", f"{name}/b")
    for name in GATES:
        yield from (f"{name}/w", f"{name}/u", f"{name}/b")
    yield from ("gru/c", "prelu/slope", "embedding/w", "bag/w")


def drawn_in_numpy(graph: Graph, folder: Path) -> dict[str, Array]:
    """Return new weights of several seeds, by our names."""
    put(graph, "numpy", folder)
    spec = importlib.util.spec_from_file_location("fresh", folder / "case.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    examples = script.load_examples()
    given = (examples[0][examples[2]],) if graph.adapting else ()
    networks = [script.fresh_network(seed, *given) for seed in SEEDS]
    names = {one.id.replace("-", "_"): one.id for one in graph.layers}
    return {
        f"{names[own]}/{key}": np.stack([
            network.layers[own].parameters[key] for network in networks])
        for own, one in networks[0].layers.items() for key in one.parameters}


@pytest.mark.parametrize("name", [name for name in CASES if name.split()[1] in DRAWN])
def test_new_weights_follow_the_laws_in_numpy(name: str, tmp_path: Path) -> None:
    graph = graph_of(name)
    assert check(graph, drawn_in_numpy(graph, tmp_path / "numpy"), name.split()[1])


IMAGE: tuple[str, dict[str, Option]] = (
    "reshape", {"form": "image", "height": 7, "width": 6, "channels": 2})
ADAPTING = {
    "lsuv": Case((("dense", {"units": 6, "weights": "lsuv", "initial_bias": BIAS}),
                  ("dense", {"units": 4, "weights": "lsuv"}))),
    "lsuv of images": Case((IMAGE, ("conv2d", {"filters": 4, "weights": "lsuv"}),
                            ("conv2d_transpose", {"filters": 3, "weights": "lsuv"}),
                            ("flatten", {})), "images"),
    "whitened": Case((("dense", {"units": 8, "weights": "whitened"}),)),
    "whitened images": Case((IMAGE, ("conv2d", {"filters": 12, "kernel": 2, "stride": 2,
                                                "weights": "whitened"}), ("flatten", {})),
                            "images"),
    "whitened steps": Case((("reshape", {"form": "sequence", "steps": 14, "features": 6}),
                            ("conv1d", {"filters": 10, "kernel": 2, "weights": "whitened"}),
                            ("flatten", {})), "images"),
    "whitened and frozen": Case(whole=(
        LayerSpec("first", "dense", {"units": 8, "weights": "whitened"}, frozen=True),
        LayerSpec("output", "dense", {"units": 3, "activation": "linear"}))),
}
"""Projects whose first weights are done once layers have seen examples."""


def adapting_graph(name: str) -> Graph:
    return build_graph(project_of(ADAPTING[name]), data_of(ADAPTING[name]))


def check_adapted(graph: Graph, found: Mapping[str, Array]) -> None:
    """Assert that layers have looked at the same examples, and have come to the same."""
    for one in graph.layers:
        if one.is_whitened:
            # There are no more units than axes and their negatives: nothing is left to chance.
            for own in ("w", "b"):
                expected = graph.weights[f"{one.id}/{own}"]
                scale = np.abs(expected).max()
                for of_seed in found[f"{one.id}/{own}"]:
                    np.testing.assert_allclose(of_seed, expected, atol=1e-3 * scale)
    first = graph.layers[1]
    if first.adapts and not first.is_whitened:
        x = graph.data.numbers(graph.data.training)
        for w, b in zip(found[f"{first.id}/w"], found[f"{first.id}/b"], strict=True):
            assert abs(np.var(x @ w + b) - 1) <= 0.011
            product = w @ w.T
            np.testing.assert_allclose(product, product[0, 0] * np.eye(5), atol=1e-4)


@pytest.mark.parametrize("name", ADAPTING)
def test_first_weights_look_at_data_in_numpy(name: str, tmp_path: Path) -> None:
    graph = adapting_graph(name)
    found = drawn_in_numpy(graph, tmp_path / "numpy")
    assert bool(graph.adapting) == ("frozen" not in name)
    check_adapted(graph, found)


@with_frameworks
@pytest.mark.slow
@pytest.mark.parametrize(("key", "backend"), [
    ("pytorch", "torch"), ("keras", "torch"), ("keras", "jax")])
def test_first_weights_look_at_data(key: str, backend: str, tmp_path: Path) -> None:
    graphs = {name: adapting_graph(name) for name in ADAPTING}
    for name, graph in graphs.items():
        put(graph, key, tmp_path / name.replace(" ", "-"))
    answers = answers_of(RUNNER, tmp_path, KERAS_BACKEND=backend)
    assert [found for found in answers.values() if found != {"repeats": True}] == []
    for name, graph in graphs.items():
        with np.load(tmp_path / name.replace(" ", "-") / "fresh.npz") as file:
            check_adapted(graph, ours(graph, TorchModel if key == "pytorch" else KerasModel,
                                      dict(file)))
