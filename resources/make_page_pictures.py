"""Draw the pictures of the pages from what the engine computes.

Call it as ``.venv/bin/python -m resources.make_page_pictures``; it trains small networks for some
seconds. Pictures are drawn in the colour of the text, so that they suit both themes; what is told
apart by colour is told apart by its stroke as well.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Sequence
from statistics import median

from engine.data import load
from engine.pages.catalogue import PICTURES
from engine.spec import (
    DataSpec,
    LayerSpec,
    NetworkSpec,
    OptimizerSpec,
    ProjectSpec,
    TrainingSpec,
)
from engine.telemetry.parts import Part
from engine.theory import mean_squares, predict
from engine.training import Trainer

SEEDS, FEW_SEEDS = 12, 7
STEPS, RATE = 2000, 0.001
WIDE, HIGH, GAP, FOOT, HEAD, SIDE = 300, 190, 60, 34, 40, 46
"""Px of a panel, between two of them, and around them."""
MEASURED, EXPECTED = "#f59322", "#0877bd"
"""Of a run and of theory, as the window has them."""

Profile = Sequence[float]


def project_of(width: int, depth: int, seed: int = 1, rate: float = 0.0) -> ProjectSpec:
    """Return a network of tanh layers on the spiral."""
    hidden = (LayerSpec(f"dense-{i + 1}", "dense", {"units": width, "activation": "tanh"})
              for i in range(depth))
    network = NetworkSpec((
        LayerSpec("input", "input"), *hidden,
        LayerSpec("output", "dense", {"units": 2, "activation": "linear"})))
    return ProjectSpec(
        network=network, data=DataSpec(source="spiral"),
        training=TrainingSpec(batch_size=64, seed=seed, learning_rate=rate,
                              optimizer=OptimizerSpec("adam")))


def measured(project: ProjectSpec, steps: int = 1) -> tuple[Profile, Profile]:
    """Return the gradients' sizes after so many steps, and what theory says of such weights."""
    dataset = load(project.data)
    trainer = Trainer(project, dataset, threads=1)
    while trainer.step < steps:
        trainer.run(steps - trainer.step, 1.0)
    found = trainer.snapshot(frozenset({Part.READINGS})).layers
    told = predict(project, dataset, weights=mean_squares(trainer.weights())).layers
    return ([one.gradient_rms for one in found if one.gradient_rms > 0],
            [one.gradient_rms for one in told if one.gradient_rms > 0])


def narrow_panel() -> list[str]:
    """Return the panel of a narrow, deep network: many seeds, and what theory expects."""
    runs = [measured(project_of(8, 30, seed))[0] for seed in range(1, SEEDS + 1)]
    project = project_of(8, 30)
    told = [one for one in predict(project, load(project.data)).layers if one.gradient_rms > 0]
    low, high = [one.low for one in told], [one.high for one in told]
    place = _placing([*runs, low, high])
    band = " ".join(map(place, [*enumerate(high), *reversed(list(enumerate(low)))]))
    return ['<g stroke-width="1.2" fill="none">',
            f'<polygon points="{band}" fill="{EXPECTED}" fill-opacity="0.22"/>',
            *(_line(run, place, f'stroke="{MEASURED}"') for run in runs),
            _line([one.gradient_rms for one in told], place,
                  f'stroke="{EXPECTED}" stroke-width="2" stroke-dasharray="6 4"'), "</g>",
            *_frame(f"8 units, 30 layers: {SEEDS} seeds", [*runs, low, high], len(told))]


def trained_panel() -> list[str]:
    """Return the panel of a wide network, fresh and trained, with theory for each."""
    parts = ['<g stroke-width="1.6" fill="none">']
    profiles: list[Profile] = []
    lines = [(_middles([measured(project_of(128, 6, seed, rate=RATE), steps)
                        for seed in range(1, FEW_SEEDS + 1)]), words)
             for steps, words in ((1, "first step"), (STEPS, f"step {STEPS:,}"))]
    for (run, told), _ in lines:
        profiles += [run, told]
    place = _placing(profiles)
    for (run, told), words in lines:
        end = place((len(run) - 1, run[-1])).split(",")
        parts += [_line(run, place, f'stroke="{MEASURED}"'),
                  _line(told, place,
                        f'stroke="{EXPECTED}" stroke-width="2" stroke-dasharray="6 4"'),
                  _text(float(end[0]) - 4, float(end[1]) - 7, words, "end")]
    return [*parts, "</g>", *_frame(f"128 units, 6 layers: median of {FEW_SEEDS} seeds", profiles,
                                      len(lines[0][0][0]))]


