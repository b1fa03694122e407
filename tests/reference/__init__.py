"""The truth that kernels are held against: plain float64 loops, written from the formulae.

Nothing here is imported from the engine. A twin has its kernel's name and arguments: outputs, which
it fills, then inputs. Arrays hold float64; overflow gives infinity, as it does in compiled code.
"""
