"""Drawings: strokes, what a network sees of them, drawn examples, and files of drawings."""
