"""How training examples are changed in NumPy each time that they are seen."""

from __future__ import annotations

from engine.export.graph import Graph
from engine.export.source import Source
from engine.layers.augmentation import CHANGES

PIXELS = '''def pixels(images, rows, columns):
    """Return pixels at whole places, (batch, height, width, channels)."""
    height, width = images.shape[1:3]
{around}    example = np.arange(len(images))[:, None, None]
    {found}'''

REFLECTED = '''    # What lies outside is the image reflected at its edge.
    rows, columns = bounced(rows, height), bounced(columns, width)
'''

BOUNCED = '''def bounced(places, size):
    """Return places inside an axis to which reflections at its ends lead."""
    turn = max(2 * (size - 1), 1)
    places = places % turn
    return np.minimum(places, turn - places)'''

INSIDE = '''inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    found = images[example, rows.clip(0, height - 1), columns.clip(0, width - 1)]
    return found * inside[..., None]'''

WHOLE = "return images[example, rows, columns]"

BLENDED = '''row = np.broadcast_to(row + (height - 1) / 2, (n, height, width))
column = np.broadcast_to(column + (width - 1) / 2, (n, height, width))
top, left = np.floor(row).astype(int), np.floor(column).astype(int)
down, right = (row - top)[..., None], (column - left)[..., None]
images = ((1 - down) * ((1 - right) * pixels(images, top, left)
                        + right * pixels(images, top, left + 1))
          + down * ((1 - right) * pixels(images, top + 1, left)
                    + right * pixels(images, top + 1, left + 1)))'''


def write_augmentation(graph: Graph, source: Source) -> None:
    """Append the functions that change a batch of flat examples."""
    augmentation = graph.training.augmentation
    moves = bool(augmentation.shift or augmentation.rotation or augmentation.flip
                 or augmentation.alternate)
    if moves:
        reflect = augmentation.reflect
        source.add(*([BOUNCED, "", ""] if reflect else []))
        source.add(PIXELS.format(around=REFLECTED if reflect else "",
                                 found=WHOLE if reflect else INSIDE), "", "")
    with source.block("def augment(x, rows, epoch, rng):"):
        source.add('"""Return examples changed at random, as training sees them."""')
        if any(getattr(augmentation, key) for key in CHANGES):
            _write_images(graph, source, moves=moves)
        if augmentation.noise:
            source.add(f"x = x + {augmentation.noise!r} * rng.standard_normal(x.shape)")
        source.add("return x.astype(DTYPE)")


def _write_images(graph: Graph, source: Source, *, moves: bool) -> None:
    augmentation = graph.training.augmentation
    height, width, channels = graph.data.shape
    source.add(f"images = x.reshape(-1, {height}, {width}, {channels})",
               "n, height, width, _ = images.shape", "", "def between(limit):",
               "    return rng.uniform(-limit, limit, (n, 1, 1))", "")
    if moves:
        _write_moves(graph, source)
    if augmentation.brightness:
        source.add(f"images = images + between({augmentation.brightness!r})[..., None]")
    if augmentation.cutout:
        side = max(1, int(augmentation.cutout * min(height, width) + 0.5))
        source.add(
            f"top = rng.integers(0, {height - side + 1}, (n, 1, 1))",
            f"left = rng.integers(0, {width - side + 1}, (n, 1, 1))",
            "at_row = np.arange(height)[None, :, None] - top",
            "at_column = np.arange(width)[None, None, :] - left",
            f"cut = (at_row >= 0) & (at_row < {side}) & (at_column >= 0) & (at_column < {side})",
            "images = np.where(cut[..., None], 0.0, images)")
    source.add("x = images.reshape(n, -1)")


def _write_moves(graph: Graph, source: Source) -> None:
    augmentation = graph.training.augmentation
    source.add("# Where every pixel was before: shift, turn and mirror are undone in this order.")
    for name, size, axes in (("row", "height", "[:, None]"), ("column", "width", "[None, :]")):
        moved = f" - between({augmentation.shift!r} * {size}).round()" if augmentation.shift else ""
        source.add(f"{name} = np.arange({size}){axes} - ({size} - 1) / 2{moved}")
    if augmentation.rotation:
        source.add(f"angle = np.deg2rad(between({augmentation.rotation!r}))",
                   "row, column = (np.cos(angle) * row + np.sin(angle) * column,",
                   "               np.cos(angle) * column - np.sin(angle) * row)")
    if augmentation.alternate:
        source.add("# Every image is mirrored in every other epoch, half of them in the first.",
                   "start = np.random.default_rng(SEED).random(rows.max() + 1)",
                   "mirrored = (start[rows] < 0.5) != (epoch % 2 == 1)",
                   "column = np.where(mirrored[:, None, None], -column, column)")
    elif augmentation.flip:
        source.add("column = np.where(rng.random((n, 1, 1)) < 0.5, -column, column)")
    source.add(BLENDED)
