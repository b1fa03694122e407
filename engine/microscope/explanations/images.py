"""Convolutions, pooling and other layers over images."""
