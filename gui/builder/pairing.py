"""What A and B have in common of one layer, and what each of them has of its own, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.layers import Field, LayerKind
from engine.spec import LayerSpec, Option
from gui.document.wiring import known_kind
from gui.widgets import plain_number

KINDS_OF_DRAWING = (" uniform", " normal")
"""Left out of initial weights that differ without them."""
OF_A_LAYER = (("l1", "L1"), ("l2", "L2"), ("weight_decay", "weight decay"))


@dataclass(frozen=True)
class Pairing:
    """A layer of a pair.

    Attributes
    ----------
    title : str
        What the layer is called in both: ``Dense 16``.
    a, b : str
        What A and B have of their own: ``Sigmoid · Xavier``; empty where nothing differs.
    only : str
        Key of the run that alone has the layer; empty where both have it.
    """

    title: str
    a: str = ""
    b: str = ""
    only: str = ""

    @property
    def words(self) -> str:
        """The same as a sentence's part: ``A Sigmoid · Xavier, B ReLU · He``."""
        if self.only:
            return f"only in {self.only}"
        return f"A {self.a}, B {self.b}" if self.a or self.b else "A and B alike"


@dataclass(frozen=True)
class Apart:
    """A setting that differs.

    Attributes
    ----------
    key : str
        Of the option or the field.
    a, b : str
        What A and B have, as people read it.
    """

    key: str
    a: str
    b: str


def pairing_of(a: LayerSpec, b: LayerSpec, fed_a: str = "", fed_b: str = "") -> Pairing:
    """Return what two layers of the same id have in common.

    Parameters
    ----------
    a, b : LayerSpec
        The layers.
    fed_a, fed_b : str
        What feeds them, in words, where a person has chosen it.
    """
    kind, other = known_kind(a), known_kind(b)
    if kind is None or other is not kind:
        kinds = [known.title if known else layer.kind
                 for known, layer in ((kind, a), (other, b))]
        return Pairing(kinds[0] if kinds[0] == kinds[1] else "Layer", *kinds)
    found = list(settings_apart(kind, a, b))
    if fed_a != fed_b:
        found.append(Apart("inputs", *(fed or "fed by the layer above" for fed in (fed_a, fed_b))))
    titles = {_short_label(kind, layer) for layer in (a, b)}
    title = titles.pop() if len(titles) == 1 else kind.title
    return Pairing(title, " · ".join(one.a for one in found), " · ".join(one.b for one in found))


def settings_apart(kind: LayerKind, a: LayerSpec, b: LayerSpec) -> Iterator[Apart]:
    """Yield what differs of two layers of one kind and is in force in either."""
    options_a, options_b = kind.options(a), kind.options(b)
    for field in kind.fields:
        one, other = options_a[field.key], options_b[field.key]
        felt = field.shown_when is None or any(
            options.get(field.shown_when[0]) in field.shown_when[1]
            for options in (options_a, options_b))
        if one != other and felt:
            yield Apart(field.key, *_told_apart(kind, field, one, other))
    if a.frozen != b.frozen:
        yield Apart("frozen", *("frozen" if layer.frozen else "learns" for layer in (a, b)))
    for key, title in OF_A_LAYER:
        rates = getattr(a, key), getattr(b, key)
        if rates[0] != rates[1]:
            yield Apart(key, *(f"{title} as training" if rate is None else
                               f"{title} {plain_number(rate)}" for rate in rates))


def value_text(field: Field, value: Option) -> str:
    """Return an option as the inspector shows it: ``He normal``, ``16``, ``on``."""
    choice = next((choice for choice in field.choices if choice.key == value), None)
    if choice is not None:
        return choice.title
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, int | float):
        number = f"{value:,}" if isinstance(value, int) else plain_number(value)
        return f"{number} {field.unit}".rstrip()
    return str(value)


def _short_label(kind: LayerKind, layer: LayerSpec) -> str:
    try:
        return kind.short_label(kind.options(layer))
    except (LookupError, TypeError, ValueError):
        # A file may hold what no option can be; the row says so.
        return kind.title


def _told_apart(kind: LayerKind, field: Field, a: Option, b: Option) -> tuple[str, str]:
    texts = value_text(field, a), value_text(field, b)
    name = field.title[:1].lower() + field.title[1:]
    if isinstance(field.default, bool):
        return (name if a else f"no {name}"), (name if b else f"no {name}")
    if field.choices:
        short = tuple(_without(text, KINDS_OF_DRAWING) for text in texts)
        return (short[0], short[1]) if short[0] != short[1] else texts
    # As it is said: 16 units, but gain 2.
    if field.key == kind.width_option:
        return f"{texts[0]} {name}", f"{texts[1]} {name}"
    return f"{name} {texts[0]}", f"{name} {texts[1]}"


def _without(text: str, ends: tuple[str, ...]) -> str:
    end = next((end for end in ends if text.endswith(end)), "")
    return text.removesuffix(end)
