"""The commands of `dosepass-issuer`."""
