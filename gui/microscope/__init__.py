"""The page on which one step of backpropagation is walked through, with every number."""
