"""The Experiments page: sweeps as maps, lines and strands, and the article's tables beside them."""
