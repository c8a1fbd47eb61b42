"""Custodians and roots for the tests of the root ceremony."""

from dataclasses import dataclass
from datetime import UTC, datetime

from securesystemslib.signer import CryptoSigner, SSlibKey
from tuf.api.metadata import Metadata, Role, Root

from keys.algorithms import PrivateKey, generate_private_key
from keys.publication.role_keys import STATUS_KEY_FIELD
from keys.root.ceremony import PartialSignature, sign
from keys.root.custodians import custodian_key
from keys.root.draft import RootFile, next_root
from spec.cose import Algorithm

END = datetime(2023, 10, 1, 8, tzinfo=UTC)
LATER = datetime(2025, 10, 1, 8, tzinfo=UTC)


@dataclass(frozen=True)
class Custodian:
    private_key: PrivateKey
    key: SSlibKey

    @classmethod
    def named(cls, name: str | None, algorithm: Algorithm = Algorithm.EDDSA) -> "Custodian":
        private_key = generate_private_key(algorithm)
        return cls(private_key, custodian_key(private_key, name))

    @property
    def signer(self) -> CryptoSigner:
        return CryptoSigner(self.private_key)

    def sign(self, draft: RootFile, present: RootFile | None = None) -> PartialSignature:
        return sign(draft, present, self.signer)


AN = Custodian.named("Office An")
BINH = Custodian.named("Office Bình", Algorithm.ES256)
CHI = Custodian.named("Office Chi")
DUNG = Custodian.named("Office Dũng")
NOBODY = Custodian.named(None)
ONLINE = Custodian.named(None)
STATUS_KEY = Custodian.named(None)


def first_root(threshold: int, *custodians: Custodian) -> RootFile:
    """A complete root 1."""
    root = Root(expires=END, unrecognized_fields={STATUS_KEY_FIELD: STATUS_KEY.key.keyid})
    for role in ("targets", "snapshot", "timestamp"):
        root.add_key(ONLINE.key, role)
    root.roles["root"] = Role([one.key.keyid for one in custodians], threshold)
    root.keys |= {one.key.keyid: one.key for one in custodians}
    metadata = Metadata(root)
    for one in custodians:
        metadata.sign(one.signer, append=True)
    return RootFile.of(metadata, "root 1")


def draft_of(present: RootFile, *custodians: Custodian, threshold: int | None = None) -> RootFile:
    """The next root, unsigned, with other custodians if any are given."""
    root = next_root(
        present.root,
        LATER,
        custodians=[one.key for one in custodians],
        threshold=threshold,
        role_keys={},
    )
    return RootFile.of(Metadata(root), "the draft")


def together(*signatures: PartialSignature) -> dict[str, PartialSignature]:
    return {f"{number}.sig.json": one for number, one in enumerate(signatures)}
