"""The root ceremonies of the simulation, held with the real commands on machines of their own."""

from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

from keys.cli import cli
from tests.keys.homes import at
from tests.simulation.country import Country

__all__ = ["change_custodians", "change_role_keys"]


def change_custodians(country: Country, custodians: int, threshold: int) -> None:
    """Hand the root from the key of the beginning to custodians, some of whom have to sign."""
    keys = [country.folder / f"custodian-{number}" / "root.pem" for number in range(custodians)]
    public = [_custodian(country, "generate", key)[0] for key in keys]
    (draft,) = _at_home(
        country,
        "init",
        "--threshold",
        threshold,
        *(part for key in public for part in ("--key", key)),
    )
    present = _present(country)
    signatures = _at_home(country, "sign", draft, "--yes")
    for key in country.random.sample(keys, threshold):
        signatures += _sign(country, draft, key, present)
    _at_home(country, "publish", draft, *signatures)


def change_role_keys(country: Country, threshold: int) -> None:
    """Give every other role a new key, signed for by as many custodians as it takes."""
    (draft,) = _at_home(country, "init", "--new-role-keys")
    present = _present(country)
    keys = country.random.sample(sorted(country.folder.glob("custodian-*/root.pem")), threshold)
    signatures = [path for key in keys for path in _sign(country, draft, key, present)]
    _at_home(country, "publish", draft, *signatures)


def _sign(country: Country, draft: str, key: Path, present: Path) -> list[str]:
    """Carry the draft to a custodian; gives the signature that comes back."""
    there = key.parent / Path(draft).name
    there.write_bytes(Path(draft).read_bytes())
    return _custodian(
        country, "sign", there, "--key-file", key, "--previous", present, "--yes",
        "--out", there.with_suffix(f".{country.now}.sig"),
    )  # fmt: skip


def _custodian(country: Country, *arguments: object) -> list[str]:
    """Run a command away from the home, with the custodian's own passphrase."""
    secret = country.folder / "custodians.txt"
    secret.write_text("a passphrase of custodians\n")
    for path in arguments:
        if isinstance(path, Path):
            path.parent.mkdir(exist_ok=True)
    output = StringIO()
    with at(country.now), redirect_stdout(output), redirect_stderr(StringIO()):
        cli.main(
            ["root", *map(str, arguments), "--passphrase-file", str(secret)],
            prog_name="dosepass-keys",
            standalone_mode=False,
        )
    return output.getvalue().split()


def _at_home(country: Country, *arguments: object) -> list[str]:
    return country.run("keys", "root", *map(str, arguments)).split()


def _present(country: Country) -> Path:
    """The root in force."""
    roots = (country.authority.public / "metadata").glob("*.root.json")
    return max(roots, key=lambda path: int(path.name.split(".")[0]))
