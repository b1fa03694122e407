"""The frame of the program: main window, its pages, bars and columns."""
