"""The way out: one neutral graph of a project, and writers that make scripts and models of it."""
