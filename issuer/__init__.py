"""Turns dose records into signed certificates: the register, linting, issuing, pictures."""
