"""The program without a window: its commands, and runs in a terminal."""
