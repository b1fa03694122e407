"""Weights that other programs have written: read with care, and given to the layers they fit."""

from engine.foreign.files import INITIAL, SUFFIXES, is_first, is_foreign, read_weights_file
from engine.foreign.group import OURS
from engine.foreign.matching import FirstWeights
from engine.foreign.start import check_start, first_weights

__all__ = ["INITIAL", "OURS", "SUFFIXES", "FirstWeights", "check_start", "first_weights",
           "is_first", "is_foreign", "read_weights_file"]
