"""How training examples are changed in PyTorch each time that they are seen."""

from __future__ import annotations

from engine.export.graph import Graph
from engine.export.source import Source
from engine.layers.augmentation import CHANGES

PIXELS = '''def pixels(images, rows, columns):
    """Return pixels at whole places, (batch, height, width, channels)."""
    height, width = images.shape[1:3]
{around}    example = torch.arange(len(images), device=images.device)[:, None, None]
    {found}'''

REFLECTED = '''    # What lies outside is the image reflected at its edge.
    rows, columns = bounced(rows, height), bounced(columns, width)
'''

BOUNCED = '''def bounced(places, size):
    """Return places inside an axis to which reflections at its ends lead."""
    turn = max(2 * (size - 1), 1)
    places = places.remainder(turn)
    return torch.minimum(places, turn - places)'''

INSIDE = '''inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    found = images[example, rows.clamp(0, height - 1), columns.clamp(0, width - 1)]
    return found * inside[..., None]'''

WHOLE = "return images[example, rows, columns]"


def write_augmentation(graph: Graph, source: Source) -> None:
    """Append the functions that change a batch of flat examples."""
    augmentation, shape = graph.training.augmentation, graph.data.shape
    moves = augmentation.shift or augmentation.rotation or augmentation.flip \
        or augmentation.alternate
    if moves:
        _write_pixels(source, reflect=augmentation.reflect)
    with source.block("def augment(x, rows, epoch):"):
        source.add('"""Return examples changed at random, as training sees them."""')
        if any(getattr(augmentation, key) for key in CHANGES):
            height, width, channels = shape
            source.add(f"images = x.reshape(-1, {height}, {width}, {channels})",
                       "n, height, width, _ = images.shape", "", *_between(),
                       "")
            if moves:
                _write_moves(graph, source)
            if augmentation.brightness:
                source.add(f"images = images + between({augmentation.brightness!r})"
                           "[..., None]")
            if augmentation.cutout:
                side = max(1, int(augmentation.cutout * min(height, width) + 0.5))
                source.add(
                    f"top = torch.randint({height - side + 1}, (n, 1, 1), device=x.device)",
                    f"left = torch.randint({width - side + 1}, (n, 1, 1), device=x.device)",
                    "at_row = torch.arange(height, device=x.device)[None, :, None] - top",
                    "at_column = torch.arange(width, device=x.device)[None, None, :] - left",
                    f"cut = (at_row >= 0) & (at_row < {side}) & (at_column >= 0) "
                    f"& (at_column < {side})",
                    "images = images.masked_fill(cut[..., None], 0.0)")
            source.add("x = images.flatten(1)")
        noise = f" + {augmentation.noise!r} * torch.randn_like(x)" if augmentation.noise else ""
        source.add(f"return x{noise}")


def _between() -> tuple[str, ...]:
    return ("def between(limit):",
            "    return limit * (2 * torch.rand(n, 1, 1, dtype=x.dtype, device=x.device) - 1)")


def _write_pixels(source: Source, *, reflect: bool) -> None:
    if reflect:
        source.add(BOUNCED, "", "")
    source.add(PIXELS.format(around=REFLECTED if reflect else "",
                             found=WHOLE if reflect else INSIDE), "", "")


def _write_moves(graph: Graph, source: Source) -> None:
    augmentation = graph.training.augmentation
    source.add("# Where every pixel was before: shift, turn and mirror are undone in this order.")
    for name, size, shift in (("row", "height", "[:, None]"), ("column", "width", "[None, :]")):
        source.add(f"{name} = torch.arange({size}, dtype=x.dtype, device=x.device){shift} "
                   f"- ({size} - 1) / 2")
        if augmentation.shift:
            source.add(f"{name} = {name} - between({augmentation.shift!r} * {size}).round()")
    if augmentation.rotation:
        source.add(f"angle = torch.deg2rad(between({augmentation.rotation!r}))",
                   "row, column = (angle.cos() * row + angle.sin() * column,",
                   "               angle.cos() * column - angle.sin() * row)")
    if augmentation.alternate:
        source.add("# Every image is mirrored in every other epoch, half of them in the first.",
                   "generator = torch.Generator().manual_seed(SEED)",
                   f"start = torch.rand({len(graph.data.targets)}, generator=generator)",
                   "mirrored = (start.to(x.device)[rows] < 0.5) != (epoch % 2 == 1)",
                   "column = torch.where(mirrored[:, None, None], -column, column)")
    elif augmentation.flip:
        source.add("mirrored = torch.rand(n, 1, 1, device=x.device) < 0.5",
                   "column = torch.where(mirrored, -column, column)")
    source.add("row = (row + (height - 1) / 2).expand(n, height, width)",
               "column = (column + (width - 1) / 2).expand(n, height, width)",
               "top, left = row.floor(), column.floor()",
               "down, right = (row - top)[..., None], (column - left)[..., None]",
               "top, left = top.long(), left.long()",
               "images = ((1 - down) * ((1 - right) * pixels(images, top, left)",
               "                        + right * pixels(images, top, left + 1))",
               "          + down * ((1 - right) * pixels(images, top + 1, left)",
               "                    + right * pixels(images, top + 1, left + 1)))")
