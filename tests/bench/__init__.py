"""Steps per second beside PyTorch eager: ``python -m tests.bench``."""