def _middles(runs: Sequence[tuple[Profile, Profile]]) -> tuple[Profile, Profile]:
    """Return the median over runs of what was measured, and of what theory says."""
    both = [[median(values) for values in zip(*profiles, strict=True)]
            for profiles in zip(*runs, strict=True)]
    return both[0], both[1]


def _bounds(profiles: Iterable[Profile]) -> tuple[int, int]:
    """Return the powers of ten between which all values lie."""
    values = [math.log10(value) for profile in profiles for value in profile if value > 0]
    return math.floor(min(values)), math.ceil(max(values))


def _placing(profiles: Sequence[Profile]) -> Placing:
    low, high = _bounds(profiles)
    return Placing(low, high, max(map(len, profiles)))


class Placing:
    """Says where in a panel a layer's value lies."""

    def __init__(self, low: int, high: int, layers: int) -> None:
        self._low, self._high, self._layers = low, high, layers

    def __call__(self, point: tuple[int, float]) -> str:
        """Return the place of a layer's value as SVG writes it."""
        layer, value = point
        share = (math.log10(value) - self._low) / (self._high - self._low)
        return f"{layer * WIDE / (self._layers - 1):.1f},{HIGH * (1 - share):.1f}"


def _line(profile: Profile, place: Placing, look: str) -> str:
    return f'<polyline points="{" ".join(map(place, enumerate(profile)))}" {look}/>'


def _text(x: float, y: float, words: str, anchor: str = "middle", size: int = 11) -> str:
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
            f'font-family="sans-serif" fill="currentColor" stroke="none">{words}</text>')


def _frame(title: str, profiles: Sequence[Profile], layers: int) -> list[str]:
    """Return title, axes and their labels."""
    low, high = _bounds(profiles)
    parts = [f'<path d="M0 0V{HIGH}H{WIDE}" stroke="currentColor" fill="none"/>',
             _text(WIDE / 2, -14, title, size=13), _text(0, HIGH + 16, "1"),
             _text(WIDE, HIGH + 16, str(layers)), _text(WIDE / 2, HIGH + 16, "layer")]
    step = max((high - low) // 4, 1)
    for power in range(low, high + 1, step):
        y = HIGH * (1 - (power - low) / (high - low))
        parts += [f'<path d="M-4 {y:.1f}H0" stroke="currentColor"/>',
                  _text(-7, y + 4, f"1e{power}".replace("-", "−"), "end")]
    return parts


def picture() -> str:
    """Return both panels side by side, with what the strokes mean."""
    width, height = 2 * (WIDE + SIDE) + GAP, HEAD + HIGH + FOOT + 26
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">']
    for panel, content in enumerate((narrow_panel(), trained_panel())):
        x = SIDE + panel * (WIDE + SIDE + GAP / 2)
        parts += [f'<g transform="translate({x:.0f} {HEAD})">', *content, "</g>"]
    y = height - 12
    parts += [f'<path d="M{SIDE} {y - 4}h26" stroke="{MEASURED}" stroke-width="1.6"/>',
              _text(SIDE + 32, y, "measured RMS of ∂L/∂W", "start"),
              f'<path d="M{SIDE + 210} {y - 4}h26" stroke="{EXPECTED}" stroke-width="2" '
              'stroke-dasharray="6 4"/>',
              _text(SIDE + 242, y, "theory, with its band for 90 of 100 seeds", "start"),
              "</svg>", ""]
    return "\n".join(parts)


def main() -> None:
    """Write the picture."""
    PICTURES.mkdir(exist_ok=True)
    (PICTURES / "theory-limits.svg").write_text(picture(), "utf-8")
    sys.stdout.write(f"{PICTURES / 'theory-limits.svg'}\n")


if __name__ == "__main__":
    main()
