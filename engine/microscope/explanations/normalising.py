"""Batch norm and layer norm."""
