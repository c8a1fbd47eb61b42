"""The fuzzer's command line: `python -m tests.fuzz TARGET|all [--seconds N]`."""

import importlib
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import click

_PARSERS: Final = ["spec", "keys.kept.stored_bundle", "verifier.pipeline", "issuer"]


@click.command()
@click.argument("target", required=False)
@click.option(
    "--seconds", type=click.IntRange(min=0), default=0, help="Stop after so long; 0 never."
)
@click.option("--into", type=click.Path(path_type=Path), help="Where inputs and findings are kept.")
def main(target: str | None, seconds: int, into: Path | None) -> None:
    """Fuzz one target, or all in turn; without a target, list them."""
    with _atheris().instrument_imports(include=_PARSERS):
        from tests.fuzz.targets import TARGETS
    if target is None:
        click.echo("\n".join(TARGETS))
        return
    into = into or Path(tempfile.mkdtemp(prefix="dosepass-fuzz-"))
    if target == "all":
        sys.exit(_run_all(list(TARGETS), seconds, into))
    if target not in TARGETS:
        raise click.UsageError(f"there is no target {target}")
    directory = into / target
    corpus = directory / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(TARGETS[target].seeds()):
        (corpus / f"seed-{number:04}").write_bytes(seed)
    click.echo(f"fuzz: {target}, kept in {directory}", err=True)
    _fuzz(target, seconds, directory)


def _atheris() -> Any:
    """The fuzzer, which is not among the dependencies and has no types."""
    try:
        return importlib.import_module("atheris")
    except ImportError:
        raise click.ClickException("atheris is missing: pip install atheris") from None


def _fuzz(target: str, seconds: int, directory: Path) -> None:
    from tests.fuzz.targets import TARGETS

    atheris = _atheris()
    arguments = [
        sys.argv[0],
        f"-artifact_prefix={directory}/finding-",
        f"-max_total_time={seconds}",
        "-timeout=5",
        "-rss_limit_mb=1024",
        "-max_len=2048",
        "-print_final_stats=1",
        str(directory / "corpus"),
    ]
    atheris.Setup(arguments, TARGETS[target])
    atheris.Fuzz()


def _run_all(targets: list[str], seconds: int, into: Path) -> int:
    """Fuzz each target in a process of its own; gives the exit code."""
    found = []
    for target in targets:
        command = [sys.executable, "-m", "tests.fuzz", target, "--into", str(into)]
        command += ["--seconds", str(seconds or 60)]
        finished = subprocess.run(command, check=False)  # noqa: S603  # our own command
        if finished.returncode:
            found.append(target)
    click.echo(f"fuzz: findings in {', '.join(found) or 'no target'}; kept in {into}", err=True)
    return 1 if found else 0


main()
