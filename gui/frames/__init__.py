"""What runs tell: all that the views draw, whoever makes it."""
