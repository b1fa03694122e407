"""Recurrent layers: one line for every step of time."""
