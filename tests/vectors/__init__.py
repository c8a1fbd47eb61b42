"""The test vectors of the specification: the cases, and the generator that writes their files.

`python -m tests.vectors` says which files differ from their cases; with `--write` it writes them.
"""
