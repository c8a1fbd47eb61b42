"""The root ceremony: partial signatures over a draft, made apart, and the count of them together.

A root counts when the custodians of the root before it and its own have signed it, each in the
number that their threshold says (TUF, section 5.3.4).
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from securesystemslib.signer import Signature, Signer
from tuf.api.metadata import Metadata, Root

from keys.root.custodians import CeremonyError, is_signed_by, read_object
from keys.root.draft import MAX_ROOT_LENGTH, SIGNATURE, RootFile

__all__ = ["Count", "PartialSignature", "check_order", "check_present", "complete", "count", "sign"]

_FIELDS: Final = {"version": int, "sha256": str, "keyid": str, "sig": str}
_MAX_FILE: Final = 4096
"""Bytes; a partial signature takes about 400."""
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_SIGN_AGAIN: Final = "let the custodian sign this draft: dosepass-keys root sign"


@dataclass(frozen=True, kw_only=True, slots=True)
class PartialSignature:
    """One custodian's signature over one draft, as it travels."""

    version: int
    sha256: str
    keyid: str
    sig: str

    def to_json(self) -> bytes:
        """Write the file."""
        document = {name: getattr(self, name) for name in _FIELDS}
        return json.dumps(document, indent=2).encode() + b"\n"

    @classmethod
    def from_json(cls, data: bytes, where: str) -> "PartialSignature":
        """Read the file; raises CeremonyError for anything else."""
        document = read_object(data, where, _MAX_FILE)
        well_formed = (
            document.keys() == _FIELDS.keys()
            and all(type(document[name]) is kind for name, kind in _FIELDS.items())
            and _DIGEST.fullmatch(document["sha256"])
            and _DIGEST.fullmatch(document["keyid"])
            and SIGNATURE.fullmatch(document["sig"])
        )
        if not well_formed:
            raise CeremonyError(f"{where} is not a signature over a root", hint=_SIGN_AGAIN)
        return cls(**document)


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """How far one root's custodians have got with signing a draft."""

    version: int
    """Of the root that names these custodians."""
    threshold: int
    signed: tuple[str, ...]
    waiting: tuple[str, ...]

    @property
    def missing(self) -> int:
        """How many more of those waiting have to sign."""
        return max(0, self.threshold - len(self.signed))


def check_present(present: RootFile) -> None:
    """Refuse a root that its own custodians have not signed; raises CeremonyError."""
    signatures = {keyid: one.signature for keyid, one in present.metadata.signatures.items()}
    if _count(present, present, signatures).missing:
        raise CeremonyError(
            f"root {present.version} is not signed by its own custodians",
            hint="take the newest published one, from public/metadata/",
        )


def check_order(draft: RootFile, present: RootFile) -> None:
    """Refuse a draft that does not follow the root in force; raises CeremonyError."""
    check_present(present)
    if draft.version != present.version + 1:
        raise CeremonyError(
            f"root {draft.version} does not follow root {present.version}",
            hint="make a new draft from the newest root: dosepass-keys root init",
        )


def sign(draft: RootFile, present: RootFile | None, signer: Signer) -> PartialSignature:
    """Sign a draft; raises CeremonyError for a key that neither it nor the present root names."""
    keyid = signer.public_key.keyid
    if keyid not in _custodians(draft, present):
        raise CeremonyError(
            f"the key {keyid[:12]} is no custodian's: the draft does not name it",
            hint="take the right key file; a custodian who leaves gives --previous ROOT.json",
        )
    signature = signer.sign(draft.signed_bytes)
    return PartialSignature(
        version=draft.version,
        sha256=draft.sha256,
        keyid=keyid,
        sig=signature.signature,
    )


def count(
    draft: RootFile, present: RootFile, partial: Mapping[str, PartialSignature]
) -> tuple[Count, Count]:
    """Count by the present root and by the draft; `partial` names each signature's file.

    Raises CeremonyError when the draft does not follow the present root, and for a signature over
    anything else, by anybody else, or that does not hold.
    """
    check_order(draft, present)
    signatures = _signatures(draft, present, partial)
    return _count(present, draft, signatures), _count(draft, draft, signatures)


def complete(
    draft: RootFile, present: RootFile, partial: Mapping[str, PartialSignature]
) -> Metadata[Root]:
    """The draft with its signatures, ready to be published.

    Raises CeremonyError, also when signatures are missing.
    """
    for one in count(draft, present, partial):
        if one.missing:
            raise CeremonyError(
                f"{one.missing} more of the custodians that root {one.version} names must sign",
                hint="see who has: dosepass-keys root verify",
            )
    signatures = _signatures(draft, present, partial)
    root = Metadata(draft.root, {keyid: Signature(keyid, sig) for keyid, sig in signatures.items()})
    if len(root.to_bytes()) > MAX_ROOT_LENGTH:
        raise CeremonyError(f"the root is longer than {MAX_ROOT_LENGTH} bytes: no client reads it")
    return root


def _custodians(draft: RootFile, present: RootFile | None) -> set[str]:
    return {keyid for one in (draft, present) if one is not None for keyid in one.custodians()}


def _signatures(
    draft: RootFile, present: RootFile, partial: Mapping[str, PartialSignature]
) -> dict[str, str]:
    """The signatures by key, each checked; a custodian who signed twice counts once."""
    keys = present.custodians() | draft.custodians()
    found = {keyid: one.signature for keyid, one in draft.metadata.signatures.items()}
    for where, one in partial.items():
        if (one.version, one.sha256) != (draft.version, draft.sha256):
            raise CeremonyError(
                f"{where} signs another draft than this one, or it was changed since",
                hint=_SIGN_AGAIN,
            )
        found[one.keyid] = one.sig
    for keyid, sig in found.items():
        if keyid not in keys:
            raise CeremonyError(
                f"{keyid[:12]} has signed, who is a custodian of neither root",
                hint="leave this signature out; if a custodian is missing, make a new draft",
            )
        if not is_signed_by(keys[keyid], sig, draft.signed_bytes):
            raise CeremonyError(
                f"the signature of {draft.label(keyid)} does not hold", hint=_SIGN_AGAIN
            )
    return found


def _count(by: RootFile, draft: RootFile, signatures: Mapping[str, str]) -> Count:
    custodians = by.custodians()
    signed = [
        keyid
        for keyid, key in custodians.items()
        if keyid in signatures and is_signed_by(key, signatures[keyid], draft.signed_bytes)
    ]
    return Count(
        version=by.version,
        threshold=by.root.roles[Root.type].threshold,
        signed=tuple(signed),
        waiting=tuple(keyid for keyid in custodians if keyid not in signed),
    )
