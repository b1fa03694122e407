"""The window, and the command line that does without it."""
