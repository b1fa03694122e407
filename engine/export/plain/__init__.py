"""A project as a NumPy script: layers as small classes that go forward and back."""
