"""Paints the chain rule's ladder: rungs, the way from one to the next, and their factors."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from gui import theme
from gui.microscope.figures import localized
from gui.microscope.ladder_model import Step, Steps
from gui.microscope.ladder_places import LEFT, TOTAL, LadderPlaces, labelled
from gui.microscope.network_ink import SMALL, TEXT, Ink, arrow_head, number_text
from gui.microscope.taken import Taken

PILLS_FROM = 84
"""Px between rungs from which on every factor is written."""
VALUES_FROM = 44
"""The same for the size at every rung."""
OFFSETS = sorted(((10 * dx, 7 * dy) for dx in range(-12, 13) for dy in range(-16, 17)),
                 key=lambda at: math.hypot(at[0] * 1.2, at[1] * 1.4) + 15 * (at[1] < 0))
"""Px from a way at which its factor may stand, the nearest first; rather below, as it goes down."""


class LadderPainter:
    """Paints a ladder. GUI thread only.

    Parameters
    ----------
    ink : Ink
        What to write with.
    ladder : Steps
        The rungs.
    places : LadderPlaces
        Where they stand.
    now : int
        The statement at which one stands.
    held, hovered : int
        Places of the rung in hand and of that under the pointer; -1 for none.
    begin : str
        What the backward pass begins with, as rich text.
    """

    def __init__(self, ink: Ink, ladder: Steps, places: LadderPlaces, now: int, held: int,
                 hovered: int, begin: str) -> None:
        self._ink, self._ladder, self._places, self._now = ink, ladder, places, now
        self._held, self._hovered, self._begin = held, hovered, begin
        self._taken = Taken()
        self._colours = theme.depth_colours(max((step.depth for step in ladder.steps), default=1))

    def paint(self, painter: QPainter) -> None:
        """Paint all of it."""
        self._axis(painter)
        steps = self._ladder.steps
        if not steps:
            return
        self._take_lines()
        self._from_loss(painter)
        for place in reversed(range(len(steps) - 1)):
            self._way(painter, place)
        for place in range(len(steps)):
            self._rung(painter, place)
        for place in range(len(steps)):
            self._size(painter, place)
        self._total(painter)
        for place in self._factors_shown():
            self._factor(painter, place)

    # The axis

    def _axis(self, painter: QPainter) -> None:
        tokens, plot, px = theme.current(), self._places.plot, theme.px
        for size in self._places.ticks():
            y = self._places.y(size)
            self._tick(painter, y, _tick_text(size))
        if not math.isnan(self._places.floor):
            self._tick(painter, self._places.floor, "0")
        names = labelled(self._ladder.steps, self._places.pitch,
                         px(58) if self._places.pitch >= px(58) else px(26))
        bold = {self._held, self._hovered}
        near = {place for place in names for other in bold
                if 0 <= other != place and abs(other - place) * self._places.pitch < px(24)}
        for place, step in enumerate(self._ladder.steps):
            is_held = place in bold
            if place not in names - near and not is_held:
                continue
            name = step.name if self._places.pitch >= px(58) else step.short
            box = QRectF(self._places.xs[place] - px(40), self._names_top(), px(80), px(16))
            if is_held:
                wide = self._ink.width(name, SMALL, bold=True) + px(6)
                ground = QRectF(box.center().x() - wide / 2, box.top(), wide, box.height())
                painter.fillRect(ground, QColor(tokens.surface))
            self._ink.write(painter, box, name, tokens.text if is_held else tokens.text_muted,
                            SMALL, bold=is_held)
        if self._ladder.steps:
            box = QRectF(self._places.xs[-1] - px(30), self._names_top(), px(60), px(16))
            self._ink.write(painter, box, "loss" if self._ladder.layer < 0 else "end",
                            tokens.text_muted, SMALL)
        if self._places.pitch < px(58):
            box = QRectF(plot.left(), self._names_top(), px(90), px(16))
            self._ink.write(painter, box, self._ladder.noun, tokens.text_muted, SMALL,
                            align="right")

    def _names_top(self) -> float:
        bottom = self._places.plot.bottom()
        return bottom + theme.px(7) + (0 if math.isnan(self._places.floor) else theme.px(24))

    def _tick(self, painter: QPainter, y: float, text: str) -> None:
        tokens, plot, px = theme.current(), self._places.plot, theme.px
        painter.setPen(QPen(QColor(tokens.grid), theme.scale()))
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
        box = QRectF(plot.left() - px(LEFT - 2), y - px(8), px(LEFT - 8), px(16))
        self._ink.write(painter, box, text, tokens.axis, SMALL, align="right")

    # Rungs and ways

    def _is_done(self, step: Step) -> bool:
        return step.statement <= self._now

    def _half(self) -> float:
        return float(min(self._places.pitch * 0.27, theme.px(34)))

    def _ends(self, place: int) -> tuple[QPointF, QPointF, QPointF]:
        """Return where the way to a rung begins, turns and ends."""
        step, behind = self._ladder.steps[place], self._ladder.steps[place + 1]
        half, xs, y = self._half(), self._places.xs, self._places.y
        begin = QPointF(xs[place + 1] - half, y(behind.size))
        end = QPointF(xs[place] + half, y(step.size))
        turn = QPointF((begin.x() + end.x()) / 2,
                       y(step.size if math.isnan(step.between) else step.between))
        return begin, turn, end

    def _take_lines(self) -> None:
        """Keep the texts off the ways and the rungs."""
        for place in range(len(self._ladder.steps) - 1):
            points = self._ends(place)
            for a, b in ((points[0], points[1]), (points[1], points[2])):
                self._taken.add_line(
                    a, b, 10 if self._places.pitch >= theme.px(VALUES_FROM) else 4, 3)
        for place, step in enumerate(self._ladder.steps):
            half, y = self._half(), self._places.y(step.size)
            self._taken.add(QRectF(self._places.xs[place] - half, y - 5, 2 * half, 10))

    def _way(self, painter: QPainter, place: int) -> None:
        tokens, step = theme.current(), self._ladder.steps[place]
        is_done = self._is_done(step)
        colour = QColor(tokens.text if is_done else tokens.text_disabled)
        if not math.isfinite(step.size):
            colour = QColor(tokens.bad)
        is_wide = self._places.pitch >= theme.px(40)
        pen = QPen(colour, (1.6 if is_wide else 1.2) * theme.scale())
        if not is_done:
            pen.setDashPattern([2.5, 2.5])
        begin, turn, end = self._ends(place)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawLine(begin, turn)
        painter.drawLine(turn, end)
        if is_wide:
            arrow_head(painter, end, end - turn, 8 * theme.scale(), colour)
            if not math.isnan(step.between):
                painter.setPen(QPen(colour, 1.4 * theme.scale()))
                painter.setBrush(QColor(tokens.surface))
                painter.drawEllipse(turn, theme.px(2.5), theme.px(2.5))

    def _rung(self, painter: QPainter, place: int) -> None:
        tokens, step, px = theme.current(), self._ladder.steps[place], theme.px
        x, y, half = self._places.xs[place], self._places.y(step.size), self._half()
        colour, is_done = self._colours[step.depth - 1], self._is_done(step)
        box = QRectF(x - half, y - px(3), 2 * half, px(6))
        if place in (self._held, self._hovered):
            painter.setPen(QPen(QColor(tokens.border_strong), theme.scale(),
                                Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(x, box.bottom()), QPointF(x, self._places.plot.bottom()))
        if not is_done:
            pen = QPen(colour, 1.4 * theme.scale())
            pen.setDashPattern([2, 1.5])
            painter.setPen(pen)
            painter.setBrush(QColor(tokens.surface))
            painter.drawRoundedRect(box.adjusted(0, 1, 0, -1), 2, 2)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawRoundedRect(box, px(3), px(3))
        if not math.isfinite(step.size) or step.size == 0:
            glyph = QRectF(x - px(7), y - px(20), px(14), px(14))
            theme.status_glyph(painter, glyph, "dead" if step.size == 0 else "nonfinite")

    def _size(self, painter: QPainter, place: int) -> None:
        """Write the size at a rung, where it has room."""
        tokens, step, px = theme.current(), self._ladder.steps[place], theme.px
        is_named = place in (self._held, self._hovered, 0, len(self._ladder.steps) - 1)
        if self._places.pitch < px(VALUES_FROM) and not is_named:
            return
        text = "0, exactly" if step.size == 0 else number_text(step.size)
        x, y = self._places.xs[place], self._places.y(step.size)
        wide, high = self._ink.width(text, TEXT, bold=True) + px(4), px(17)
        up = px(17) if step.size == 0 or not math.isfinite(step.size) else 0
        left = min(max(x - wide / 2, self._places.plot.left()), self._places.plot.right() - wide)
        above = QRectF(left, y - px(6) - high - up, wide, high)
        tried = [above, QRectF(left, y + px(6), wide, high), *(
            above.translated(px(dx), px(dy)) for dx, dy in ((0, -12), (0, 40), (0, -24), (0, 52)))]
        label = next((box for box in tried if box.bottom() <= self._names_top()
                      and self._taken.is_free(box)), None)
        if label is None:
            if self._places.pitch >= px(VALUES_FROM):
                return
            label = above
            painter.fillRect(label, QColor(tokens.surface))
        self._taken.add(label)
        self._ink.write(painter, label, text,
                        tokens.text if self._is_done(step) else tokens.text_muted, TEXT, bold=True)

    def _from_loss(self, painter: QPainter) -> None:
        """Draw where the backward pass begins."""
        tokens, step, px = theme.current(), self._ladder.steps[-1], theme.px
        x, y = self._places.xs[-1], self._places.y(step.size)
        is_done = self._is_done(step)
        colour = QColor(tokens.text if is_done else tokens.text_disabled)
        pen = QPen(colour, 1.6 * theme.scale())
        if not is_done:
            pen.setDashPattern([2.5, 2.5])
        painter.setPen(pen)
        end = QPointF(self._places.xs[-2] + self._half(), y)
        painter.drawLine(QPointF(x, y), end)
        self._taken.add(QRectF(end.x(), y - 3, x - end.x(), 6))
        if self._places.pitch >= px(40):
            arrow_head(painter, end, end - QPointF(x, y), 8 * theme.scale(), colour)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(QPointF(x, y), px(4), px(4))
        wide = self._ink.width(self._begin, SMALL) + px(4)
        left = min(x - wide / 2, self._places.plot.right() - wide)
        if self._places.pitch >= px(VALUES_FROM):
            label = QRectF(left, y - px(22), wide, px(15))
            self._taken.add(label)
            self._ink.write(painter, label, self._begin, tokens.text_muted, SMALL)

    # Factors

    def _factors_shown(self) -> list[int]:
        """Return which factors are written, the most important first."""
        count = len(self._ladder.steps) - 1
        first = [self._hovered, self._ladder.weakest, self._held]
        shown = list(dict.fromkeys(place for place in first if 0 <= place < count))
        if self._places.pitch >= theme.px(PILLS_FROM):
            shown += [place for place in range(count) if place not in shown]
        return shown

    def _factor(self, painter: QPainter, place: int) -> None:
        tokens, step, px = theme.current(), self._ladder.steps[place], theme.px
        is_weakest = place == self._ladder.weakest
        text, below = f"× {number_text(step.factor)}", split_text(step)
        size = self._ink.pill_size(text, TEXT, bold=True)
        glyph = px(18) if is_weakest else 0
        under = weakest_words(self._ladder) if is_weakest else ""
        lines = [line for line in (below, under) if line]
        wide = max(size[0] + glyph, *(self._ink.width(line, SMALL) for line in lines), 0)
        whole = (wide, size[1] + px(15) * len(lines))
        box = self._free(place, whole)
        if box is None:
            if is_weakest:
                at = self._ends(place)[1]
                theme.status_glyph(painter, QRectF(at.x() - px(6), at.y() - px(6), px(12), px(12)),
                                   "vanishing")
            return
        self._taken.add(box)
        pill = QRectF(box.center().x() - size[0] / 2 + glyph / 2, box.top(), *size)
        is_done = self._is_done(step)
        colour = tokens.vanishing if is_weakest else tokens.text if is_done \
            else tokens.text_disabled
        if self._places.pitch < px(PILLS_FROM):
            painter.fillRect(box, QColor(tokens.surface))
        self._ink.pill(painter, pill, text, size=TEXT, bold=True, border=colour,
                       text=colour if is_weakest or is_done else tokens.text_muted,
                       width=1.4, dashed=not is_done)
        if is_weakest:
            theme.status_glyph(painter, QRectF(pill.left() - glyph, pill.top() + px(3), px(14),
                                               px(14)), "vanishing")
        for i, line in enumerate(lines):
            row = QRectF(box.left() - px(20), pill.bottom() + px(1) + px(15) * i,
                         box.width() + px(40), px(15))
            self._ink.write(painter, row, line, colour if line == under else tokens.text_muted,
                            SMALL)

    def _free(self, place: int, size: tuple[float, float]) -> QRectF | None:
        """Return a box beside a way that covers nothing; the nearest, None if there is none."""
        begin, turn, end = self._ends(place)
        px, plot = theme.px, self._places.plot
        room = plot.adjusted(px(TOTAL), -px(22), 0, px(2))
        middle = QPointF((begin.x() + end.x()) / 2, (begin.y() + turn.y() + end.y()) / 3)
        corners = np.array(OFFSETS) * theme.scale() + (
            middle.x() - size[0] / 2, middle.y() - size[1] / 2)
        lefts = np.maximum(np.minimum(corners[:, 0], room.right() - size[0]), room.left())
        tops = corners[:, 1]
        fits = (tops >= room.top()) & (tops + size[1] <= room.bottom()) & (
            size[0] <= room.width())
        fits &= ~self._taken.covers(lefts - 2, tops - 2, size[0] + 4, size[1] + 4)
        if not fits.any():
            return None
        first = int(np.argmax(fits))
        return QRectF(lefts[first], tops[first], *size)

    def _total(self, painter: QPainter) -> None:
        """Draw what is left at the first layer of what the last one has."""
        tokens, steps, px = theme.current(), self._ladder.steps, theme.px
        total = self._ladder.total
        if len(steps) < 2:
            return
        colour = _verdict_colour(total)
        x = self._places.plot.left() + px(46)
        # Layers above ask something of every step of time, so that its gradient may be larger.
        high, low = (self._places.y(steps[-1].size), self._places.y(steps[-1].size * total)
                     if math.isfinite(total) else self._places.y(steps[0].size))
        is_done = self._is_done(steps[0])
        pen = QPen(QColor(tokens.text_muted), 1.2 * theme.scale())
        if not is_done:
            pen.setDashPattern([2.5, 2.5])
        painter.setPen(pen)
        painter.drawLine(QPointF(x, high), QPointF(x, low))
        for y in (high, low):
            painter.drawLine(QPointF(x - px(5), y), QPointF(x + px(5), y))
        text = f"× {number_text(total)}" if not math.isnan(total) else "× ?"
        size = self._ink.pill_size(text, TEXT, bold=True)
        plot = self._places.plot
        top = min(max((high + low) / 2 - size[1] / 2, plot.top()), plot.bottom() - size[1] - px(16))
        pill = QRectF(max(x - size[0] / 2, plot.left()), top, *size)
        self._ink.pill(painter, pill, text, size=TEXT, bold=True, border=colour, text=colour,
                       width=1.4, dashed=not is_done)
        under = QRectF(plot.left() + px(2), pill.bottom() + px(1), px(TOTAL - 4), px(15))
        ground = self._ink.width(left_in(self._ladder), SMALL) + px(4)
        painter.fillRect(QRectF(under.left(), under.top(), ground, under.height()),
                         QColor(tokens.surface))
        self._ink.write(painter, under, left_in(self._ladder), tokens.text_muted, SMALL,
                        align="left")


def left_in(ladder: Steps) -> str:
    """Return what the total says of the first rung."""
    verb = "reaches" if ladder.total > 1 else "is left in"
    return f"{verb} {ladder.steps[0].name}"


def weakest_words(ladder: Steps) -> str:
    """Return what is said of the smallest factor."""
    return "this one kills it" if ladder.is_killed else "the weakest"


def split_text(step: Step) -> str:
    """Return a factor's parts: the weights' and the slope's."""
    if math.isnan(step.slope):
        return "" if math.isnan(step.weights) else step.words[0]
    colon = ":" if step.words[0].startswith("layer") else ""
    text = f"{step.words[0]}{colon} {number_text(step.weights)} · {step.words[1]} " \
           f"{number_text(step.slope)}"
    return text if math.isnan(step.gate) else f"{text}, past them gate {number_text(step.gate)}"


def tip_text(ladder: Steps, place: int) -> str:
    """Return what is said of a rung under the pointer, as plain text."""
    step: Step = ladder.steps[place]
    text = f"{step.name}: RMS of the gradient {number_text(step.size)}"
    if math.isnan(step.factor):
        return text
    parts = split_text(step)
    text += f", × {number_text(step.factor)}"
    return f"{text} ({parts})" if parts else text


def _verdict_colour(total: float) -> str:
    tokens = theme.current()
    if not math.isfinite(total) or total == 0:
        return tokens.bad
    return tokens.vanishing if total < 0.5 else tokens.exploding if total > 2 else tokens.text


def _tick_text(size: float) -> str:
    power = math.floor(math.log10(size) + 1e-9)
    if -3 <= power <= 3:
        return localized(f"{size:g}")
    digit = round(size / 10.0 ** power)
    return ("" if digit == 1 else f"{digit}·") + f"10<sup>{localized(str(power))}</sup>"


def nearest(xs: Sequence[float], x: float) -> int:
    """Return which rung is nearest to a place; -1 for the loss."""
    place = min(range(len(xs)), key=lambda i: abs(xs[i] - x))
    return place if place < len(xs) - 1 else -1
