"""Making signing keys, in a file of the home or in a token, and the first record of each."""

import secrets as random_source
from dataclasses import replace
from typing import Final

from keys.algorithms import generate_private_key, kid_of, public_key_of
from keys.errors import SignerError
from keys.file_signer import load_private_key, purpose_of, save_private_key
from keys.home import Home
from keys.pkcs11.uri import Pkcs11Uri
from keys.plans import NewKey
from keys.publication.status_tokens import STATUS_KEY_FILES
from keys.schedule import KeyRecord
from keys.secrets import FixedSecret, SecretsHandler
from keys.signer import generate_in_token
from spec.certificate import Timestamp
from spec.cose import Algorithm
from spec.trust_list import PublicKey

__all__ = ["checked_passphrase", "make_signing_key"]

_NAME_BYTES: Final = 4
"""Random bytes in the name of a new object of a token: two runs never meet in one name."""


def make_signing_key(
    home: Home,
    records: tuple[KeyRecord, ...],
    make: NewKey,
    secrets: SecretsHandler,
    now: Timestamp,
) -> KeyRecord:
    """Make a key and record it after the others; it waits for its publication.

    A key that was made and not recorded, by a run that was cut off, is never used. Raises
    SignerError, SecretError and AuthorityError.
    """
    if make.token is not None:
        record = _record(home, make, now, *_in_token(make.token, make.algorithm, secrets))
        home.write_records((*records, record))
        return record
    passphrase = checked_passphrase(home, secrets)
    private_key = generate_private_key(make.algorithm)
    public_key = public_key_of(private_key)
    uri = f"file:{home.private.name}/signing-{kid_of(public_key).hex()}.pem"
    record = _record(home, make, now, uri, public_key)
    path = home.home / uri.removeprefix("file:")
    save_private_key(path, private_key, passphrase)
    try:
        home.write_records((*records, record))
    except BaseException:
        path.unlink()
        raise
    return record


def checked_passphrase(home: Home, secrets: SecretsHandler) -> bytes:
    """The passphrase of a home, once it has opened one of its keys.

    Else a key would be made that only a wrong passphrase opens. Raises SignerError.
    """
    files = [*sorted(home.private.glob(STATUS_KEY_FILES)), *sorted(home.private.glob("role-*.pem"))]
    if not files:
        raise SignerError(
            f"{home.private} holds no key of this authority",
            hint="restore the directory private/ from a backup",
        )
    passphrase = secrets.passphrase(purpose_of(files[0]))
    load_private_key(files[0], FixedSecret(passphrase))
    return passphrase


def _in_token(token: str, algorithm: Algorithm, secrets: SecretsHandler) -> tuple[str, PublicKey]:
    uri = Pkcs11Uri.from_text(token)
    if not uri.object:
        uri = replace(uri, object=f"signing-{random_source.token_hex(_NAME_BYTES)}")
    return generate_in_token(uri.to_text(), algorithm, secrets)


def _record(home: Home, make: NewKey, now: Timestamp, uri: str, public_key: PublicKey) -> KeyRecord:
    return KeyRecord.plan(
        kid=kid_of(public_key),
        public_key=public_key,
        uri=uri,
        issuer=home.issuer,
        now=now,
        propagation=0 if make.at_once else home.settings.propagation,
        signing_life=home.settings.signing_life,
        certificate_life=home.settings.certificate_life,
    )
