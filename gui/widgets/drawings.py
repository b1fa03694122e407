"""Cards as SVG files that other programs draw as Qt does, with text as text.

Qt's generator writes three things that most programs draw otherwise. Where a painter has been
moved, as it has for a widget within another, it writes clip paths as if it had not been: so every
widget is drawn by itself from its own corner, and moved afterwards. And it leaves it to
``vector-effect`` that a line is as wide as it is on the screen, whatever the scale of its plot,
which few programs know: so such lines are brought to the scale of the picture here. The third is
told at `_clips_of_texts`.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

from PySide6.QtCore import QBuffer, QIODevice, QPoint, QRect
from PySide6.QtGui import QPainter, QRegion
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QGraphicsView, QWidget

from gui import theme
from gui.widgets.card import PictureCard
from gui.widgets.pictures import parts_of

CSS_DPI = 96
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
EFFECT = "vector-effect"
CLIP = "clip-path"
UNMOVED = "matrix(1,0,0,1,0,0)"
PAIR = re.compile(r"(-?[\d.]+(?:e[-+]?\d+)?),(-?[\d.]+(?:e[-+]?\d+)?)")
Matrix = tuple[float, float, float, float, float, float]


def svg_of(card: PictureCard) -> bytes:
    """Return title and picture of a card as an SVG file, on the ground of the theme in force."""
    ET.register_namespace("", SVG)
    ET.register_namespace("xlink", XLINK)
    wide, tall = str(card.width()), str(card.height())
    root = ET.Element(_tag("svg"), {"width": wide, "height": tall, "version": "1.1",
                                    "viewBox": f"0 0 {wide} {tall}"})
    ET.SubElement(root, _tag("title")).text = card.title()
    ET.SubElement(root, _tag("rect"), {"width": wide, "height": tall,
                                       "fill": theme.current().surface})
    definitions = ET.SubElement(root, _tag("defs"))
    for number, (part, seen) in enumerate(part for widget in parts_of(card)
                                          for part in _tree(widget, widget.rect())):
        drawn = _drawn(part, seen)
        at = part.mapTo(card, QPoint())
        moved = ET.SubElement(root, _tag("g"), {"transform": f"translate({at.x()},{at.y()})",
                                                CLIP: f"url(#seen{number})"})
        _add_clip(definitions, f"seen{number}", seen)
        for clip in drawn.iter(_tag("clipPath")):
            clip.set("id", f"part{number}-{clip.get('id')}")
            for outline in clip:
                outline.attrib.pop(EFFECT, None)
            definitions.append(clip)
        moved.extend(_groups(drawn, f"part{number}-"))
        if not len(moved):
            root.remove(moved)
    # The module would declare the encoding of the system.
    return (HEAD + ET.tostring(root, encoding="unicode")).encode()


def _tag(name: str) -> str:
    return f"{{{SVG}}}{name}"


def _tree(widget: QWidget, seen: QRect) -> Iterator[tuple[QWidget, QRect]]:
    """Yield a widget and all within it, from the ground up, each with what can be seen of it."""
    yield widget, seen
    for child in widget.children():
        if isinstance(child, QWidget) and not child.isHidden() and not child.isWindow():
            inside = seen.translated(-child.pos()) & child.rect()
            if not inside.isEmpty():
                yield from _tree(child, inside)


def _drawn(part: QWidget, seen: QRect) -> ET.Element:
    """Return what a widget draws without those within it, from its own corner."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    # SVG Tiny, the default, cannot cut curves off at the edges of a plot.
    generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)
    generator.setOutputDevice(buffer)
    generator.setResolution(CSS_DPI)
    generator.setSize(part.size())
    owner = part.parent()
    scene = owner if isinstance(owner, QGraphicsView) and owner.viewport() is part else None
    cached = None if scene is None else scene.cacheMode()
    if scene is not None:
        # Else its ground would be an image of the whole plot.
        scene.setCacheMode(QGraphicsView.CacheModeFlag.CacheNone)
    painter = QPainter(generator)
    QWidget.render(part, painter, seen.topLeft(), QRegion(seen), QWidget.RenderFlag(0))
    painter.end()
    if scene is not None and cached is not None:
        scene.setCacheMode(cached)
    return ET.fromstring(bytes(buffer.data().data()))


def _add_clip(definitions: ET.Element, name: str, seen: QRect) -> None:
    clip = ET.SubElement(definitions, _tag("clipPath"), {"id": name})
    ET.SubElement(clip, _tag("rect"), {
        "x": str(seen.x()), "y": str(seen.y()), "width": str(seen.width()),
        "height": str(seen.height())})


def _groups(drawn: ET.Element, prefix: str) -> Iterator[ET.Element]:
    """Yield the groups of a drawing that hold something, their lines at the scale of the screen."""
    whole = drawn.find(_tag("g"))
    if whole is None:
        return
    of_texts, last = _clips_of_texts(drawn, whole, prefix), ""
    for group in whole:
        clip = group.get(CLIP, "")
        if clip:
            if clip not in of_texts:
                last = clip
            held = clip if _has_text(group) or clip not in of_texts else last
            # An empty one cuts nothing off.
            group.set(CLIP, held.replace("#", f"#{prefix}") or "none")
        inside = list(group) if clip else [group]
        for one in inside:
            _bake(one)
        if any(len(one) for one in inside):
            for key, value in whole.attrib.items():
                # What the outermost group says holds for all.
                group.attrib.setdefault(key, value)
            yield group


def _clips_of_texts(drawn: ET.Element, whole: ET.Element, prefix: str) -> set[str]:
    """Return the clip paths that were set for a text, or for nothing that can be seen.

    Qt's generator goes on with them when the text is done, whatever is drawn next.
    """
    empty = {f"url(#{clip.get('id', '').removeprefix(prefix)})"
             for clip in drawn.iter(_tag("clipPath")) if not any(part.get("d") for part in clip)}
    return empty | {group.get(CLIP, "") for group in whole if _has_text(group)}


def _has_text(group: ET.Element) -> bool:
    return group.find(f".//{_tag('text')}") is not None


def _bake(group: ET.Element) -> None:
    """Let the points of lines with a width of their own be those of the picture."""
    transform = group.attrib.pop("transform", UNMOVED)
    numbers = [float(number) for number in re.findall(r"-?[\d.]+(?:e[-+]?\d+)?", transform)]
    matrix = numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]
    for shape in group:
        effect = shape.attrib.pop(EFFECT, "")
        if effect == "non-scaling-stroke" and shape.tag == _tag("rect"):
            _outline(shape)
        places = next((key for key in ("points", "d") if key in shape.attrib), "")
        if effect == "non-scaling-stroke" and places:
            shape.set(places, PAIR.sub(lambda pair: _mapped(matrix, pair), shape.attrib[places]))
        elif transform != UNMOVED:
            shape.set("transform", transform)


def _outline(shape: ET.Element) -> None:
    """Make a path of a rectangle."""
    x, y, wide, tall = (float(shape.attrib.pop(key)) for key in ("x", "y", "width", "height"))
    shape.tag = _tag("path")
    shape.set("d", f"M{x},{y} L{x + wide},{y} L{x + wide},{y + tall} L{x},{y + tall} Z")


def _mapped(matrix: Matrix, pair: re.Match[str]) -> str:
    x, y = float(pair[1]), float(pair[2])
    a, b, c, d, e, f = matrix
    return f"{a * x + c * y + e:.6g},{b * x + d * y + f:.6g}"
