"""Layers that join, drop, draw, look up or average."""
