"""The commands of `dosepass-keys`, a file for each group of them."""
