"""Checks certificates: a pure pipeline, and a stateless service around it."""
