"""Runs beside runs: what differs, what it does, and whether chance explains it."""
