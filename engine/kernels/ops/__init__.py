"""Kernels, and the ops by which a plan calls them."""
