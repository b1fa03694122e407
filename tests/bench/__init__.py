"""Seconds of a training step beside other libraries': ``python -m tests.bench``."""
