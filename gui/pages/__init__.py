"""The pages that explain, shown beside the work: what has focus, what the doctor says, and why."""
