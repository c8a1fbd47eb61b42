"""The vaccine table that the register works with."""

from importlib import resources

from keys.bundle import VACCINES
from spec.vaccines import VaccineTable

__all__ = ["vaccine_table"]


def vaccine_table() -> VaccineTable:
    """The table that verifiers get with the trust bundle."""
    return VaccineTable.from_json(resources.files("spec").joinpath("data", VACCINES).read_bytes())
