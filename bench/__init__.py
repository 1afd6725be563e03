"""Measures the tracker against a bare Flask and SQL route of the same work."""
