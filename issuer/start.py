"""Starts `dosepass-issuer`, or says what to install where its packages are missing."""

from keys.console import start

__all__ = ["main"]


def main() -> None:
    """Entry point of the console script."""
    start("issuer.cli", "dosepass-issuer", "issuer")
