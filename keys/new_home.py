"""Making the home of a new authority: all of it or nothing."""

import shutil
import tempfile
from pathlib import Path

from keys.algorithms import PrivateKey, generate_private_key
from keys.clock import Clock
from keys.errors import AuthorityError
from keys.file_signer import purpose_of
from keys.home import RECORDS_FILE, SETTINGS_FILE, records_to_json
from keys.publication import repository
from keys.publication.repository import ROLES, Lives
from keys.publication.role_keys import RoleKeys
from keys.publication.status_tokens import save_status_key
from keys.secrets import FixedSecret, SecretsHandler
from keys.settings import Settings, check_issuer, to_toml
from keys.times import to_datetime
from spec.certificate import Timestamp
from spec.cose import Algorithm

__all__ = ["make_home"]


def make_home(home: Path, issuer: str, secrets: SecretsHandler, clock: Clock) -> None:
    """Make a home with role keys and the first root metadata.

    Raises AuthorityError when something is there already, SecretError without a passphrase.
    """
    check_issuer(issuer)
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise AuthorityError(
            f"{home} is not empty; nothing was changed",
            hint="an authority is made once; name another directory with --home",
        )
    passphrase = secrets.new_passphrase(purpose_of(home / "private" / "role.pem"))
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=home.parent, prefix=f".{home.name}."))
        try:
            _fill(temporary, issuer, passphrase, clock.now())
            temporary.rename(home)
        except BaseException:
            shutil.rmtree(temporary)
            raise
    except OSError as error:
        raise AuthorityError(
            f"{home} cannot be made: {error.strerror}",
            hint="name a directory that does not exist, below one that you may write to",
        ) from None


def _fill(home: Path, issuer: str, passphrase: bytes, now: Timestamp) -> None:
    """Make everything that a home holds, below a directory that nobody knows yet."""
    home.chmod(0o755)
    private = home / "private"
    private.mkdir(mode=0o700)
    keys: dict[str, PrivateKey] = {role: generate_private_key(Algorithm.EDDSA) for role in ROLES}
    role_keys = RoleKeys(private, FixedSecret(passphrase))
    for key in keys.values():
        role_keys.add(key, passphrase)
    save_status_key(private, generate_private_key(Algorithm.ES256), passphrase)
    repository.found(home / "public", keys, Lives.by(Settings()), to_datetime(now))
    (home / RECORDS_FILE).write_bytes(records_to_json(()))
    (home / SETTINGS_FILE).write_bytes(to_toml(issuer))
