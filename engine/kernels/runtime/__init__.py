"""What runs a plan: the loop, its threads, memory, options of the compiler, the processor."""
