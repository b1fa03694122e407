"""Runs beside one another and over time: the bar of a pair, the timeline, earlier runs."""
