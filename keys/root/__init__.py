"""The root of trust, and the ceremony that renews it."""
