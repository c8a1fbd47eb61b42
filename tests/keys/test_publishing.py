"""What is published: built from records and ledger, kept where nothing changed, guarded."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.algorithms import KeyMaterialError, generate_private_key, verifier_for
from keys.bundle import STATUS_INDEX, STATUS_KEYS, TRUST_LIST, VACCINES
from keys.errors import PublishError, SignerError
from keys.file_signer import FileSigner
from keys.ledger import ListStatuses
from keys.publication.contents import Contents, build, settled
from keys.publication.status_tokens import TokenWriter, key_set, open_status_key, save_status_key
from keys.schedule import KeyRecord
from keys.settings import Settings
from spec import cbor
from spec.certificate import Timestamp
from spec.cose import Algorithm, CoseSign1, Kid, to_be_signed
from spec.errors import BadSignatureError, MalformedError
from spec.genuine_list import DIGEST_LENGTH, GENUINE_LIST_BYTES
from spec.status_index import ListCounts, StatusIndex
from spec.status_list import Status, filled, put
from spec.status_token import StatusToken, status_subject
from spec.trust_list import KeyState, PublicKey, TrustList
from tests.keys.homes import DAY, HOUR, NOW, SECRET, after
from tests.keys.registers import HeldLedger
from tests.keys.test_schedule import AT_ONCE, PUBLISHED, STOLEN, planned

SIGNER = FileSigner.of(generate_private_key(Algorithm.ES256))
OTHER = FileSigner.of(generate_private_key(Algorithm.ES256))
SETTINGS = Settings()
SUBJECT = status_subject("VN", 0)
EMPTY = bytes(filled(Status.INVALID))


def statuses(*valid: int, assigned: int | None = None, revoked: int = 0) -> ListStatuses:
    bits = filled(Status.INVALID)
    put(bits, valid, Status.VALID)
    counts = ListCounts(assigned=len(valid) if assigned is None else assigned, revoked=revoked)
    return ListStatuses(bits=bytes(bits), counts=counts)


class Online:
    """The publications of one authority, one after the other, as they would stand online."""

    def __init__(self, spool: Path) -> None:
        self.spool = spool
        self.targets: dict[str, bytes] = {}

    def publish(
        self,
        ledger: HeldLedger,
        now: Timestamp = NOW,
        *,
        records: tuple[KeyRecord, ...] = (AT_ONCE,),
        signer: FileSigner = SIGNER,
        issuer: str = "VN",
    ) -> Contents:
        contents = build(
            records=records,
            issuer=issuer,
            settings=SETTINGS,
            published=self.targets.get,
            ledger=ledger,
            signer=signer,
            spool=self.spool,
            now=now,
        )
        self.targets = {**contents.targets, **contents.status}
        return contents


@pytest.fixture
def online(tmp_path: Path) -> Online:
    return Online(tmp_path)


def token_of(data: bytes) -> StatusToken:
    message = CoseSign1.from_cbor(data)
    verifier_for(SIGNER.public_key)(
        message.signature, to_be_signed(message.protected, message.payload)
    )
    return StatusToken.from_message(message)


def test_the_first_publication(online: Online) -> None:
    contents = online.publish(HeldLedger([statuses(5, 9), statuses(1)]))
    assert set(contents.targets) == {TRUST_LIST, VACCINES}
    assert set(contents.status) == {STATUS_INDEX, STATUS_KEYS, "status/0.cwt", "status/1.cwt"}
    assert StatusIndex.from_cbor(contents.status[STATUS_INDEX]) == StatusIndex(
        issued_at=NOW,
        issuer="VN",
        lists=(ListCounts(assigned=2, revoked=0), ListCounts(assigned=1, revoked=0)),
    )
    token = token_of(contents.status["status/1.cwt"])
    assert (token.subject, token.issued_at, token.expires_at) == (
        "dosepass:VN/status/1",
        NOW,
        after(30 * DAY),
    )
    assert token.bits == statuses(1).bits
    assert TrustList.from_cbor(contents.targets[TRUST_LIST]).keys == (AT_ONCE.trusted(NOW),)


def test_before_anything_is_issued(online: Online) -> None:
    contents = online.publish(HeldLedger())
    assert contents.index.lists == ()
    assert set(contents.status) == {STATUS_INDEX, STATUS_KEYS}


def test_the_key_set_is_read_by_its_document(online: Online) -> None:
    (key,) = cbor.decode(online.publish(HeldLedger()).status[STATUS_KEYS])
    assert key[2] == SIGNER.kid
    assert PublicKey.from_cose_key(key) == SIGNER.public_key
    assert key_set(SIGNER.public_key) != key_set(OTHER.public_key)


KEPT = [
    # what happened since               hours  list                 signer  is the token kept?
    ("nothing", 24, statuses(5), SIGNER, True),
    ("half of its life is nearly over", 15 * 24, statuses(5), SIGNER, True),
    ("half of its life is over", 15 * 24 + 1, statuses(5), SIGNER, False),
    ("one more certificate", 1, statuses(5, 6), SIGNER, False),
    ("another key", 1, statuses(5), OTHER, False),
    ("only a count changed", 1, statuses(5, assigned=9), SIGNER, True),
]


@pytest.mark.parametrize(
    ("hours", "held", "signer", "kept"), [row[1:] for row in KEPT], ids=[row[0] for row in KEPT]
)
def test_tokens_are_kept_while_nothing_changed(
    online: Online, hours: int, held: ListStatuses, signer: FileSigner, kept: bool
) -> None:
    first = online.publish(HeldLedger([statuses(5)])).status["status/0.cwt"]
    second = online.publish(HeldLedger([held]), after(hours * HOUR), signer=signer)
    assert (second.status["status/0.cwt"] == first) is kept
    assert second.index.issued_at == after(hours * HOUR)


@given(st.binary(max_size=80))
def test_a_published_token_of_any_bytes_is_replaced(data: bytes) -> None:
    writer = TokenWriter(SIGNER, life=DAY, now=NOW)
    assert token_of(writer.token(SUBJECT, EMPTY, data)).bits == EMPTY


def test_a_token_does_not_verify_under_another_key() -> None:
    message = CoseSign1.from_cbor(
        TokenWriter(SIGNER, life=DAY, now=NOW).token(SUBJECT, EMPTY, None)
    )
    with pytest.raises(BadSignatureError):
        verifier_for(OTHER.public_key)(
            message.signature, to_be_signed(message.protected, message.payload)
        )


def test_an_unchanged_trust_list_keeps_its_bytes_for_a_day(online: Online) -> None:
    first = online.publish(HeldLedger()).targets[TRUST_LIST]
    assert online.publish(HeldLedger(), after(23 * HOUR)).targets[TRUST_LIST] == first
    assert online.publish(HeldLedger(), after(24 * HOUR)).targets[TRUST_LIST] != first


GUARDED = [
    ("fewer lists", [statuses(5)], "fewer status lists"),
    ("fewer assigned", [statuses(5), statuses(assigned=2, revoked=1)], "status list 1"),
    ("a revocation is gone", [statuses(5), statuses(1, 2, 3, revoked=0)], "status list 1"),
    ("no register", [], "fewer status lists"),
]


@pytest.mark.parametrize(
    ("held", "words"), [row[1:] for row in GUARDED], ids=[row[0] for row in GUARDED]
)
def test_an_older_register_is_refused(online: Online, held: list[ListStatuses], words: str) -> None:
    online.publish(HeldLedger([statuses(5), statuses(1, 2, 3, revoked=1)]))
    with pytest.raises(PublishError, match=words) as caught:
        online.publish(HeldLedger(held), after(HOUR))
    assert "backup" in (caught.value.hint or "")


def test_a_register_that_grew_is_published(online: Online) -> None:
    online.publish(HeldLedger([statuses(5)]))
    grown = [statuses(5, 6, revoked=1), statuses(1)]
    assert len(online.publish(HeldLedger(grown), after(HOUR)).index.lists) == 2


def test_another_issuer_is_refused(online: Online) -> None:
    online.publish(HeldLedger())
    with pytest.raises(PublishError, match="belongs to the issuer VN"):
        online.publish(HeldLedger(), after(HOUR), issuer="LA")


@pytest.mark.parametrize("name", [TRUST_LIST, STATUS_INDEX])
def test_a_clock_before_the_last_publication_is_refused(online: Online, name: str) -> None:
    online.publish(HeldLedger(), after(DAY))
    online.targets = {name: online.targets[name]}
    with pytest.raises(PublishError, match="clock") as caught:
        online.publish(HeldLedger(), NOW)
    assert "date and time" in (caught.value.hint or "")


@pytest.mark.parametrize("name", [TRUST_LIST, STATUS_INDEX])
def test_a_published_file_that_cannot_be_read_is_an_error_of_ours(
    online: Online, name: str
) -> None:
    online.targets = {name: b"\xff"}
    with pytest.raises(MalformedError):
        online.publish(HeldLedger())


def genuine(*indices: int) -> bytes:
    data = bytearray(GENUINE_LIST_BYTES)
    for index in indices:
        data[index * DIGEST_LENGTH] = 1
    return bytes(data)


def test_genuine_lists_of_a_stolen_key(online: Online) -> None:
    stolen = replace(STOLEN, compromised_at=after(HOUR))
    other = planned(1).published(NOW)
    ledger = HeldLedger(
        [statuses(5), statuses(1)],
        {stolen.kid: [(0, genuine(5, 9)), (1, genuine(1))], other.kid: [(0, genuine(3))]},
    )
    contents = online.publish(ledger, after(2 * HOUR), records=(stolen, other))
    kid = stolen.kid.hex()
    assert set(contents.targets) - {TRUST_LIST, VACCINES} == {
        f"genuine/{kid}/0.bin",
        f"genuine/{kid}/1.bin",
    }
    assert contents.targets[f"genuine/{kid}/0.bin"] == genuine(5, 9)
    assert contents.genuine == {stolen.kid: 3}
    assert len(contents.targets) == 4
    states = {key.kid: key.state for key in contents.trust_list.keys}
    assert states[stolen.kid] is KeyState.COMPROMISED


def test_no_genuine_lists_of_a_key_whose_certificates_have_ended(online: Online) -> None:
    ledger = HeldLedger(signed={STOLEN.kid: [(0, genuine(5))]})
    late = STOLEN.verifies_until
    assert online.publish(ledger, Timestamp(late - 1), records=(STOLEN,)).genuine == {STOLEN.kid: 1}
    assert online.publish(ledger, late, records=(STOLEN,)).genuine == {}


def test_a_genuine_list_of_a_wrong_length_is_refused(online: Online) -> None:
    ledger = HeldLedger(signed={STOLEN.kid: [(0, b"short")]})
    with pytest.raises(PublishError, match="genuine list 0"):
        online.publish(ledger, after(4 * DAY), records=(STOLEN,))


def test_a_key_that_no_verifier_would_load_is_refused(online: Online) -> None:
    broken = replace(AT_ONCE, kid=Kid(b"12345678"))
    with pytest.raises(KeyMaterialError, match="thumbprint"):
        online.publish(HeldLedger(), records=(broken,))


def test_the_ledger_is_asked_about_the_time_that_the_index_names(online: Online) -> None:
    ledger = HeldLedger([statuses(5)])
    contents = online.publish(ledger, after(HOUR))
    assert ledger.asked_at == [contents.index.issued_at]


def test_records_are_settled_by_a_publication() -> None:
    newer = planned(1, propagation=0)
    newer = replace(newer, signs_from=after(2 * DAY))
    first, second = settled((PUBLISHED, newer), SETTINGS, after(3 * DAY))
    assert first.signs_until < PUBLISHED.signs_until
    assert second.published_at == after(3 * DAY)
    with pytest.raises(PublishError, match="no signing key"):
        settled((), SETTINGS, NOW)


def test_the_status_key_is_one(tmp_path: Path) -> None:
    with pytest.raises(SignerError, match="0 keys"):
        open_status_key(tmp_path, SECRET)
    save_status_key(tmp_path, generate_private_key(Algorithm.ES256), b"correct horse battery")
    assert open_status_key(tmp_path, SECRET).public_key.algorithm is Algorithm.ES256
    save_status_key(tmp_path, generate_private_key(Algorithm.ES256), b"correct horse battery")
    with pytest.raises(SignerError, match="2 keys"):
        open_status_key(tmp_path, SECRET)
