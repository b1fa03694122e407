"""One step of backpropagation, line by line, with every number in it: NumPy alone, no Numba."""
