"""What is done with the gradients: limits, penalties, the optimizer's memory, the step."""

from __future__ import annotations

from engine.messages import say
from engine.microscope.names import parameter_name, parameter_symbol
from engine.microscope.number import Contraction, Part
from engine.microscope.writer import Writer, explains, says_nothing

says_nothing("sum_gradients")


@explains("update_sgd")
def update_sgd(w: Writer) -> None:
    """Write W = W - rate dL/dW for every parameter that learns."""
    rate = w.subject.rate
    for number, layer in enumerate(w.subject.layers):
        if layer.spec.frozen:
            continue
        for key, value in layer.parameters.items():
            if value.gradient < 0:
                continue
            name, symbol = parameter_name(key, number), parameter_symbol(key, number)
            axes = "ijklm"[:len(value.shape)]
            w.emit(name, f"{name} = {name} - {rate!r} * d{name}",
                   words=say("microscope.descend", rate=rate), symbol=symbol,
                   formula=f"{symbol} ← {symbol} − {rate:g} ∂L/∂{symbol}", shape=value.shape,
                   per_example=False, place=value.data,
                   opening=Contraction(axes, (), {}, (
                       Part(symbol, name, axes),
                       Part(f"−{rate:g} ∂L/∂{symbol}", f"-{rate!r} * d{name}", axes))))
