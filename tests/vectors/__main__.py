"""The generator's command line: `python -m tests.vectors [--write]`."""

import sys

import click

from tests.vectors import files


@click.command()
@click.option("--write", is_flag=True, help="Write the files instead of comparing them.")
def main(write: bool) -> None:
    """Compare the files of the folders of vectors in spec/ with their cases, or write them."""
    if write:
        click.echo(f"vectors: {files.write()} files are as their cases say", err=True)
        return
    differences = files.differences()
    for line in differences:
        click.echo(line)
    if differences:
        click.echo(
            "vectors: run `python -m tests.vectors --write` and look at the change", err=True
        )
    sys.exit(1 if differences else 0)


main()
