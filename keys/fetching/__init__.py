"""Fetching what is published: over a line that may be slow, from a mirror that may be false."""
