"""A project as a PyTorch script: what each op is there, and the program around them."""
