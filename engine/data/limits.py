"""How large a person's table may be; checked before memory is asked for."""

from __future__ import annotations

LARGEST_TEXT = 20 * 2**20
"""Bytes of a text that is to be continued, letter by letter."""

LARGEST_FILE = 512 * 2**20
"""Bytes of a text file."""

LONGEST_LINE = 2**20
"""Characters of one line."""

HEAD_BYTES = 2**20
"""Bytes that finding out a file's form, and its preview, may read."""

WHOLE_BYTES = 4 * 2**20
"""Bytes of a file that a preview reads wholly."""

PIECES, PIECE_BYTES = 64, 2**13
"""Number and fewest bytes of the pieces of a larger file that a preview reads besides its head."""

LONGEST_PIECE = 2**18
"""Bytes of a piece of a file with long lines."""

MOST_ROWS = 5_000_000

MOST_COLUMNS = 10_000
"""Columns of a file, and inputs of a network after encoding."""

MOST_TEXT_COLUMNS = 3_000
"""Columns of a file that are not numbers: each takes as long as many of numbers, and after
encoding is two inputs at least."""

MOST_CELLS = 50_000_000
"""Rows times columns, as read and again after encoding: 400 MB in float64."""

MOST_LEVELS = 30
"""Different texts of a column that is still one-hot encoded."""

MOST_CHOSEN_LEVELS = 200
"""Different texts of a column that is one-hot encoded when a person chooses it."""

MOST_CLASSES = 100

FEWEST_ROWS = 4
"""Fewer examples cannot be divided into something to learn from and something to validate on."""
