"""Losses: their value over the batch, and where the backward pass begins."""

from __future__ import annotations

from engine.messages import say
from engine.microscope.number import Contraction, Part
from engine.microscope.writer import Writer, explains


@explains("softmax_cross_entropy")
def softmax_cross_entropy(w: Writer) -> None:
    """Write p = softmax(z), L and dL/dz = (p - t) / n."""
    k, smoothing = w.size("k"), w.constant("label_smoothing")
    z, t = w.value("z", k), w.value("t", k)
    z_symbol = w.symbol("z")
    w.emit("p", f"p = softmax({z})", words=say("microscope.softmax"), symbol="p",
           formula=f"p = softmax({z_symbol})", shape=(k,))
    if smoothing:
        t = w.fresh("t_smooth")
        w.emit(t, f"{t} = {1 - smoothing!r} * t + {smoothing!r} / {k}",
               words=say("microscope.smoothing"), symbol="t̃",
               formula=f"t̃ = {1 - smoothing:g} t + {smoothing:g} / {k}", shape=(k,))
    w.emit("L", f"L = -np.sum({t} * np.log(p)) / n", words=say("microscope.cross-entropy"),
           symbol="L", formula="L = −mean of t log p", shape=(), per_example=False,
           opening=Contraction("", (Part("t", t, "nk"), Part("log p", "np.log(p)", "nk")),
                               {"n": "example", "k": "class"}, scale=-1 / w.n))
    w.write("dz", f"(p - {t}) / n", words=say("microscope.softmax-gradient"),
            formula="(p − t) / n", shape=(k,),
            opening=Contraction("nk", (), {}, (Part("p", "p", "nk"), Part("−t", f"-{t}", "nk")),
                                1 / w.n),
            mistakes={"batch-mean-forgotten": f"p - {t}",
                      "softmax-derived-twice": f"(p - {t}) * p * (1 - p) / n"})
