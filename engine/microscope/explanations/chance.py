"""Layers that draw random numbers: dropout, noise, and the sampling of an autoencoder's code.

The program is given what was drawn, so that the step can be computed again.
"""

from __future__ import annotations

import numpy as np

from engine.messages import say
from engine.microscope.draws import kept, key_of, normals
from engine.microscope.explanations.axes import letters
from engine.microscope.explanations.beside import Beside
from engine.microscope.number import Contraction, Part
from engine.microscope.statement import Phase
from engine.microscope.writer import Array, Writer, explains


def _key(w: Writer) -> int:
    return key_of(w.subject.training.seed, w.size("stream"), w.subject.step)


def _shape(w: Writer) -> tuple[int, ...]:
    assert w.layer is not None
    return w.layer.output.shape


@explains("dropout")
def dropout(w: Writer) -> None:
    """Write y = x mask / (1 - rate), forward, and the same for the gradient on its way back."""
    shape, rate = _shape(w), w.constant("rate")
    axes, kept_share = letters(shape), 1 - rate
    mask = kept(_key(w), w.n * w.size("n"), rate).reshape(w.n, *shape)
    name = w.give(f"mask{w.number}", mask)
    x, symbol = w.value("x", *shape), w.symbol("x")
    is_forward = w.line.section_name == Phase.FORWARD.value
    if is_forward:
        w.target("y", f"a{w.number}", f"a<sub>{w.number}</sub>", *shape)
        words = say("microscope.dropout", dropped=int(mask.size - mask.sum()), count=mask.size,
                    share=kept_share)
    else:
        w.target("y", f"dx{w.number}", f"∂L/∂x<sub>{w.number}</sub>", *shape)
        words = say("microscope.dropout-gradient")
    mistakes = {}
    if not is_forward and not mask.all():
        mistakes["mask-forgotten"] = f"{x} / {kept_share!r}"
    if not is_forward and rate and mask.any():
        mistakes["scale-forgotten"] = f"{x} * {name}"
    mask_symbol = f"mask<sub>{w.number}</sub>"
    w.write("y", f"{x} * {name} / {kept_share!r}", words=words, shape=shape,
            formula=f"{symbol} ⊙ {mask_symbol} / {kept_share:g}", mistakes=mistakes,
            opening=Contraction(axes, (Part(symbol, x, axes), Part(mask_symbol, name, axes),
                                       Part(f"1/{kept_share:g}", f"1 / {kept_share!r}", "")), {}))


def _given_noise(w: Writer, *shape: int) -> tuple[str, str]:
    """Give the program a layer's normal numbers; return their name and symbol."""
    drawn: Array = normals(_key(w), w.n * int(np.prod(shape))).reshape(w.n, *shape)
    return w.give(f"eps{w.number}", drawn), f"ε<sub>{w.number}</sub>"


@explains("gaussian_noise")
def gaussian_noise(w: Writer) -> None:
    """Write y = x + deviation e."""
    shape, deviation = _shape(w), w.constant("deviation")
    axes = letters(shape)
    name, eps_symbol = _given_noise(w, *shape)
    x, symbol = w.value("x", *shape), w.symbol("x")
    w.target("y", f"a{w.number}", f"a<sub>{w.number}</sub>", *shape)
    w.write("y", f"{x} + {deviation!r} * {name}", words=say("microscope.noise", spread=deviation),
            formula=f"{symbol} + {deviation:g} {eps_symbol}", shape=shape,
            opening=Contraction(axes, (Part(f"{deviation:g}", repr(deviation), ""),
                                       Part(eps_symbol, name, axes)), {},
                                (Part(symbol, x, axes),)))


@explains("sampling")
def sampling(w: Writer) -> None:
    """Write means m and spreads s of the code, and z = m + s e."""
    i, k = w.number, w.size("k")
    name, eps_symbol = _given_noise(w, k)
    x, symbol = w.value("x", 2 * k), w.symbol("x")
    w.emit(f"m{i}", f"m{i} = {x}[:, :{k}]", words=say("microscope.code-means", count=k),
           symbol=f"m<sub>{i}</sub>", formula=f"m<sub>{i}</sub> = first half of {symbol}",
           shape=(k,), opening=Contraction("nc", (Part(symbol, f"{x}[:, :{k}]", "nc"),), {}))
    w.emit(f"v{i}", f"v{i} = {x}[:, {k}:]", words=say("microscope.code-variances", count=k),
           symbol=f"v<sub>{i}</sub>", formula=f"v<sub>{i}</sub> = second half of {symbol}",
           shape=(k,), opening=Contraction("nc", (Part(symbol, f"{x}[:, {k}:]", "nc"),), {}))
    w.emit(f"s{i}", f"s{i} = np.exp(v{i} / 2)", words=say("microscope.code-spreads"),
           symbol=f"s<sub>{i}</sub>", formula=f"s<sub>{i}</sub> = exp(v<sub>{i}</sub> / 2)",
           shape=(k,), opening=Contraction("nc", (Part(f"v<sub>{i}</sub>", f"v{i}", "nc"),), {},
                                           (), 0.5, "exp", "np.exp(s)"))
    w.target("z", f"a{i}", f"a<sub>{i}</sub>", k)
    w.write("z", f"m{i} + s{i} * {name}", words=say("microscope.code-drawn"), shape=(k,),
            formula=f"m<sub>{i}</sub> + s<sub>{i}</sub> ⊙ {eps_symbol}",
            opening=Contraction("nc", (Part(f"s<sub>{i}</sub>", f"s{i}", "nc"),
                                       Part(eps_symbol, name, "nc")), {},
                                (Part(f"m<sub>{i}</sub>", f"m{i}", "nc"),)))


