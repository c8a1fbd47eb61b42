"""The checkpoint scanner: pictures or lines of text in, verdicts on a screen or as text out."""
