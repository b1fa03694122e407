"""Labs: places to try something out before it is used."""
