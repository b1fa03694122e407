"""Runs that PyTorch has made, and what they were made from."""
