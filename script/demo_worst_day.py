"""The end of the demo: a certificate is revoked, then a signing key is stolen, and survived."""

from typing import Final

from keys.authority import Authority
from keys.file_signer import load_private_key
from keys.secrets import FileSecrets
from script.demo_codes import folder_of, forge_with_key, texts_by_key
from script.demo_people import MONTHS_AGO
from script.demo_stage import Stage, title
from spec import qr_text
from spec.cose import CoseSign1

__all__ = ["revoke_one", "survive_theft"]

_PUBLISH: Final = "dosepass-keys publish --passphrase-file passphrase.txt"
_COMPROMISE: Final = "dosepass-keys compromise {kid} --yes --passphrase-file passphrase.txt"
_LOOK: Final = "dosepass-scanner --lines {file} --trust trust --headless --language en"


def revoke_one(stage: Stage) -> None:
    """Take one certificate back, and have it refused after the next fetch."""
    title("A certificate of some months ago names the wrong lot: it is revoked")
    number = folder_of(stage.certificates, MONTHS_AGO.key).name
    look = _LOOK.format(file=f"certificates/{number}/text.txt")
    _expect("accepted ok", stage.run(look))
    stage.run(f"dosepass-issuer revoke {number} --reason 'the wrong lot was entered' --yes")
    stage.run(_PUBLISH)
    stage.run(_fetch(stage))
    _expect("rejected revoked", stage.run(look, expect=1))


def survive_theft(stage: Stage) -> None:
    """Forge with the real private key; then shut the forger out, and nobody else."""
    title("The worst day: somebody has the private signing key, and forges with it")
    genuine = texts_by_key(stage.certificates)["two doses"]
    (stage.folder / "genuine.txt").write_text(genuine + "\n")
    (stage.folder / "forged.txt").write_text(_forged(stage, genuine) + "\n")
    _expect("accepted ok", stage.run(_LOOK.format(file="forged.txt")))
    print("\nThe signature is good, so it passes. Then the theft is noticed:")
    stage.run(_COMPROMISE.format(kid=_kid(genuine)))
    stage.run(_fetch(stage))
    _expect("rejected key_compromised", stage.run(_LOOK.format(file="forged.txt"), expect=1))
    _expect("accepted ok", stage.run(_LOOK.format(file="genuine.txt")))
    print("\nOne fetch later the forgery is refused. What was really signed passes as before.")


def _forged(stage: Stage, genuine: str) -> str:
    """What a thief makes of a certificate that he has seen."""
    authority, secrets = Authority.open(stage.home), FileSecrets(stage.passphrase)
    path = authority.private / f"signing-{_kid(genuine)}.pem"
    return forge_with_key(genuine, "Nguyễn Văn Giả", load_private_key(path, secrets))


def _kid(text: str) -> str:
    return CoseSign1.from_cbor(qr_text.from_text(text)).header.kid.hex()


def _fetch(stage: Stage) -> str:
    return f"dosepass-keys fetch {(stage.home / 'public').as_uri()} --into trust"


def _expect(verdict: str, lines: str) -> None:
    if verdict not in lines:
        raise SystemExit(f"script/demo: that is not {verdict}")
