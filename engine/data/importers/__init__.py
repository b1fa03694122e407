"""What people bring besides tables and running text: images, sounds, texts with labels, series.

One module for each importer; `catalogue.IMPORTERS` names them all.
"""
