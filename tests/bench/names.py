"""Names of the checks; apart from them, so that the command line knows them without the engine."""

CHECK_NAMES = {
    "statistics": "a step with and without what measures gradients",
    "threads": "one thread beside all of them",
    "scaling": "time of a step against its multiply-adds",
    "vanishing": "a network whose gradients vanish beside a healthy one",
    "looking": "a snapshot with nothing in it, with each part, and with everything",
    "runs": "two runs side by side in the window, at once and in turn, beside one by itself",
    "recording": "steps a second with and without recording; memory; redrawing earlier steps",
    "instruments": "frames a second and speed with each instrument of 100 layers shown",
    "tables": "preview and load of large and wide tables: time, memory, and how long a timer waits",
    "images": "50,000 JPEGs: seconds until the first batch, of an epoch, and memory",
    "memory": "what engine, window and PyTorch hold in memory; what a paused window costs",
    "microscope": "taking a step apart, and drawing its micro-steps",
    "sparse": "a step that touches the rows of a table that its batch uses, beside one of all rows",
    "answers": "how long the window waits for another theme or size, in several states",
    "waits": "where the window's event loop does not come round in 200 ms",
    "sweep": "a phase diagram of nearly a thousand networks, on one worker and on several",
    "cells": "cells of a sweep one by one, and some together in the memory of others",
    "start": "compiling everything, and a warm start until the first step",
}
