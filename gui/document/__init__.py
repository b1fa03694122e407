"""What is edited: one project with its data, changed only by undoable edits."""
