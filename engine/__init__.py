"""The engine: everything that computes, and nothing that draws."""
