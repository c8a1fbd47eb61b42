"""The commands `dosepass-keys root`: a ceremony in which custodians sign the next root, apart."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import click
from securesystemslib.signer import CryptoSigner

from keys.algorithms import generate_private_key
from keys.authority import Authority
from keys.clock import SystemClock
from keys.console import home_option, say, secrets_options
from keys.file_signer import load_private_key, purpose_of, save_private_key
from keys.root import ceremony
from keys.root import words as root_words
from keys.root.ceremony import Count
from keys.root.custodians import custodian_key, key_to_json, label
from keys.root.draft import RootFile
from keys.root.files import (
    read_keys,
    read_present,
    read_root,
    read_signatures,
    refuse_existing,
    write_new,
)
from keys.root.publishing import DraftPlan, home_signer, newest_root, publish_root, write_draft
from keys.schedule import ALGORITHM_NAMES
from keys.secrets import SecretsHandler

__all__ = ["root"]

_ALGORITHMS: Final = {name: algorithm for algorithm, name in ALGORITHM_NAMES.items()}
_FILE: Final = click.Path(path_type=Path, dir_okay=False)
_MISSING: Final = 1
"""The exit code of `verify` while signatures are missing."""


@click.group()
def root() -> None:
    """Renew the root of trust: its custodians sign the next one, each on a machine of their own."""


@root.command("generate")
@click.argument("file", type=_FILE)
@click.option("--name", help="Whose key it is, an office say; the root publishes it.")
@click.option(
    "--algorithm", type=click.Choice(list(_ALGORITHMS)), default="Ed25519", show_default=True
)
@secrets_options
def generate_key(file: Path, name: str | None, algorithm: str, secrets: SecretsHandler) -> None:
    """Make a custodian's key: FILE, encrypted, and its public half beside it, *.pub.json."""
    file = file.absolute()
    public = file.with_suffix(".pub.json")
    private_key = generate_private_key(_ALGORITHMS[algorithm])
    key = custodian_key(private_key, name)
    refuse_existing(public)
    refuse_existing(file)
    save_private_key(file, private_key, secrets.new_passphrase(purpose_of(file)))
    try:
        write_new(public, key_to_json(key))
    except BaseException:
        file.unlink()
        raise
    say(f"made the key of {label(key, key.keyid)}; keep {file.name} and its passphrase apart")
    say("the next line names the public half; the authority needs it for: root init --key")
    click.echo(public)


@root.command("init")
@click.option("--key", "keys", type=_FILE, multiple=True, help="A custodian's public key.")
@click.option("--threshold", type=click.IntRange(min=1), help="How many of them have to sign.")
@click.option("--new-role-keys", is_flag=True, help="Replace the keys of all other roles.")
@click.option("--out", type=_FILE, help="Where the draft goes.")
@home_option
@secrets_options
def init_draft(
    keys: tuple[Path, ...],
    threshold: int | None,
    new_role_keys: bool,
    out: Path | None,
    home: Path,
    secrets: SecretsHandler,
) -> None:
    """Draft the next root on the authority's machine; its custodians then sign the draft."""
    plan = DraftPlan(
        custodians=read_keys(keys), threshold=threshold, new_role_keys=new_role_keys, out=out
    )
    path, draft, present = write_draft(Authority.open(home), plan, secrets, SystemClock().now())
    _tell_all(draft, present)
    say("the next line names the draft; its custodians, old and new, run: root sign")
    click.echo(path)


@root.command()
@click.argument("draft", type=_FILE)
@click.option("--key-file", type=_FILE, help="The custodian's private key.")
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    help="Sign with the root key in this home: a trial authority has one.",
)
@click.option("--previous", type=_FILE, help="The root in force, as published.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--out", type=_FILE, help="Where the signature goes; by default beside the draft.")
@secrets_options
def sign(
    draft: Path,
    key_file: Path | None,
    home: Path | None,
    previous: Path | None,
    yes: bool,
    out: Path | None,
    secrets: SecretsHandler,
) -> None:
    """Sign a draft on a custodian's machine; gives a file for the authority."""
    if (key_file is None) == (home is None):
        raise click.UsageError("give --key-file, or --home for the root key of a trial authority")
    wanted = read_root(draft)
    present = _present(previous, home, secrets)
    if present is not None:
        ceremony.check_order(wanted, present)
    _tell_all(wanted, present)
    if not yes:
        click.confirm("Sign this root?", abort=True, err=True)
    signer = _signer(key_file, home, (present, wanted), secrets)
    partial = ceremony.sign(wanted, present, signer)
    path = out or draft.with_name(f"{wanted.version}.root.{partial.keyid[:12]}.sig.json")
    write_new(path, partial.to_json())
    say("the next line names the signature; take it to the authority's machine")
    click.echo(path)


