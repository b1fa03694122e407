"""The builder: the document, and everything that edits it. Import its parts after the first paint.

It imports none of them itself: what trains needs the document alone.
"""
