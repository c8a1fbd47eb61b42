"""The readable page of the service's description, at /docs."""
