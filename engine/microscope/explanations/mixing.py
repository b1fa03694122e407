"""Where paths of a network meet and part: sums, arrays side by side, and their gradients."""

from __future__ import annotations

from engine.messages import say
from engine.microscope.explanations.axes import letters
from engine.microscope.explanations.beside import Beside
from engine.microscope.number import Contraction, Part
from engine.microscope.statement import Phase
from engine.microscope.writer import PlanLine, Writer, explains


def _lines_of_sum(w: Writer) -> list[PlanLine]:
    """Return the lines that add up what stands at this line's place, in their order."""
    return [line for line in w.subject.lines
            if line.op in ("copy", "add") and line.layer == w.line.layer
            and line.section_name == w.line.section_name
            and line.slots["y"] == w.line.slots["y"]]


@explains("copy", "add")
def add(w: Writer) -> None:
    """Write y = the sum of all that meet there, at the last of its lines.

    Forward it is a layer that adds, or the masks of its inputs; backward the gradients that come
    from all layers that read an output, or one that passes a sum as it is.
    """
    lines = _lines_of_sum(w)
    if w.line is not lines[-1]:
        return
    slots = [("x" if line.op == "copy" else "a") if line is lines[0] else "b" for line in lines]
    terms = [(w.on(line), slot) for line, slot in zip(lines, slots, strict=True)]
    if lines[0].op == "add":
        terms.insert(1, (w.on(lines[0]), "b"))
    is_forward = w.line.section_name == Phase.FORWARD.value
    assert w.layer is not None
    shape = w.layer.output.shape
    if is_forward and w.size("y") != w.layer.output.data:
        # Masks: a step counts that counts in one of the inputs.
        shape = shape[:1]
        w.target("y", f"mask{w.number}", f"mask<sub>{w.number}</sub>", *shape)
    elif is_forward:
        w.target("y", f"a{w.number}", f"a<sub>{w.number}</sub>", *shape)
    else:
        w.target("y", f"dx{w.number}", f"∂L/∂x<sub>{w.number}</sub>", *shape)
    axes = letters(shape)
    parts = tuple(Part(term.symbol(slot), term.value(slot, *shape), axes)
                  for term, slot in terms)
    _write_sum(w, parts, shape, is_forward)


def _write_sum(w: Writer, parts: tuple[Part, ...], shape: tuple[int, ...], is_forward: bool
               ) -> None:
    assert w.layer is not None
    code, axes = " + ".join(part.code for part in parts), letters(shape)
    mistakes = {}
    if is_forward and w.size("y") != w.layer.output.data:
        words = say("microscope.masks-joined", count=len(parts))
    elif is_forward:
        words = say("microscope.added", count=len(parts))
    elif len(parts) > 1:
        words = say("microscope.branches", count=len(parts))
        mistakes["branch-overwritten"] = f"{parts[-1].code}.copy()"
    else:
        words = say("microscope.passed-on")
        code += ".copy()"
        readers = len(w.layer.spec.inputs)
        if readers > 1:
            mistakes["shared-among-inputs"] = f"{parts[0].code} / {readers}"
    w.write("y", code, words=words, formula=" + ".join(part.symbol for part in parts),
            shape=shape, opening=Contraction(axes, (), {}, parts), mistakes=mistakes)


@explains("copy_columns")
def copy_columns(w: Writer) -> None:
    """Write y = (x1, x2, ...), or an input's gradient, which is a part of the columns."""
    assert w.layer is not None
    shape = w.layer.output.shape
    width, axes = w.size("width"), letters(shape)
    if w.line.section_name == Phase.FORWARD.value:
        lines = [line for line in w.subject.lines
                 if line.layer == w.line.layer and line.op == w.line.op
                 and line.section_name == w.line.section_name]
        if w.line is lines[-1]:
            _write_side_by_side(w, lines, axes)
        return
    first, every = w.size("x_first"), shape[-1]
    dy, symbol = w.value("x", *shape), w.symbol("x")
    code = f"{dy}[..., {first}:{first + width}]"
    w.target("y", f"dx{w.number}", f"∂L/∂x<sub>{w.number}</sub>", *shape[:-1], width)
    other = 0 if first else every - width
    w.write("y", code, words=say("microscope.columns-gradient", first=first + 1,
                                 last=first + width),
            formula=f"columns {first + 1} to {first + width} of {symbol}",
            shape=(*shape[:-1], width), opening=Contraction(axes, (Part(symbol, code, axes),), {}),
            mistakes={"wrong-columns": f"{dy}[..., {other}:{other + width}]"})


def _write_side_by_side(w: Writer, lines: list[PlanLine], axes: str) -> None:
    assert w.layer is not None
    shape = w.layer.output.shape
    widths = tuple(int(line.slots["width"]) for line in lines)
    parts = tuple(Part(w.on(line).symbol("x"), w.on(line).value("x", *shape[:-1], width), axes)
                  for line, width in zip(lines, widths, strict=True))
    w.target("y", f"a{w.number}", f"a<sub>{w.number}</sub>", *shape)
    w.write("y", f"np.concatenate([{', '.join(part.code for part in parts)}], axis=-1)",
            words=say("microscope.joined", count=len(parts)),
            formula=f"({', '.join(part.symbol for part in parts)})", shape=shape,
            opening=Beside(parts, widths))
