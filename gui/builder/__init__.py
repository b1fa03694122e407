"""The builder: the network as rows, and the controls that edit it."""
