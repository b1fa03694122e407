"""Examples to learn from: generated, shipped, or a person's own."""