@explains("kullback_leibler")
def kullback_leibler(w: Writer) -> None:
    """Write L = L + weight (m^2 + exp(v) - 1 - v) / 2, summed over the code, mean of the batch."""
    i, weight = w.number, w.constant("weight")
    term = f"(m{i}**2 + np.exp(v{i}) - 1 - v{i}) / 2"
    symbol = (f"(m<sub>{i}</sub><sup>2</sup> + exp(v<sub>{i}</sub>) − 1 − v<sub>{i}</sub>) / 2")
    w.emit("L", f"L = L + {weight!r} / n * np.sum({term})", symbol="L", shape=(),
           words=say("microscope.divergence", weight=weight), per_example=False,
           formula=f"L ← L + {weight:g}/{w.n} Σ {symbol}",
           opening=Contraction("", (Part(f"{weight:g}/{w.n}", f"{weight!r} / n", ""),
                                    Part(symbol, term, "nk")), {"n": "example", "k": "latent"},
                               (Part("L", "L", ""),)))


@explains("sampling_backward")
def sampling_backward(w: Writer) -> None:
    """Write dL/dm and dL/dv: what comes back through z, and what the divergence adds."""
    i, k, weight = w.number, w.size("k"), w.constant("weight")
    dz, dz_symbol = w.value("dz", k), w.symbol("dz")
    name, eps_symbol = f"eps{i}", f"ε<sub>{i}</sub>"
    own = f"{weight!r} / n"
    m, v, s = (f"{letter}<sub>{i}</sub>" for letter in "mvs")
    pull_m, pull_v = f"{own} * m{i}", f"{own} * (np.exp(v{i}) - 1) / 2"
    drawn = f"{dz} * {name} * s{i} / 2"
    w.emit(f"dm{i}", f"dm{i} = {dz} + {pull_m}", words=say("microscope.code-means-gradient"),
           symbol=f"∂L/∂{m}", of=f"m{i}", shape=(k,),
           formula=f"∂L/∂{m} = {dz_symbol} + {weight:g}/{w.n} {m}",
           opening=Contraction("nk", (), {}, (Part(dz_symbol, dz, "nk"),
                                              Part(f"{weight:g}/{w.n} {m}", pull_m, "nk"))),
           mistakes={"divergence-forgotten": f"dm{i} = {dz} * 1.0"} if weight else {})
    second = f"{weight:g}/{w.n} (exp({v}) − 1) / 2"
    first = f"½ {dz_symbol} {eps_symbol} {s}"
    mistakes = {"noise-forgotten": f"dv{i} = {dz} * s{i} / 2 + {pull_v}"}
    if weight:
        mistakes["divergence-forgotten"] = f"dv{i} = {drawn}"
    w.emit(f"dv{i}", f"dv{i} = {drawn} + {pull_v}", symbol=f"∂L/∂{v}", of=f"v{i}", shape=(k,),
           words=say("microscope.code-variances-gradient"),
           formula=f"∂L/∂{v} = {first} + {second}", mistakes=mistakes,
           opening=Contraction("nk", (Part(dz_symbol, dz, "nk"), Part(eps_symbol, name, "nk"),
                                      Part(s, f"s{i}", "nk"), Part("½", "0.5", "")), {},
                               (Part(second, pull_v, "nk"),)))
    w.target("dx", f"dx{i}", f"∂L/∂x<sub>{i}</sub>", 2 * k)
    both = Beside((Part(f"∂L/∂{m}", f"dm{i}", "nc"), Part(f"∂L/∂{v}", f"dv{i}", "nc")), (k, k))
    w.write("dx", f"np.concatenate([dm{i}, dv{i}], axis=-1)", words=say("microscope.side-by-side"),
            formula=f"(∂L/∂{m}, ∂L/∂{v})", shape=(2 * k,), opening=both)