@root.command()
@click.argument("draft", type=_FILE)
@click.argument("signatures", type=_FILE, nargs=-1)
@click.option("--previous", type=_FILE, required=True, help="The root in force, as published.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
def verify(draft: Path, signatures: tuple[Path, ...], previous: Path, as_json: bool) -> int:
    """Tell who has signed a draft, and how many signatures are missing; then the exit code is 1."""
    wanted, present = read_root(draft), read_present(previous)
    counts = ceremony.count(wanted, present, read_signatures(signatures))
    if as_json:
        click.echo(json.dumps(_as_json(wanted, counts), indent=2))
    else:
        say(f"fingerprint of the draft: {wanted.fingerprint}")
        for one in counts:
            click.echo(root_words.progress(one, present, wanted))
    return _MISSING if any(one.missing for one in counts) else 0


@root.command()
@click.argument("draft", type=_FILE)
@click.argument("signatures", type=_FILE, nargs=-1)
@home_option
@secrets_options
def publish(draft: Path, signatures: tuple[Path, ...], home: Path, secrets: SecretsHandler) -> None:
    """Bring a signed root online, on the authority's machine; to run it again is always safe."""
    authority = Authority.open(home)
    now = SystemClock().now()
    done = publish_root(authority, read_root(draft), read_signatures(signatures), secrets, now)
    say("this root was online already" if done.was_there else "this root is online")
    for path in done.unneeded:
        say(f"no role has the key in {path} any more; it may be destroyed")
    if done.publication_ends is None or done.publication_ends <= now:
        say("verifiers have no publication that counts; run: dosepass-keys publish")
    say("the next line names the root that new verifiers pin; others follow by themselves")
    click.echo(done.path)


def _present(previous: Path | None, home: Path | None, secrets: SecretsHandler) -> RootFile | None:
    """The root in force, from a file or from the home that is signed for."""
    if previous is not None:
        return read_present(previous)
    if home is None:
        return None
    return newest_root(Authority.open(home), secrets, SystemClock().now())


def _signer(
    key_file: Path | None,
    home: Path | None,
    roots: Iterable[RootFile | None],
    secrets: SecretsHandler,
) -> CryptoSigner:
    if key_file is not None:
        return CryptoSigner(load_private_key(key_file.absolute(), secrets))
    assert home is not None  # noqa: S101  # one of the two is given
    return home_signer(Authority.open(home), filter(None, roots), secrets)


def _tell_all(draft: RootFile, present: RootFile | None) -> None:
    """Show what would be signed; with the root in force, also what it changes."""
    if present is None:
        say("give --previous to see what this root changes")
    else:
        _tell(
            f"against root {present.version} this draft changes", root_words.changes(draft, present)
        )
    _tell("all that this draft says", root_words.contents(draft))
    if root_words.has_ended(draft, SystemClock().now()):
        say("warning: by the clock of this machine this root has ended already")


def _tell(head: str, lines: Iterable[str]) -> None:
    say(f"{head}:")
    for line in lines:
        click.echo(f"  {line}", err=True)


def _as_json(draft: RootFile, counts: tuple[Count, Count]) -> dict[str, object]:
    return {
        "version": draft.version,
        "sha256": draft.sha256,
        "complete": not any(one.missing for one in counts),
        "by": [
            {
                "root": one.version,
                "threshold": one.threshold,
                "signed": one.signed,
                "waiting": one.waiting,
                "missing": one.missing,
            }
            for one in counts
        ],
    }
