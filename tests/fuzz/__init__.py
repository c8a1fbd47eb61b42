"""Fuzzing of every parser of a stranger's bytes, with atheris (Python 3.11 to 3.13, Linux).

    pip install atheris
    python -m tests.fuzz                    lists the targets
    python -m tests.fuzz cbor               fuzzes one until stopped
    python -m tests.fuzz all --seconds 30   fuzzes each for a while

The test vectors are the seeds. What is found is kept in the directory that is named at the end;
each finding becomes a vector. Not part of the test suite: it has no end and needs atheris.
"""
