"""The views that edit which data a network learns from."""
