"""Projects as Keras 3 scripts, for any of its backends."""
